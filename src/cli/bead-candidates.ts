/** Bead ids for completion: those of the latest run, else the names of the bead files. Parses no formula. */
import { posix } from 'node:path';
import { openReader } from '../journal/open.ts';
import { RootedReader } from '../os/read-files.ts';
import { isId } from '../plan/dialects/bead-id.ts';
import type { ProjectPlace } from '../project/discover.ts';
import { stateFolderOf } from '../project/state-folder.ts';
import type { Context } from './context.ts';
import { discoverProject } from './place.ts';

const SUFFIX = '.toml';

/** Empty when the project cannot be told. */
export async function beadCandidates(context: Context): Promise<readonly string[]> {
  const found = await discoverProject(context, undefined);
  if (found.type !== 'found') return [];
  return fromJournal(found) ?? fromFiles(found);
}

function fromJournal({ root, formulaFile }: ProjectPlace): readonly string[] | undefined {
  using reader = openReader(stateFolderOf(root));
  const run = reader?.latestRun(formulaFile);
  return run === undefined ? undefined : reader?.beads(run.run).map(({ id }) => id);
}

function fromFiles({ root, formulaFile }: ProjectPlace): readonly string[] {
  const listed = new RootedReader(root, 0).list(posix.join(posix.dirname(formulaFile), 'beads'));
  if (listed.type !== 'folder') return [];
  return listed.entries
    .filter(({ name }) => name.endsWith(SUFFIX))
    .map(({ name }) => name.slice(0, -SUFFIX.length))
    .filter(isId);
}
