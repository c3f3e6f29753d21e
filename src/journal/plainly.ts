import type { SqlValue } from './database.ts';

/** JSON that may be anything: undefined where it is none, because that is no damage of the journal. */
export function plainly(text: SqlValue | undefined): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
