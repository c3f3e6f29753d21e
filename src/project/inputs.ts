/**
 * What a plan was made of: every question that the loader asked of the project's files, and a hash of the answer it got, also
 * where that was "there is no such file". As long as each question would be answered the same, the plan is the same.
 *
 * A file in a folder that is what it was, and whose stamp is what it was, is not read again: that is nearly every file.
 */
import { realPath } from '../os/read-files.ts';
import { hasStamp, STAMP_LENGTH, stampOf } from '../os/stamps.ts';
import type { ListResult, ProjectFiles, ReadResult } from '../plan/load-request.ts';
import { contentHash } from './content-hash.ts';
import { projectFiles } from './project-files.ts';

const HASH_BYTES = 16;

/** Texts that were read from regular files of one folder. */
interface FolderInputs {
  /** As the loader names it, relative to the root. */
  readonly path: string;
  /** Where that is. */
  readonly real: string;
  readonly names: readonly string[];
}

/** Any other question. */
interface OtherInput {
  readonly asks: 'read' | 'list';
  readonly path: string;
  readonly hash: string;
  /** Of the folder that was listed. */
  readonly real?: string;
  readonly stamp?: readonly number[];
}

export interface Inputs {
  readonly folders: readonly FolderInputs[];
  /** By file, in the order of folders. */
  readonly stamps: Float64Array;
  readonly hashes: Uint8Array;
  readonly others: readonly OtherInput[];
}

/** Reads for the loader, and takes note of what it was asked and what it answered. */
export class InputRecorder implements ProjectFiles {
  readonly #root: string;
  readonly #files: ProjectFiles;
  readonly #now: () => number;
  readonly #folders = new Map<string, RecordedFolder | undefined>();
  readonly #others: OtherInput[] = [];

  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#files = projectFiles(root);
    this.#now = now;
  }

  read(path: string): ReadResult {
    const { folder, name } = split(path);
    const recorded = this.#folder(folder);
    // Before it is read: what changes in between is read anew the next time, and found to be what it was.
    const stamp = recorded && stampOf(`${recorded.real}/${name}`, 'file', this.#now());
    const answer = this.#files.read(path);
    if (recorded === undefined || stamp === undefined || answer.type !== 'text')
      this.#others.push({ asks: 'read', path, hash: hashOf(answer) });
    else recorded.add(name, stamp, contentHash(answer.text));
    return answer;
  }

  list(directory: string): ListResult {
    const real = realPath(`${this.#root}/${directory}`);
    const stamp = real === undefined ? undefined : stampOf(real, 'folder', this.#now());
    const answer = this.#files.list(directory);
    const isPlain = real !== undefined && stamp !== undefined && answer.type === 'list';
    this.#others.push({
      asks: 'list',
      path: directory,
      hash: hashOf(answer),
      ...(isPlain ? { real, stamp } : {}),
    });
    return answer;
  }

  get inputs(): Inputs {
    const folders = [...this.#folders.values()].flatMap((folder) => folder ?? []);
    return {
      folders: folders.map(({ path, real, names }) => ({ path, real, names })),
      stamps: Float64Array.from(folders.flatMap(({ stamps }) => stamps)),
      hashes: Buffer.from(folders.map(({ hashes }) => hashes.join('')).join(''), 'hex'),
      others: this.#others,
    };
  }

  #folder(path: string): RecordedFolder | undefined {
    if (this.#folders.has(path)) return this.#folders.get(path);
    const real = realPath(`${this.#root}/${path}`);
    const recorded = real === undefined ? undefined : new RecordedFolder(path, real);
    this.#folders.set(path, recorded);
    return recorded;
  }
}

class RecordedFolder {
  readonly names: string[] = [];
  readonly stamps: number[] = [];
  readonly hashes: string[] = [];
  readonly path: string;
  readonly real: string;

  constructor(path: string, real: string) {
    this.path = path;
    this.real = real;
  }

  add(name: string, stamp: readonly number[], hash: string): void {
    this.names.push(name);
    this.stamps.push(...stamp);
    this.hashes.push(hash);
  }
}

function split(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}

const hashOf = (answer: ReadResult | ListResult): string => contentHash(JSON.stringify(answer));

/** The inputs with the stamps of now, when every answer is the same as it was; undefined when one is not. */
export function recheck(root: string, inputs: Inputs, now: number): Inputs | undefined {
  const { folders, hashes } = inputs;
  const files = projectFiles(root);
  let stamps = inputs.stamps;
  let others = inputs.others;
  let file = 0;
  for (const { path, real, names } of folders) {
    if (realPath(`${root}/${path}`) !== real) return undefined;
    for (const name of names) {
      const at = file * STAMP_LENGTH;
      const full = `${real}/${name}`;
      if (!hasStamp(full, stamps, at)) {
        const stamp = stampOf(full, 'file', now);
        const answer = files.read(path === '' ? name : `${path}/${name}`);
        if (stamp === undefined || answer.type !== 'text') return undefined;
        const hash = Buffer.from(hashes.buffer, hashes.byteOffset + file * HASH_BYTES, HASH_BYTES);
        if (contentHash(answer.text) !== hash.toString('hex')) return undefined;
        if (stamps === inputs.stamps) stamps = inputs.stamps.slice();
        stamps.set(stamp, at);
      }
      file += 1;
    }
  }
  for (const [at, input] of inputs.others.entries()) {
    const { asks, path, hash, real, stamp: before } = input;
    const isFolder = before !== undefined && real !== undefined && realPath(`${root}/${path}`) === real;
    if (isFolder && hasStamp(real, before, 0)) continue;
    const stamp = isFolder ? stampOf(real, 'folder', now) : undefined;
    if (hashOf(asks === 'read' ? files.read(path) : files.list(path)) !== hash) return undefined;
    if (stamp !== undefined) others = others.with(at, { ...input, stamp });
  }
  return stamps === inputs.stamps && others === inputs.others ? inputs : { ...inputs, stamps, others };
}
