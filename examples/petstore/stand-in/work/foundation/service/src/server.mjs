import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { readConfig } from './config.mjs';
import { createRouter } from './http.mjs';
import { openStore } from './store.mjs';

const MODULES = ['pets', 'stores', 'users', 'docs'];

/** Makes the service from the modules that exist; one that does not load is reported and left out. */
export async function createService(store) {
  const router = createRouter();
  router.add({
    method: 'GET',
    path: '/health',
    tag: 'service',
    summary: 'Says that the service is up',
    responses: { 200: 'It is' },
    handle: () => ({ status: 200, body: { status: 'ok' } }),
  });
  for (const name of MODULES) {
    const file = new URL(`./${name}.mjs`, import.meta.url);
    if (!existsSync(file)) continue;
    try {
      const module = await import(file);
      module.default({ router, store });
    } catch (error) {
      console.error(`module ${name} does not load:`, error);
    }
  }
  return createServer(router.listener);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const config = readConfig(process.env);
  const server = await createService(openStore(config.dataFile));
  server.listen(config.port, config.host, () => {
    console.log(`petstore listening on http://${config.host}:${server.address().port}`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
}
