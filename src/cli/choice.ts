/** Remembers which formula `init` chose for a project. */
import { writeFileAtomic } from '../os/files.ts';
import { distrustOf, isOpenToOthers, makePrivateFolder } from '../os/private-folder.ts';
import { readSmallFile } from '../os/text-file.ts';
import { JournalProblem } from '../ports/journal.ts';
import { choiceFileOf, stateFolderOf } from '../project/state-folder.ts';

/** Writes the choice; says whether it is another one than before. Throws {@link JournalProblem} for a folder that is not ours. */
export function rememberChoice(root: string, formulaFile: string): boolean {
  const stateFolder = stateFolderOf(root);
  const file = choiceFileOf(stateFolder);
  refuseForeign(stateFolder);
  makePrivateFolder(stateFolder);
  if (isOpenToOthers(stateFolder))
    throw new JournalProblem(
      'unusable',
      `${stateFolder} is open to other users: chmod 700 it, or move it away.`,
    );
  const text = `${formulaFile}\n`;
  if (readSmallFile(file) === text) return false;
  writeFileAtomic(file, text, 0o600);
  return true;
}

function refuseForeign(stateFolder: string): void {
  const distrust = distrustOf(stateFolder, ['formula', '.gitignore']);
  if (distrust === undefined) return;
  throw new JournalProblem(
    'unusable',
    `${stateFolder} ${distrust}, so nothing is kept in it. If it is yours, mend its owner and mode; else move it away.`,
  );
}
