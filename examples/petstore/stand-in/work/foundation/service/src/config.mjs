/** Reads the configuration from environment variables; throws a sentence when one cannot be used. */
export function readConfig(env) {
  const port = Number(env.PORT ?? '8080');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT must be 0 to 65535, not "${env.PORT}"`);
  return { host: env.HOST ?? '127.0.0.1', port, dataFile: env.PETSTORE_DATA || undefined };
}
