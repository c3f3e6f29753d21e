import { JournalProblem } from '../ports/journal.ts';

/** What was checked before it was written and cannot be: the journal was damaged since. `detail` completes "The journal is damaged: …". */
export const damage = (detail: string, cause?: unknown): JournalProblem =>
  new JournalProblem(
    'damaged',
    `The journal is damaged: ${detail}. Nothing was changed. Move the folder .gastown/state aside (it also holds the logs) and run the command again: it begins a new journal, in which no bead is done yet.`,
    cause,
  );
