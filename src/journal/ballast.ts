/**
 * A file that holds space back, to be given up when the disk is full: what an agent was paid for can then still be
 * recorded. Owns: that file. Does not own: what the space is used for.
 */
import { fileIdentity, freeBytes, removeFile, reserveBytes } from '../os/private-folder.ts';

/** Room for some twenty commits. */
const BALLAST_BYTES = 256 * 1024;
/** The space is taken back only when it will not be missed. */
const FREE_BYTES_FACTOR = 4;
/** How many commits to wait before looking at the disk again. */
const COMMITS_BETWEEN_LOOKS = 64;

export class Ballast {
  readonly #path: string;
  readonly #folder: string;
  #isHeld: boolean;
  #commits = 0;

  constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
    this.#isHeld = fileIdentity(path) !== undefined;
  }

  /** Gives the space to the file system; false when there is none left to give. */
  release(): boolean {
    this.#isHeld = false;
    this.#commits = 0;
    return removeFile(this.#path);
  }

  /** Takes the space again if it was given up and the disk has recovered; cheap enough to call after every commit. */
  restore(): void {
    if (this.#isHeld) return;
    this.#commits += 1;
    if (this.#commits % COMMITS_BETWEEN_LOOKS !== 1) return;
    if (freeBytes(this.#folder) < BALLAST_BYTES * FREE_BYTES_FACTOR) return;
    try {
      reserveBytes(this.#path, BALLAST_BYTES);
      this.#isHeld = true;
    } catch {
      // Nothing depends on it now; the next look tries again.
    }
  }
}
