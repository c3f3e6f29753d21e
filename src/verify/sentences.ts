/**
 * Why a verification failed, for the person or the agent who has to mend it: what was expected, what was found, where
 * the output is, how to look. Names and paths are outside text: whoever prints them neutralises them.
 */
import { basename, dirname, join } from 'node:path';
import { entriesOf, lookAt } from '../os/tree-files.ts';
import { similar } from '../plan/similar.ts';
import type { ArtifactFind } from './artifacts.ts';
import type { CheckResult } from './checks.ts';

/** Artifacts described one by one before the rest is only listed. */
const DESCRIBED = 3;

/** One sentence or two for each artifact that is not there. */
export function missingArtifacts(
  finds: readonly ArtifactFind[],
  declared: number,
  directory: string,
  shownDirectory: string,
): string {
  const described = finds.slice(0, DESCRIBED).map((find) => missingArtifact(find, directory, shownDirectory));
  const rest = finds.slice(DESCRIBED).map(({ pattern }) => `"${pattern}"`);
  return [
    `${finds.length} of ${declared} artifacts ${finds.length === 1 ? 'is' : 'are'} missing.`,
    ...described,
    ...(rest.length > 0 ? [`Also missing: ${rest.join(', ')}.`] : []),
  ].join(' ');
}

/** What a check was expected to do and did. */
export function failedChecks(
  failed: readonly CheckResult[],
  total: number,
  lastLine: (log: string) => string | undefined,
  shownPath: (path: string) => string,
): string {
  const described = failed.slice(0, DESCRIBED).map(({ command, exit, log }) => {
    const line = lastLine(log);
    const said = line === undefined ? 'It printed nothing' : `Its last output line: ${line}`;
    return `\`${oneLine(command)}\` ended with exit status ${exit}, expected 0. ${said}. Its output: ${shownPath(log)}`;
  });
  const more = failed.length > DESCRIBED ? [`${failed.length - DESCRIBED} more failed.`] : [];
  return [`${failed.length} of ${total} checks failed.`, ...described, ...more].join(' ');
}

/** A command cut to what fits into a sentence. */
export function oneLine(command: string): string {
  const [first = '', ...rest] = command.trim().split('\n');
  return rest.length > 0 || first.length > 120 ? `${first.slice(0, 120)}…` : first;
}

function missingArtifact(find: ArtifactFind, directory: string, shownDirectory: string): string {
  const { pattern, refused, limit } = find;
  const [first] = refused;
  if (first !== undefined) {
    switch (first.why) {
      case 'outside':
        return `"${first.path}" is a link that leads out of the rig, so it does not count.`;
      case 'folder':
        return `"${first.path}" is a folder, expected a file (for any file in it, declare "${first.path}/**").`;
      case 'not-a-file':
        return `"${first.path}" is not a regular file.`;
    }
  }
  if (limit === 'alternatives') return `"${pattern}" stands for too many alternatives: use fewer braces.`;
  if (limit === 'entries') return `"${pattern}" was not found before the search ended: name a folder in it.`;
  const folder = nearestFolder(directory, pattern);
  const listing = `(look: ls -la ${quote(join(shownDirectory, folder))})`;
  const suggestion = similar(basename(pattern), filesIn(directory, folder));
  const isWild = /[*?[{]/.test(pattern);
  const expected = isWild ? `No file matches "${pattern}"` : `"${pattern}" does not exist`;
  if (folder !== dirname(pattern) && !isWild) {
    return `${expected}: there is no folder "${dirname(pattern)}" ${listing}.`;
  }
  return suggestion === undefined || isWild
    ? `${expected} ${listing}.`
    : `${expected}; there is a similar "${join(folder, suggestion)}" ${listing}.`;
}

/** The deepest folder on the way to a pattern that exists, relative to the rig. */
function nearestFolder(directory: string, pattern: string): string {
  let folder = '.';
  for (const part of dirname(pattern).split('/')) {
    if (part === '..' || part.includes('\0')) break;
    const next = join(folder, part);
    if (lookAt(join(directory, next), true)?.kind !== 'folder') break;
    folder = next;
  }
  return folder;
}

function filesIn(directory: string, folder: string): readonly string[] {
  return entriesOf(join(directory, folder)).flatMap(({ name, kind }) => (kind === 'folder' ? [] : [name]));
}

/** For a command line that a person may copy. */
function quote(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
