/** The test files that catch mutants, by what they are about: where one moves, this is the place to say so. */

/** Milliseconds each. */
export const DECIDE = 'src/core/decide.test.ts';
export const CONDITIONS = 'src/core/conditions.test.ts';
export const PEOPLE = 'src/core/people.test.ts';
export const ADDITIONS = 'src/core/additions.test.ts';
export const STALL = 'src/core/stall.test.ts';
export const BUDGETS = 'src/core/budgets.test.ts';
export const WANTED = 'src/core/wanted.test.ts';
export const QUEUE = 'src/core/ready-queue.test.ts';
export const BACKOFF = 'src/core/backoff.test.ts';
export const OPENING = 'src/engine/opening.test.ts';
export const STAND_IN = 'src/engine/stand-in.test.ts';
export const DRIVER = 'src/engine/driver.test.ts';
export const CREW = 'src/engine/crew.test.ts';
export const LEAD = 'src/engine/lead.test.ts';
export const JOIN = 'src/engine/join.test.ts';
export const CREDITS = 'src/engine/credits.test.ts';
export const LEASE = 'src/engine/lease.test.ts';
export const SELECTION = 'src/engine/selection.test.ts';
export const SWEEPER = 'src/engine/sweeper.test.ts';
export const BALLAST = 'src/journal/ballast.test.ts';
export const TURNS = 'src/verify/turns.test.ts';
export const CODEC = 'src/journal/codec.test.ts';
export const RECORD = 'src/os/shell-record.test.ts';
export const GRAPH = 'src/plan/graph/graph.test.ts';

/** A second or a few. */
export const TERMINALS = 'src/engine/terminals.test.ts';
export const JOURNAL = 'src/testing/contracts/journal-contract.test.ts';
export const OPEN = 'src/journal/open.test.ts';
export const SNAPSHOT = 'src/journal/status-snapshot.test.ts';
export const CRASH = 'src/journal/crash.test.ts';
export const TREES = 'src/os/process-tree.test.ts';
export const VERIFIER = 'src/verify/verifier.test.ts';
export const ARTIFACTS = 'src/verify/artifacts.test.ts';
export const LOAD = 'src/plan/load.test.ts';

/** Half a minute. */
export const POOL = 'src/os/shell-pool.test.ts';

/** Those that a sample leaves out. */
export const SLOW: readonly string[] = [POOL];
