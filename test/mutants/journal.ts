/** Mistakes in what is kept, who may write it, and how it is read back. */
import { inFile } from './mutant.ts';
import { BALLAST, CODEC, CRASH, JOURNAL, OPEN, SNAPSHOT } from './suites.ts';

export const journal = [
  ...inFile(
    'src/journal/journal.ts',
    [JOURNAL],
    [
      {
        name: 'append-not-fenced',
        stands: 'The fence is not checked on append: a driver that was replaced goes on writing.',
        find: 'this.#fence(epoch);\n      for (const',
        replace: 'for (const',
      },
      {
        name: 'answer-not-fenced',
        stands: 'A driver that was replaced answers messages.',
        find: 'this.#fence(epoch);\n      this.#answer(id, reply);',
        replace: 'this.#answer(id, reply);',
      },
      {
        name: 'run-not-fenced',
        stands: 'A driver that was replaced begins a run.',
        find: 'this.#fence(epoch);\n      invariant(this.runNumber',
        replace: 'invariant(this.runNumber',
      },
      {
        name: 'fence-for-the-living',
        stands: 'The fence lets everybody through while somebody holds the lease.',
        find: "if (row?.['epoch'] === epoch) return;",
        replace: 'if (row !== undefined) return;',
      },
      {
        name: 'same-epoch-twice',
        stands: 'Two drivers hold the lease under one number.',
        find: 'epoch: epoch + 1, holder: self',
        replace: 'epoch: Math.max(1, epoch), holder: self',
      },
      {
        name: 'race-for-the-lease',
        stands: 'Whoever is slower takes the lease from the one who has just got it.',
        find: 'if (epoch !== seen.epoch) return undefined;',
        replace: '',
      },
      {
        name: 'holder-not-judged',
        stands: 'The lease is given to whoever asks.',
        find: 'if (seen.lease !== undefined && !mayTake(seen.lease)) return',
        replace: 'if (false) return',
      },
      {
        name: 'released-by-another',
        stands: 'A driver that was replaced gives back the lease of its successor.',
        find: 'if (this.leaseState().lease?.epoch !== epoch) return false;\n      if (when',
        replace: 'if (when',
      },
      {
        name: 'released-with-messages',
        stands: 'The lease goes back in a transaction that does not look into the inbox.',
        find: "if (when === 'inbox-empty' && this.inbox().length > 0) return false;",
        replace: '',
      },
      {
        name: 'key-forgotten',
        stands: 'A message that is posted again takes effect again.',
        find: 'ON CONFLICT (key) DO NOTHING',
        replace: 'ON CONFLICT (key) DO UPDATE SET handled = 0',
      },
      {
        name: 'reply-overwritten',
        stands: 'A message is answered twice, and its poster told the later thing.',
        find: 'WHERE handled = 0 AND id = ?',
        replace: 'WHERE id = ?',
      },
      {
        name: 'reply-before-it-is-handled',
        stands: 'A poster is answered before its message was handled.',
        find: "if (row?.['handled'] !== 1) return undefined;",
        replace: '',
      },
      {
        name: 'answers-forgotten',
        stands: 'What was answered is not recorded with what it led to.',
        find: 'for (const { id, reply } of answered) this.#answer(id, reply);',
        replace: '',
      },
      {
        name: 'reserve-kept',
        stands: 'On a full disk the reserve is not given up, and a result that was paid for is lost.',
        find: 'if (!isFull || !this.#ballast.release()) throw error;',
        replace: 'throw error;',
        tests: [BALLAST],
      },
      {
        name: 'full-disk-loops',
        stands: 'An error that is no full disk is tried again.',
        find: 'if (!isFull || !this.#ballast.release()) throw error;',
        replace: 'this.#ballast.release();',
        tests: [BALLAST],
      },
      {
        name: 'run-number-again',
        stands: 'A new run gets the folder of an old one, and takes its records for its own.',
        find: "while (exists(join(dirname(this.#connection.path), 'runs', `r${number}`))) number += 1;",
        replace: '',
        tests: [BALLAST],
      },
      {
        name: 'runs-mixed',
        stands: 'Events of one run continue those of another.',
        find: "let position = this.#last('event', 'position', number);",
        replace: "let position = this.#last('event', 'position', 1);",
      },
    ],
  ),
  ...inFile(
    'src/journal/connection.ts',
    [JOURNAL],
    [
      {
        name: 'half-a-batch',
        stands: 'What was written before an error stays.',
        find: 'rollback(this.#database);',
        replace: "this.#statement('COMMIT').run();",
      },
      {
        name: 'lost-file',
        stands: 'A driver writes into a journal that was moved away.',
        find: "if (access === 'write' && !this.#disk.isInPlace()) throw displaced(this.path);",
        replace: '',
        tests: [CRASH],
      },
    ],
  ),
  ...inFile(
    'src/journal/ballast.ts',
    [BALLAST],
    [
      {
        name: 'reserve-taken-too-early',
        stands: 'The reserve is taken back while the disk is still full.',
        find: 'if (freeBytes(this.#folder) < BALLAST_BYTES * FREE_BYTES_FACTOR) return;',
        replace: '',
      },
      {
        name: 'reserve-given-twice',
        stands: 'A reserve that was given up already is believed to be there.',
        find: 'return removeFile(this.#path);',
        replace: 'removeFile(this.#path); return true;',
      },
      {
        name: 'reserve-never-taken-back',
        stands: 'The next full disk finds no reserve.',
        find: 'if (this.#commits % COMMITS_BETWEEN_LOOKS !== 1) return;',
        replace: 'return;',
      },
    ],
  ),
  ...inFile(
    'src/journal/codec.ts',
    [CODEC],
    [
      {
        name: 'upcast-left-out',
        stands: 'An old event is read without its first upcast.',
        find: 'steps.slice(version - 1)',
        replace: 'steps.slice(version)',
      },
      {
        name: 'upcast-twice',
        stands: 'A present event is upcast, too.',
        find: 'steps.slice(version - 1)',
        replace: 'steps.slice(Math.max(0, version - 2))',
      },
      {
        name: 'future-believed',
        stands: 'An event of a later version is read as if it were known.',
        find: 'if (version > steps.length + 1) {',
        replace: 'if (false) {',
      },
      {
        name: 'unknown-believed',
        stands: 'An event of an unknown type is passed on.',
        find: 'if (steps === undefined) throw new UndecodableEvent(\'newer\', `it holds an event "${type}"`);',
        replace: 'if (steps === undefined) return body as unknown as Event;',
      },
    ],
  ),
  ...inFile(
    'src/journal/reader.ts',
    [JOURNAL],
    [
      {
        name: 'long-history-cut',
        stands: 'Only the first piece of a long history is read.',
        find: "if (row?.['rows'] !== rows) return;",
        replace: 'return;',
      },
      {
        name: 'event-seen-twice',
        stands: 'Whoever follows a run sees its last event again.',
        find: 'run, after + 1)) yield*',
        replace: 'run, after)) yield*',
      },
      {
        name: 'header-is-a-run',
        stands: 'A run whose driver died at once is shown.',
        find: "'SELECT body FROM run WHERE body IS NOT NULL ORDER BY number'",
        replace: "'SELECT coalesce(body, \\'{}\\') AS body FROM run ORDER BY number'",
      },
    ],
  ),
  ...inFile(
    'src/journal/open.ts',
    [OPEN],
    [
      {
        name: 'no-sync',
        stands: 'A commit is not on disk when it returns.',
        find: 'PRAGMA synchronous = FULL',
        replace: 'PRAGMA synchronous = OFF',
      },
      {
        name: 'cloned-journal-driven',
        stands: "A journal that came with somebody's repository is believed.",
        find: 'if (isOpenToOthers(stateFolder)) {',
        replace: 'if (false) {',
      },
      {
        name: 'foreign-state-believed',
        stands: 'State that others can write is believed.',
        find: 'if (distrust === undefined) return;',
        replace: 'return;',
      },
    ],
  ),
  ...inFile(
    'src/journal/schema.ts',
    [OPEN],
    [
      {
        name: 'migrated-again',
        stands: 'Steps that a file has been through are taken again.',
        find: 'migrations.slice(from)',
        replace: 'migrations',
      },
      {
        name: 'later-schema-believed',
        stands: 'The journal of a later version is written by this one.',
        find: 'if (version > migrations.length) {',
        replace: 'if (false) {',
      },
      {
        name: 'foreign-database',
        stands: 'A database of another program gets our tables.',
        find: 'if (application !== APPLICATION_ID) {',
        replace: 'if (false) {',
      },
    ],
  ),
  ...inFile(
    'src/journal/status-keeper.ts',
    [SNAPSHOT],
    [
      {
        name: 'snapshot-at-every-commit',
        stands: 'A snapshot of all beads is written at every commit.',
        find: 'if (this.#clock.now() - this.#savedAt >= EVERY_MS) this.save();',
        replace: 'this.save();',
      },
    ],
  ),
];
