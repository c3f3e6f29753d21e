/**
 * Whether JSON from a journal is what it was written as. The journal is ours, but disks flip bits and files get edited:
 * whoever reads rows must be able to rely on their form. Content is believed.
 */
import { noCounts } from '../core/status.ts';
import type { BeadRow, PersonNeeded, ProcessIdentity, Reply, RunRow } from '../ports/journal.ts';

type Test = (value: unknown) => boolean;
/** A test for every field: a field that is added to a row is checked, or does not compile. */
type Form<Row> = { readonly [Key in keyof Required<Row>]: Test };

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STATUSES = noCounts();

const isText: Test = (value) => typeof value === 'string';
const isNumber: Test = (value) => typeof value === 'number';
const isFlag: Test = (value) => typeof value === 'boolean';
// What is undefined is left out of JSON, except in lists.
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || value === null || test(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const oneOf =
  (...words: readonly string[]): Test =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const isStatus: Test = (value) => typeof value === 'string' && Object.hasOwn(STATUSES, value);
// An earlier version may have counted fewer.
const isCounts: Test = (value) => isRecord(value) && Object.values(value).every(isNumber);
const isValue: Test = (value) => isText(value) || isNumber(value) || isFlag(value);

const PERSON: Form<PersonNeeded> = {
  node: isText,
  name: isText,
  wants: oneOf('approval', 'answer'),
  note: isText,
};

const RUN: Form<RunRow> = {
  run: isText,
  formula: isText,
  formulaFile: isText,
  planHash: isText,
  vars: maybe((value) => isRecord(value) && Object.values(value).every(isValue)),
  isEager: maybe(isFlag),
  createdAt: isNumber,
  phase: oneOf('active', 'paused', 'settled'),
  outcome: maybe(isText),
  note: maybe(isText),
  updatedAt: isNumber,
  workedMs: isNumber,
  parallel: isNumber,
  counts: isCounts,
  people: maybe(listOf((value) => has<PersonNeeded>(PERSON, value))),
  hasSync: maybe(isFlag),
};

const BEAD: Form<BeadRow> = {
  id: isText,
  name: isText,
  level: isNumber,
  requires: listOf(isText),
  status: isStatus,
  attempts: isNumber,
  startedAt: maybe(isNumber),
  endedAt: maybe(isNumber),
  note: maybe(isText),
  isUnasked: maybe(isFlag),
  parent: maybe(isText),
};

const IDENTITY: Form<ProcessIdentity> = {
  host: isText,
  bootId: isText,
  pidNamespace: isText,
  pid: (value) => Number.isSafeInteger(value),
  startTime: isText,
};

const REPLY: Form<Reply> = { type: oneOf('accepted', 'refused'), sentence: isText };

function has<Row>(form: Form<Row>, value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in form) if (!form[key](fields[key])) return false;
  return true;
}

export const isRunRow = (value: unknown): value is RunRow => has<RunRow>(RUN, value);
export const isBeadRow = (value: unknown): value is BeadRow => has<BeadRow>(BEAD, value);
export const isReply = (value: unknown): value is Reply => has<Reply>(REPLY, value);
export const isIdentity = (value: unknown): value is ProcessIdentity => has<ProcessIdentity>(IDENTITY, value);
