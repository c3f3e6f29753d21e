/** What a run needs people for: one line each, with the command to type. */
import { neutralise } from '../../diagnostic/neutralise.ts';
import type { PersonNeeded, RunRow } from '../../ports/journal.ts';
import type { Console } from './console.ts';

/** What settles it. */
export const commandFor = ({ name, wants }: Pick<PersonNeeded, 'name' | 'wants'>): string =>
  wants === 'answer' ? `gastown answer ${name} TEXT` : `gastown approve ${name}`;

/** One line. */
export function personLine(needed: PersonNeeded, { paint, glyphs }: Console): string {
  const { name, note } = needed;
  const mark = paint('needs-person', glyphs.marks['needs-person']);
  return `${mark} ${neutralise(name)}  ${neutralise(note)}  ${paint('dim', neutralise(`(${commandFor(needed)})`))}`;
}

/** Says each need once, when it begins. */
export class PeopleLines {
  readonly #console: Console;
  #known: ReadonlySet<string> = new Set();

  constructor(console: Console) {
    this.#console = console;
  }

  /** Lines for what was not needed before. */
  begun({ people = [] }: Pick<RunRow, 'people'>): string[] {
    const known = this.#known;
    this.#known = new Set(people.map(keyOf));
    return people
      .filter((needed) => !known.has(keyOf(needed)))
      .map((needed) => personLine(needed, this.#console));
  }
}

const keyOf = ({ node, note }: PersonNeeded): string => `${node}\n${note}`;
