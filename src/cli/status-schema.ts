/** The form of `gastown status --json`, published as schemas/status.schema.json. The program itself needs only the types. */
import { z } from 'zod';

const date = z.int().nullable().describe('Epoch milliseconds; null: not yet.');
const statusWord = z.enum([
  'ready',
  'waiting',
  'running',
  'done',
  'failed',
  'skipped',
  'paused',
  'cancelled',
  'needs-person',
  'not-taken',
]);

const bead = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: statusWord,
  attempts: z.int().min(0).describe('How many attempts were started.'),
  level: z.int().min(0).describe('Longest distance from a bead that requires nothing.'),
  requires: z.array(z.string()),
  startedAt: date.describe('When its first attempt started, in epoch milliseconds; null: not yet.'),
  endedAt: date.describe('When it was done or given up, in epoch milliseconds; null: not yet.'),
  note: z
    .string()
    .nullable()
    .describe('One sentence on the present status: why it failed, was skipped, waits.'),
});

const failure = z.strictObject({
  class: z.enum(['task', 'infrastructure', 'lost']).describe('Which budget pays for it.'),
  code: z.string(),
  message: z.string(),
});

const attempt = z.strictObject({
  attempt: z.int().min(1),
  status: z.enum(['running', 'done', 'failed', 'asked', 'cancelled']),
  startedAt: z.int().describe('Epoch milliseconds.'),
  endedAt: date,
  failure: failure.nullable(),
  log: z.string().describe('Absolute path of its output.'),
});

const evidence = z.strictObject({
  artifacts: z.array(
    z.strictObject({
      pattern: z.string(),
      files: z.int().min(0).describe('How many files it names.'),
      warning: z.string().nullable(),
    }),
  ),
  checks: z.array(
    z.strictObject({
      command: z.string(),
      exit: z.int(),
      log: z.string().describe('Absolute path of its output.'),
    }),
  ),
  criteria: z.array(
    z.strictObject({
      text: z.string(),
      verdict: z.enum(['verified', 'claimed', 'unmet']),
      evidence: z.string().describe('What the verdict rests on.'),
    }),
  ),
});

const detail = z.strictObject({
  file: z.string().nullable().describe('The bead file, relative to the project root.'),
  history: z
    .array(attempt)
    .nullable()
    .describe('Every attempt; null where only the last status can be read (a read-only folder).'),
  evidence: evidence.nullable().describe('What verification of the last attempt found.'),
  output: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'What its last successful work left for the beads that require it; null when nothing, or not readable.',
    ),
});

const run = z.strictObject({
  id: z.string(),
  phase: z.enum(['active', 'paused', 'settled']),
  outcome: z.enum(['done', 'failed', 'aborted']).nullable().describe('Of a settled run.'),
  note: z.string().nullable().describe('Why it is paused.'),
  createdAt: z.int().describe('Epoch milliseconds.'),
  updatedAt: z.int().describe('Epoch milliseconds.'),
  workedMs: z.int().min(0).describe('Time in which at least one attempt was working.'),
  parallel: z.int().min(0).describe('Beads in work at once, at most.'),
  predictedEndAt: z
    .int()
    .nullable()
    .describe(
      'When it will end, going by what its beads took in past runs, in epoch milliseconds; null: nobody works on it, or no durations are known.',
    ),
  driver: z
    .enum(['alive', 'gone', 'none', 'elsewhere'])
    .describe(
      'The gastown that works on it: alive, dead without having ended the run, none, or on another machine, where it cannot be judged.',
    ),
});

const person = z.strictObject({
  name: z.string().describe('A bead, or a sync point such as sync/0, as commands call it.'),
  wants: z.enum(['approval', 'answer']),
  note: z.string(),
  command: z.string().describe('What settles it.'),
});

/** The one object that `gastown status --json` prints. */
export const statusDocument = z.strictObject({
  formula: z.strictObject({
    name: z.string(),
    file: z.string().describe('Relative to the project root.'),
  }),
  run: run.nullable().describe('The latest run; null before the first.'),
  people: z.array(person).describe('What waits for a person, the first of them.'),
  beads: z
    .array(bead.extend({ detail: detail.optional().describe('With --bead only.') }))
    .describe('All beads in scheduling order; with --bead that one.'),
});

export type StatusDocument = z.infer<typeof statusDocument>;
export type StatusRun = z.infer<typeof run>;
export type StatusPerson = StatusDocument['people'][number];
export type StatusBead = StatusDocument['beads'][number];
export type StatusDetail = z.infer<typeof detail>;
export type StatusAttempt = z.infer<typeof attempt>;
export type StatusEvidence = z.infer<typeof evidence>;
