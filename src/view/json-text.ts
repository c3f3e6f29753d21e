/** JSON that may be printed: the same data, with everything a terminal would obey written as an escape. */
import { neutralise } from '../diagnostic/neutralise.ts';

/** Writes a value as indented JSON with a line end; `indent` 0 gives one line. */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, undefined, indent);
  // Nearly all of it is plain, and then one look is enough.
  if (!/[^\n\x20-\x7e]/.test(text)) return `${text}\n`;
  return `${text.replace(/[^\n\x20-\x7e]/gu, (character) => (neutralise(character) === character ? character : escaped(character)))}\n`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, unit) => {
    const code = character.charCodeAt(unit).toString(16);
    return `\\u${code.padStart(4, '0')}`;
  }).join('');
}
