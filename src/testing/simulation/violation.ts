/** Something happened that must never happen: what a simulation looks for. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Throws a {@link Violation} unless `holds`. */
export function demand(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}
