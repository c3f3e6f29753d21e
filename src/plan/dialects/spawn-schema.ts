/**
 * The schema of a spawn file: a bead that joins a run while it goes on. What an agent wrote is data: it cannot bring
 * commands, secrets, gates, an agent or a rig; where a person looks at it first, it may bring commands.
 */
import { type BeadTable, beadFields, type CriterionText, onFailure } from './bead-schema.ts';
import { anything, byType, list, mapped } from './containers.ts';
import { boolean, command, duration, integer, minutes, text, visibleText, word } from './kinds.ts';
import { type Field, type Kind, misplaced, optional, required, table } from './schema.ts';

const APPROVED = 'a person has to approve it (`formula.spawn.approval = true`, or `gastown add` by a person)';
const INHERITED = 'an added bead has the one of the bead that adds it';
const AUTHOR = 'only the author of a formula can say it';

/** A spawn file as a whole, with commands or without. */
export const spawnFile = (mayRun: boolean): Kind<{ readonly bead: BeadTable | undefined }> =>
  mayRun ? WITH_COMMANDS : WITHOUT;

const foreign = (doc: string): Field<unknown> => optional(anything, doc);

function fileOf(mayRun: boolean) {
  const commands = <O>(field: Field<O>): Field<O> => (mayRun ? field : misplaced(field, APPROVED));
  return table({
    bead: required(
      table({
        ...beadFields,
        id: required(text, 'One segment, unique among the beads that the same bead adds.'),
        status: misplaced(beadFields.status, AUTHOR),
        rig: misplaced(beadFields.rig, INHERITED),
        agent: misplaced(beadFields.agent, INHERITED),
        spawn: misplaced(beadFields.spawn, INHERITED),
        when: misplaced(beadFields.when, AUTHOR),
        gate: misplaced(beadFields.gate, AUTHOR),
        for_each: misplaced(beadFields.for_each, AUTHOR),
        use: misplaced(beadFields.use, AUTHOR),
        with: misplaced(beadFields.with, AUTHOR),
        env: misplaced(foreign('Environment variables.'), AUTHOR),
        secrets: misplaced(foreign('Names of secrets.'), AUTHOR),
        dependencies: optional(
          table({
            requires: optional(
              list(text),
              'New beads by their ids, others by their whole ids, the adding bead by its own: its own work is done.',
            ),
            blocked_by: optional(list(text), 'The same as `requires`.'),
            on_failure_of: misplaced(optional(list(text), 'Ids of beads that have failed.'), AUTHOR),
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
            run: commands(optional(command, 'A shell command that is the work, instead of an agent.')),
          }),
          'The work.',
        ),
        acceptance: optional(
          table({
            criteria: optional(list(criterion(commands)), 'When the work is accepted.'),
            checks: commands(optional(list(command), 'Commands that must all exit 0.')),
          }),
          'How the work is judged.',
        ),
        execution: optional(
          table({
            timeout: optional(duration, 'Limit of one attempt, such as "30s", "90m", "1h".'),
            timeout_minutes: optional(minutes, 'The same in minutes.'),
            retries: optional(
              integer({ least: 0, most: 1000 }),
              'Further attempts after the first. Default: those of the bead that adds it.',
            ),
            on_failure: optional(
              mayRun ? onFailure : word('pause', 'skip'),
              'When retries are used up. Default: that of the bead that adds it.',
            ),
          }),
          'Limits.',
        ),
      }),
      'The bead to add.',
    ),
  });
}

function criterion(commands: <O>(field: Field<O>) => Field<O>): Kind<CriterionText> {
  const whole = table({
    text: required(visibleText, 'What must be true.'),
    check: commands(optional(command, 'A command that decides it: exit 0 means verified.')),
  });
  return byType<CriterionText>(
    {
      string: mapped(visibleText, ({ value, start, end }) => ({ text: value, check: undefined, start, end })),
      table: mapped(whole, ({ text: line, check }) =>
        line === undefined
          ? undefined
          : { text: line.value, check: check?.value, start: line.start, end: line.end },
      ),
    },
    'a string, or a table with `text`',
  );
}

const WITHOUT = fileOf(false);
const WITH_COMMANDS = fileOf(true);
