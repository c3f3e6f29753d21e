/** Project-relative POSIX paths by spelling alone; what links do is the reader's business. */
import { quote } from '../diagnostic/neutralise.ts';

/** The folder part; '' for a file at the top. */
export const folderOf = (path: string): string => {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
};

/** The file name without folders and without `.toml`. */
export const stemOf = (path: string): string =>
  path.slice(path.lastIndexOf('/') + 1, path.endsWith('.toml') ? -'.toml'.length : undefined);

/** Joins and normalises; undefined when the result would leave the project. */
export function joinPath(folder: string, path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path))
    return undefined;
  const out: string[] = [];
  for (const segment of `${folder}/${path}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') out.push(segment);
    else if (out.pop() === undefined) return undefined;
  }
  return out.join('/');
}

/**
 * Why values cannot be filled into an artifact: they would make a pattern of what its author wrote as a path, and a
 * pattern is easier to meet. Undefined when they can.
 */
export function fillingProblem(
  written: string,
  filled: string,
  values: readonly string[],
): string | undefined {
  const pattern = values.find((value) => /[*?[\]{}]/.test(value));
  if (pattern !== undefined) return `the value ${quote(pattern)} would make a pattern of it`;
  return filled.endsWith('/') && !written.endsWith('/') ? 'its values would make a folder of it' : undefined;
}

// Most paths are harmless: one look tells.
const SUSPICIOUS = /[\\\0]|^[/~]|^[A-Za-z]:|\.\./;

/** Why an artifact's spelling is refused; undefined when it is fine. */
export function artifactProblem(path: string): string | undefined {
  if (path.trim() === '') return 'is empty';
  if (!SUSPICIOUS.test(path)) return undefined;
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.includes('\\')) return 'contains a backslash; separate folders with "/"';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'is absolute; artifacts are relative to the root of the rig';
  if (path.startsWith('~')) return 'begins with "~", which is not expanded';
  // Braces are expanded by the matcher, so `{..,x}/y` is judged by its alternatives, too.
  if (path.split(/[/{},]/).includes('..')) return 'contains "..": it would leave the rig';
  return undefined;
}
