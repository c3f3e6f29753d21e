/** The schema of a bead file: the native keys, the exporter's, and our extensions, all of which may be mixed. */

import type { Place } from '../toml/source.ts';
import { byType, list, mapped, record } from './containers.ts';
import { boolean, command, duration, integer, minutes, text, valueName, visibleText, word } from './kinds.ts';
import { type Kind, type Located, misplaced, type Out, optional, required, table } from './schema.ts';
import { given, variables } from './variable-schema.ts';

/** One line of acceptance, with the place of its text; `check` is a command that decides it. */
export interface CriterionText extends Place {
  readonly text: string;
  readonly check: string | undefined;
}

const criterionTable = table({
  text: required(visibleText, 'What must be true.'),
  check: optional(command, 'A command that decides it: exit 0 means verified.'),
});

const criterion: Kind<CriterionText> = byType<CriterionText>(
  {
    string: mapped(visibleText, ({ value, start, end }) => ({ text: value, check: undefined, start, end })),
    table: mapped(criterionTable, ({ text: line, check }) =>
      line === undefined
        ? undefined
        : { text: line.value, check: check?.value, start: line.start, end: line.end },
    ),
  },
  'a string, or a table with `text` and `check`',
);

const agentTable = table({
  type: optional(
    visibleText,
    'The agent by name, or "shell" for a command; an exported role means the default agent.',
  ),
  name: optional(visibleText, 'The agent by name, as defined in gastown.toml.'),
  capabilities: optional(list(visibleText), 'What the agent must be able to do.'),
});

/** Who a bead asks for. */
export interface AgentWish {
  readonly name: Located<string> | undefined;
  readonly type: Located<string> | undefined;
  readonly capabilities: readonly Located<string>[];
}

const agent: Kind<AgentWish> = byType<AgentWish>(
  {
    string: mapped(visibleText, (name) => ({ name, type: undefined, capabilities: [] })),
    table: mapped(agentTable, (out) => ({
      name: out.name,
      type: out.type,
      capabilities: out.capabilities?.items ?? [],
    })),
  },
  'the name of an agent, or a table',
);

/** How many requirements must be done. */
export type JoinWish = Located<'all' | 'any' | number>;

const join: Kind<JoinWish> = byType<JoinWish>(
  { string: word('all', 'any'), integer: integer({ least: 1 }) },
  '"all", "any" or a number',
);

/** A message for the person who is asked; empty where the author has none. Undefined: nobody is asked. */
export type GateWish = string | undefined;

/** `true`, or what the person is asked. */
export const gate: Kind<Located<GateWish>> = byType<Located<GateWish>>(
  {
    boolean: mapped(boolean, ({ value, start, end }) => ({ value: value ? '' : undefined, start, end })),
    string: visibleText,
  },
  'true or a message for the person who approves',
);

/** Whether a bead may add others, and when these join the run. */
export type SpawnWish = Located<'after' | 'live' | false>;

const spawn: Kind<SpawnWish> = byType<SpawnWish>(
  {
    string: word('after', 'live'),
    boolean: mapped(boolean, ({ value, start, end }, _, reading) => {
      if (!value) return { value, start, end };
      reading.report('schema/bad-value', `\`${reading.path()}\` must say when: "after" or "live"`, {
        start,
        end,
      });
      return undefined;
    }),
  },
  '"after", "live" or false',
);

/** A template's list. */
export interface ForEachWish extends Place {
  readonly in: Located<string>;
  readonly as: string;
  readonly id: string | undefined;
}

const DEFAULT_ITEM = 'item';

const forEachTable = table({
  in: required(visibleText, 'A CEL expression that gives a list.'),
  as: optional(valueName, 'What the item is called in texts. Default: "item".'),
  id: optional(
    visibleText,
    'The last part of the id of each bead. Default: the item, its `id` or its `name`, else its position.',
  ),
});

const forEach: Kind<ForEachWish> = byType<ForEachWish>(
  {
    string: mapped(visibleText, (list) => ({
      in: list,
      as: DEFAULT_ITEM,
      id: undefined,
      start: list.start,
      end: list.end,
    })),
    table: mapped(forEachTable, ({ in: list, as, id }) =>
      list === undefined
        ? undefined
        : { in: list, as: as?.value ?? DEFAULT_ITEM, id: id?.value, start: list.start, end: list.end },
    ),
  },
  'an expression, or a table with `in`',
);

/** What happens when a bead has used up its retries. */
export const onFailure = word('pause', 'skip', 'abort');

const ids = list(text);

/** What a bead can say. */
export const beadFields = {
  id: required(text, 'Unique within the formula; the file is named after it.'),
  name: optional(visibleText, 'For people. Default: the id.'),
  description: optional(text, 'The task; the same as `bead.task.description`.'),
  status: optional(
    text,
    '"done" when first loaded: declared done. Otherwise GasTown writes here where the bead is.',
  ),
  priority: optional(integer({ least: 0 }), 'Lower runs first when parallelism is limited. Default: 5.'),
  use: optional(text, 'A library bead, such as "go/lint": what this bead does not say is taken from it.'),
  with: optional(given, 'Values for the inputs of the library bead.'),
  rig: optional(visibleText, 'Where the bead is executed. Default: the rig of the formula.'),
  artifacts: optional(list(visibleText), 'The same as `bead.task.artifacts`.'),
  agent: optional(agent, 'Who does the work.'),
  join: optional(join, 'How many of the requirements must be done: "all" (default), "any" or a number.'),
  when: optional(visibleText, 'A CEL expression: the bead runs only where it holds.'),
  gate: optional(gate, 'An approval before the bead starts: true, or what the person is asked.'),
  spawn: optional(spawn, 'Whether its work may add beads: "after" it, "live" (at once) or false.'),
  for_each: optional(
    forEach,
    'Makes the bead a template: one bead for each item of the list that this CEL expression gives.',
  ),
  dependencies: optional(
    table({
      requires: optional(ids, 'Ids of the beads that must be done first.'),
      blocked_by: optional(ids, 'The same as `requires`, as the exporter writes it.'),
      on_failure_of: optional(ids, 'Ids of beads: it runs only when these failed for good.'),
      wait_for_all: optional(boolean, 'false: one requirement is enough, like `join = "any"`.'),
    }),
    'What the bead waits for.',
  ),
  task: optional(
    table({
      description: optional(text, 'What is to be done.'),
      artifacts: optional(
        list(visibleText),
        'Files the bead must leave: paths or globs below the root of its rig.',
      ),
      run: optional(command, 'A shell command that is the work, instead of an agent.'),
    }),
    'The work.',
  ),
  acceptance: optional(
    table({
      criteria: optional(list(criterion), 'When the work is accepted: prose, or tables with a check.'),
      checks: optional(list(command), 'Commands that must all exit 0.'),
    }),
    'How the work is judged.',
  ),
  context: optional(
    record(
      list(visibleText),
      (key) =>
        /^from_./.test(key) ? undefined : 'must be `from_` and the key of a document of `formula.context`',
      '^from_.+$',
    ),
    'Sections of the context documents that the worker is given.',
  ),
  execution: optional(
    table({
      timeout: optional(duration, 'Limit of one attempt, such as "30s", "90m", "1h".'),
      timeout_minutes: optional(minutes, 'The same in minutes.'),
      retries: optional(integer({ least: 0, most: 1000 }), 'Further attempts after the first. Default: 0.'),
      on_failure: optional(onFailure, 'When retries are used up: "pause" (default), "skip" or "abort".'),
    }),
    'Limits.',
  ),
};

const bead = table(beadFields);

/** A bead file as a whole. */
export const beadFile = table({ bead: required(bead, 'The task unit.') });

/** A bead as it was read. */
export type BeadTable = Out<typeof bead>;

const OWN = 'only the bead that uses it can';
const NAMES_BEADS = 'a library bead cannot name beads of a formula';

/** A library file as a whole. */
export const libraryFile = table({
  bead: required(
    table({
      ...beadFields,
      id: optional(text, 'For information: a bead that uses this one has an id of its own.'),
      status: misplaced(beadFields.status, OWN),
      priority: misplaced(beadFields.priority, OWN),
      join: misplaced(beadFields.join, OWN),
      when: misplaced(beadFields.when, NAMES_BEADS),
      for_each: misplaced(beadFields.for_each, NAMES_BEADS),
      dependencies: misplaced(beadFields.dependencies, NAMES_BEADS),
      use: misplaced(beadFields.use, 'a library bead cannot use another one'),
      with: misplaced(beadFields.with, 'a library bead cannot use another one'),
    }),
    'What the beads that use this file have in common.',
  ),
  inputs: optional(variables, 'What `{{name}}` stands for in the texts of this file.'),
});

/** A library file as it was read. */
export type LibraryTable = Out<typeof libraryFile>;
