/** Where a project keeps its state: names only, so that whoever just looks need not load what writes there. */
import { join } from 'node:path';
import { attemptName } from '../ports/attempt-name.ts';

/** The folder of everything that is ours in a project; only that folder ignores itself for git. */
export const stateFolderOf = (projectRoot: string): string => join(projectRoot, '.gastown', 'state');

/** Where an attempt's log, record and prompt are: one folder below the run's, whatever the id, so that it cannot leave it. */
export function attemptFolder(stateFolder: string, run: string, node: string, attempt: number): string {
  return join(stateFolder, 'runs', run, attemptName(node, attempt));
}

/** Touched by whoever wrote into the inbox. */
export const doorbellOf = (stateFolder: string): string => join(stateFolder, 'doorbell');

/** Where `init` keeps its choice: the formula's path relative to the project root. */
export const choiceFileOf = (stateFolder: string): string => join(stateFolder, 'formula');

/** What was made of a formula's files, for the next start; `name` is a hash of the formula's path. */
export const planSnapshotOf = (stateFolder: string, name: string): string =>
  join(stateFolder, `plan-${name.slice(0, 16)}`);
