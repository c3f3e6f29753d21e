/**
 * A hunt tries many made-up inputs. GASTOWN_LONG=1: a million in all, for some hours. A failure names its seed and path;
 * GASTOWN_GARBAGE=SEED/PATH tries that one again: `GASTOWN_GARBAGE=123/45:6 npx vitest run test/garbage -t 'name of the test'`.
 */
import fc from 'fast-check';

const isLong = process.env['GASTOWN_LONG'] === '1';
/** How many times more inputs a long hunt tries. */
const LONGER = 50;
/** Nothing ends a long hunt but its inputs. */
export const PATIENCE_MS = isLong ? 24 * 3_600_000 : 180_000;

/** Tries so many inputs; `check` throws what is wrong. */
export function hunt<Input>(inputs: number, all: fc.Arbitrary<Input>, check: (input: Input) => void): void {
  fc.assert(fc.property(all, check), parametersOf(inputs));
}

/** The same for what takes its time. */
export async function slowHunt<Input>(
  inputs: number,
  all: fc.Arbitrary<Input>,
  check: (input: Input) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(all, check), { ...parametersOf(inputs), endOnFailure: true });
}

function parametersOf(inputs: number): fc.Parameters<unknown> {
  const [seed, path] = (process.env['GASTOWN_GARBAGE'] ?? '').split('/');
  return {
    numRuns: isLong ? inputs * LONGER : inputs,
    ...(seed === undefined || seed === '' ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  };
}
