/** The schema of a formula file: the native keys and the exporter's sections. */

import type { TomlValue } from '../toml/toml-tree.ts';
import { gate, onFailure } from './bead-schema.ts';
import { anything, byType, list, record } from './containers.ts';
import { boolean, command, duration, integer, minutes, name, text, visibleText, word } from './kinds.ts';
import { inert, type Kind, type Out, optional, required, table, unavailable } from './schema.ts';
import { variables } from './variable-schema.ts';

const quorum = word('all', 'majority', 'any');

const version: Kind<TomlValue> = byType<TomlValue>(
  { string: anything, integer: anything, float: anything },
  'a string or a number',
);

const moment: Kind<TomlValue> = byType<TomlValue>({ string: anything, date: anything }, 'a date');

const isEmptyTable = (value: TomlValue): boolean => value.type === 'table' && value.entries.size === 0;
const isFalse = (value: TomlValue): boolean => value.type === 'boolean' && !value.value;

const CONTEXT_KEY = '^[A-Za-z0-9][A-Za-z0-9_-]*$';
const contextKey = new RegExp(CONTEXT_KEY);

const formula = table({
  name: required(visibleText, 'What the formula is called.'),
  type: optional(
    word('convoy', 'workflow', 'expansion'),
    'How beads are scheduled: in levels, one by one, or as beads are found.',
  ),
  rig: optional(visibleText, 'Where beads are executed. Default: "default", which always exists.'),
  version: optional(version, 'For information.'),
  description: optional(text, 'For information.'),
  created: optional(moment, 'For information; written by the exporter.'),
  source: optional(text, '"multispec" marks the output of the exporter.'),
  context: optional(
    record(
      visibleText,
      (key) => (contextKey.test(key) ? undefined : 'must be letters, digits, `_` and `-`'),
      CONTEXT_KEY,
    ),
    'Documents by key (spec, mrd, trd, …): paths from the project root, or else from the folder of the formula.',
  ),
  execution: optional(
    table({
      parallel_beads: optional(integer({ least: 1, most: 10_000 }), 'Beads in work at once. Default: 3.'),
      timeout_minutes: optional(minutes, 'Limit of one run, and upper bound of one attempt.'),
      retries: optional(integer({ least: 0, most: 1000 }), 'For beads that do not say it themselves.'),
      on_failure: optional(onFailure, 'For beads that do not say it themselves.'),
    }),
    'Limits.',
  ),
  beads: optional(
    table({ order: optional(list(text), 'Ids in order: the sequence of a workflow, else a tie-break.') }),
    'The beads.',
  ),
  sync: optional(
    table({
      mode: optional(
        word('level', 'none'),
        '"none": no sync points; a bead starts when its requirements are done.',
      ),
      quorum: optional(quorum, 'When a level with failures may pass. Default: "all".'),
      checks: optional(list(command), 'Commands that must all exit 0 before a level may pass.'),
      approval: optional(gate, 'An approval of every level: true, or what the person is asked.'),
    }),
    'The sync points of a convoy.',
  ),
  env: optional(list(name), 'Environment variables that expressions may read as `env.NAME`.'),
  spawn: optional(
    table({
      allowed: optional(boolean, 'Whether beads may add beads. Default: true in an expansion, else false.'),
      depth: optional(integer({ least: 1, most: 100 }), 'Generations of added beads. Default: 5.'),
      children: optional(integer({ least: 1, most: 10_000 }), 'Beads that one bead may add. Default: 100.'),
      total: optional(
        integer({ least: 1, most: 100_000 }),
        'Beads of a run, added ones included. Default: 10,000.',
      ),
      approval: optional(boolean, 'A person approves every addition. Default: false.'),
    }),
    'How far a run may grow.',
  ),
  vars: optional(
    variables,
    'What `{{name}}` stands for in the texts of the beads, and `GASTOWN_VAR_NAME` for programs.',
  ),
});

const listEntry = table({
  id: optional(text, 'The bead.'),
  status: optional(text, 'For information; the bead file counts.'),
  blocked_by: optional(list(text), 'The bead file counts.'),
});

/** A formula file as a whole. */
export const formulaFile = table({
  formula: required(formula, 'The plan.'),
  convoy: optional(
    table({
      parallel: optional(boolean, 'For information.'),
      quorum: optional(quorum, 'The same as `formula.sync.quorum`.'),
      timeout: optional(duration, 'Limit of one run.'),
    }),
    'Written by the exporter.',
  ),
  workflow: optional(
    table({
      parallel: optional(boolean, 'For information: a workflow is a sequence.'),
      checkpoint_on_complete: inert(
        boolean,
        'A commit per bead.',
        'a directory rig makes no commits',
        isFalse,
      ),
      rollback_on_failure: inert(
        boolean,
        'Back to the last commit.',
        'a directory rig is never rolled back',
        isFalse,
      ),
    }),
    'Written by the exporter.',
  ),
  expansion: optional(
    table({
      template: unavailable(
        text,
        'A template for spawned beads.',
        'only the template "default" is known',
        (value) => value.type === 'string' && value.value === 'default',
      ),
      variables: unavailable(
        anything,
        'Variables of the template.',
        'templates are not filled in',
        isEmptyTable,
      ),
    }),
    'Written by the exporter.',
  ),
  beads: optional(
    table({
      directory: optional(
        visibleText,
        'The folder of the bead files, from the folder of the formula. Default: "beads".',
      ),
      count: optional(integer({ least: 0 }), 'For information.'),
      list: optional(list(listEntry), 'The beads in order.'),
    }),
    'Written by the exporter.',
  ),
  execution: optional(
    table({ entry_points: optional(list(text), 'For information: what was ready when it was exported.') }),
    'Written by the exporter.',
  ),
});

/** A formula file as it was read. */
export type FormulaTables = Out<typeof formulaFile>;
