/**
 * A broken promise of our own code, never of the author's input or of an agent.
 * Thrown anywhere, caught once at the top of the program.
 */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Throws {@link Bug} unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Ends a total switch: reaching it means a variant was forgotten. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`);
}
