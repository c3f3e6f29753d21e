/** The schema of gastown.toml and of rigs/NAME.toml. */

import type { TomlString, TomlValue } from '../toml/toml-tree.ts';
import { isId } from './bead-id.ts';
import { anything, list, record } from './containers.ts';
import { command, integer, text, visibleText, withoutNul, word } from './kinds.ts';
import { inert, type Kind, type Out, optional, required, table, unavailable } from './schema.ts';

const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';
const acceptName = (key: string): string | undefined =>
  isId(key) ? undefined : 'must be letters, digits, `.`, `_` and `-`';

const VARIABLE = '^[A-Za-z_][A-Za-z0-9_]*$';
const variable = new RegExp(VARIABLE);
const variableProblem = (name: string): string | undefined =>
  !variable.test(name)
    ? 'must be the name of an environment variable: letters, digits and `_`'
    : name.startsWith('GASTOWN_')
      ? 'must not begin with GASTOWN_: those variables are set for every bead'
      : undefined;

const variableName: Kind<TomlString> = {
  json: { type: 'string', pattern: VARIABLE },
  read(value, reading) {
    const read = text.read(value, reading);
    const problem = read === undefined ? undefined : variableProblem(read.value);
    if (problem === undefined) return read;
    reading.report('schema/bad-value', `\`${reading.path()}\` ${problem}`, value);
    return undefined;
  },
};

const environment = record(withoutNul, variableProblem, VARIABLE);
const parallel = integer({ least: 1, most: 10_000 });
const is =
  (...words: readonly string[]) =>
  (value: TomlValue): boolean =>
    value.type === 'string' && words.includes(value.value);

const rig = table({
  kind: optional(
    word('directory', 'worktree', 'container'),
    'Default: "directory", a folder that all beads share.',
  ),
  root: optional(visibleText, 'Where beads run, relative to the project root. Default: ".".'),
  setup: optional(list(command), 'Commands that make the rig usable; once per run.'),
  setup_inputs: inert(
    list(visibleText),
    'Files that decide whether `setup` runs again.',
    '`setup` runs once per run',
  ),
  checks: optional(list(command), 'Commands that must exit 0 for every bead of the rig.'),
  env: optional(environment, 'Variables for every program in the rig.'),
  env_allow: optional(list(variableName), 'Variables taken over from your environment.'),
  secrets: optional(list(variableName), 'The same, and redacted from everything that is written.'),
  agent: optional(visibleText, 'Who works in this rig unless a bead says otherwise.'),
  parallel: optional(parallel, 'Beads in work at once in this rig.'),
  sandbox: unavailable(text, 'Confinement of agents.', 'programs would run unconfined', is('auto', 'off')),
  limits: unavailable(anything, 'Limits of memory and processes.', 'programs would run without limits'),
});

const agent = table({
  command: required(list(withoutNul), 'Program and arguments; the prompt arrives on its standard input.'),
  env: optional(environment, 'Variables for the program.'),
  capabilities: optional(list(visibleText), 'What it can do.'),
  parallel: optional(parallel, 'Beads it works on at once.'),
  profile: unavailable(anything, 'A built-in way to drive a known agent.', 'give its `command` instead'),
  protocol: unavailable(
    text,
    'How to talk to the program.',
    'only headless programs are driven',
    is('headless'),
  ),
});

const budget = unavailable(anything, 'What may be spent.', 'money would be spent without a limit');

/** Keys that a project cannot set, for whoever tries. */
const elsewhere = new Map([
  ['notify', 'notifications are configured by each user, in ~/.config/gastown/config.toml'],
]);

/** gastown.toml as a whole. */
export const settingsFile = table(
  {
    project: optional(
      table({
        formula: optional(visibleText, 'The default formula, relative to the project root.'),
        agent: optional(visibleText, 'Who works where neither bead nor rig names an agent.'),
      }),
      'The project.',
    ),
    rigs: optional(record(rig, acceptName, NAME), 'Where and how beads are executed.'),
    agents: optional(record(agent, acceptName, NAME), 'Who does the work.'),
    budget,
  },
  elsewhere,
);

/** rigs/NAME.toml: the keys of one rig at top level. */
export const rigFile = rig;

/** One rig as it was read. */
export type RigTable = Out<typeof rig>;
/** One agent as it was read. */
export type AgentTable = Out<typeof agent>;
