import { unreachable } from '../core/invariant.ts';
import { type ReadProblem, RootedReader } from '../os/read-files.ts';
import type { FileProblem, ProjectFiles } from '../plan/load-request.ts';

/** The largest file the loader reads whole. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The files of a project; `root` is an absolute, real path. */
export function projectFiles(root: string): ProjectFiles {
  const reader = new RootedReader(root, MAX_BYTES);
  return {
    read(path) {
      const read = reader.readText(path);
      return read.type === 'text' ? read : describe(read);
    },
    list(directory) {
      const read = reader.list(directory);
      return read.type === 'folder' ? { type: 'list', entries: read.entries } : describe(read);
    },
  };
}

function describe(problem: ReadProblem): FileProblem {
  return { type: 'problem', problem: problem.type, message: sentence(problem) };
}

function sentence(problem: ReadProblem): string {
  switch (problem.type) {
    case 'missing':
      return 'does not exist';
    case 'directory':
      return 'is a folder, not a file';
    case 'outside':
      return 'lies outside the project (through a symbolic link)';
    case 'binary':
      return 'is not UTF-8 text';
    case 'too-large':
      return 'is larger than 4 MiB';
    case 'unreadable':
      return `cannot be read: ${reasons[problem.code] ?? problem.code}`;
    default:
      return unreachable(problem);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'it is not a folder',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links form a loop',
};
