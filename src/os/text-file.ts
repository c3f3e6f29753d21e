/** Small text files that the program itself owns or is asked to change. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';

/** A file's text; throws the system's error when it cannot be read. */
export const readTextFile = (path: string): string => readFileSync(path, 'utf8');

/** A file's text, or undefined when there is none that can be read. */
export function readSmallFile(path: string): string | undefined {
  try {
    // Anything else might make us wait for ever.
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a folder that everybody may look into, and those above it. */
export function ensureFolder(path: string): void {
  mkdirSync(path, { recursive: true });
}
