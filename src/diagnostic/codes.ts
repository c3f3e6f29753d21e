/**
 * Every diagnostic there is. A code never changes its meaning; `gastown explain CODE` prints the title and the explanation.
 */
import type { Severity } from './severity.ts';

/** What is known about a code apart from any one occurrence. */
export interface CodeEntry {
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
}

const entry = (severity: Severity, title: string, explanation: string): CodeEntry => ({
  severity,
  title,
  explanation,
});

/** The table of codes, grouped by area. */
export const codes = {
  'file/missing': entry(
    'error',
    'a file does not exist',
    'A file or folder that the plan needs is not there. Paths are relative to the project root; a formula keeps its beads in the folder `beads` beside it.',
  ),
  'file/directory': entry(
    'error',
    'a folder stands where a file should be',
    'The path names a folder. Name the file itself, for example `gastown/formula.toml`.',
  ),
  'file/unreadable': entry(
    'error',
    'a file cannot be read',
    'The file exists, but the system refuses to give its content: most often its permissions. The message carries the reason.',
  ),
  'file/outside': entry(
    'error',
    'a path leaves the project',
    'Formulas, beads and context documents must lie inside the project root, symbolic links included: a formula from a stranger must not be able to read your other files.',
  ),
  'file/binary': entry(
    'error',
    'a file is not text',
    'The file holds bytes that are no UTF-8 text. Formulas and beads are TOML, which is always UTF-8.',
  ),
  'file/too-large': entry(
    'error',
    'a file is too large',
    'Formulas, beads and context documents are read whole and may have 4 MiB. Split the document, or point to the part that is needed.',
  ),
  'file/too-many-remarks': entry(
    'notice',
    'more is wrong than is told',
    'Of all that is wrong in the files of a plan, the first 10,000 remarks are kept. This one is as severe as the worst of those that are left out.',
  ),

  'toml/syntax': entry(
    'error',
    'the file is not valid TOML',
    'The text breaks the rules of TOML 1.0 at this place. Reading stops there, so more errors may follow once this one is mended.',
  ),
  'toml/too-deep': entry(
    'error',
    'values are nested too deeply',
    'Arrays and tables may be nested 64 levels deep here. Nothing that GasTown reads needs more than five.',
  ),
  'toml/repaired-escape': entry(
    'notice',
    'an escape sequence that TOML does not know was understood',
    'Some exporters write bytes and control characters as `\\xHH`, `\\a` or `\\v`, which TOML 1.0 does not allow. They were read as the UTF-8 bytes they stand for; what is no UTF-8 became U+FFFD. The file itself was not changed.',
  ),

  'dialect/unrecognised': entry(
    'error',
    'the file is no formula that GasTown knows',
    'A formula has a `[formula]` table with a name and a type; a bead file has a `[bead]` table with an id.',
  ),
  'dialect/not-supported': entry(
    'error',
    'the format is recognised, but not supported yet',
    'The file belongs to another known format (upstream Gas Town formulas, overlays, GasCity cities and orders). This version reads the native format and the output of `visionspec export gastown`.',
  ),
  'dialect/type-inferred': entry(
    'notice',
    'the formula does not say its type',
    'Without `formula.type` the type follows from the sections of the file, and is `convoy` when nothing points elsewhere. Write it down: the three types schedule differently.',
  ),

  'schema/unknown-key': entry(
    'warning',
    'a key is not known',
    'No version of the format has this key, so it is ignored; most often it is misspelt or in the wrong table. With `--strict` this is an error.',
  ),
  'schema/missing-key': entry(
    'error',
    'a required key is missing',
    'Add the key to the table that is shown.',
  ),
  'schema/wrong-type': entry(
    'error',
    'a value has the wrong type',
    'The key exists, but takes another kind of value. Strings need quotes, numbers none, lists square brackets.',
  ),
  'schema/bad-value': entry(
    'error',
    'a value is not allowed',
    'The value has the right type, but lies outside of what makes sense for this key. The message says what is allowed.',
  ),
  'schema/not-acted-on': entry(
    'notice',
    'a key is recognised, but not acted on',
    'The key is part of the format and harmless to ignore; this version does nothing with it.',
  ),
  'schema/not-available': entry(
    'error',
    'a feature is not available in this version',
    'The key is part of the format, and ignoring it would make the run do something else than the plan says (pass a gate, skip a condition, exceed a budget). So the plan is refused instead. Remove the key to run without it.',
  ),
  'schema/template-in-command': entry(
    'error',
    'a command contains a template',
    'Values are never pasted into shell commands: a hostile value could run anything. `{{name}}` is therefore not allowed in `run`, `check`, `checks` and `setup`; read values from the environment instead: `"$GASTOWN_VAR_NAME"` holds the value of the variable `name`.',
  ),
  'schema/command-too-long': entry(
    'error',
    'a command is too long',
    'A command may have 64 KiB. Put the text into a script of the project and call that.',
  ),

  'schema/misplaced-key': entry(
    'error',
    'a key cannot stand in this kind of file',
    'A library bead is used by beads of several formulas, so it cannot say what only a bead of a formula can: what it requires, its conditions, its priority, its status, or another library bead. A bead that is added while a run goes on inherits its rig and its agent, and cannot bring commands, secrets or gates: what an agent wrote is data. Where `formula.spawn.approval` is true, or a person adds it, it may bring commands.',
  ),

  'vars/bad-declaration': entry(
    'error',
    'the declaration of a variable contradicts itself',
    'The default and every value of `enum` have the type of the variable, and the default is one of them and matches `pattern`. A value has at most 1,024 characters. A pattern has at most 256, is one of RE2, so it cannot look around or refer back, and does not repeat too much; it is matched against the whole value, without backtracking.',
  ),
  'vars/same-environment': entry(
    'error',
    'two variables would have the same name in the environment',
    'Programs get the value of `my-name` in `GASTOWN_VAR_MY_NAME`: upper case, with `_` for `-`. Rename one of the two.',
  ),
  'vars/idle-default': entry(
    'warning',
    'a variable is required, and has a default',
    'With `required = true` somebody has to give a value each time, so the default is never used. Remove one of the two.',
  ),
  'vars/unknown-variable': entry(
    'error',
    'a value is given for a variable that does not exist',
    'Variables are declared in `[formula.vars]` and given with `--var name=value`; inputs of a library bead are declared in its `[inputs]` and given with `bead.with`.',
  ),
  'vars/missing-value': entry(
    'error',
    'a variable has no value',
    'It has no default, or is `required`. Give a value with `--var name=value` (an input of a library bead: with `bead.with`). A formula can be checked and drawn without the values of its variables; then this is a notice.',
  ),
  'vars/bad-value': entry(
    'error',
    'a value does not fit its variable',
    'The value has another type, is not one of those that `enum` allows, does not match `pattern`, or is longer than 1,024 characters.',
  ),

  'template/malformed': entry(
    'error',
    'a template is not well formed',
    'Where a formula declares variables, `{{name}}` in names, descriptions, artifacts, criteria and context references stands for a value. A literal `{{` is written `\\{{`.',
  ),
  'template/makes-pattern': entry(
    'error',
    'a value makes a pattern of an artifact',
    'A value with one of `* ? [ ] { }`, or one that makes an artifact end with `/`, would let other files pass for the one that was meant. Write patterns into the artifact itself.',
  ),
  'template/unknown-name': entry(
    'error',
    'a template names something that does not exist',
    'Texts of a formula’s beads can name the variables in `[formula.vars]`; texts of a library bead only its own `[inputs]`.',
  ),

  'plan/no-beads': entry(
    'error',
    'the formula has no beads',
    'A formula needs at least one bead file (`*.toml`) in the folder `beads` beside it.',
  ),
  'plan/bad-id': entry(
    'error',
    'an id is not allowed',
    'Ids name folders, branches and links, so they are one segment of at most 128 letters, digits, `.`, `_` and `-`, starting with a letter or digit. The slash is reserved for beads that are added by other beads.',
  ),
  'plan/duplicate-id': entry(
    'error',
    'two beads have the same id',
    'Everything refers to beads by id, so ids are unique within a formula. Rename one of them.',
  ),
  'plan/similar-id': entry(
    'warning',
    'two ids differ only in case',
    'Ids name files; on file systems that ignore case (macOS) the two would share them.',
  ),
  'plan/unknown-requirement': entry(
    'error',
    'a requirement names no bead',
    'Each entry of `bead.dependencies.requires` is the id of a bead of the same formula.',
  ),
  'plan/self-dependency': entry(
    'error',
    'a bead requires itself',
    'A bead that waits for itself can never start. Remove the entry.',
  ),
  'plan/repeated-requirement': entry(
    'warning',
    'a requirement is listed twice',
    'The second one has no effect.',
  ),
  'plan/cycle': entry(
    'error',
    'circular dependency',
    'The beads of a cycle wait for each other, so none can ever start. `a → b` means that a requires b. Remove one requirement of each cycle; `gastown graph` draws it.',
  ),
  'plan/bad-join': entry(
    'error',
    'a join cannot be met',
    '`bead.join` says how many of the required beads must be done: `"all"`, `"any"` or a number between 1 and the number of requirements.',
  ),
  'plan/order-unknown': entry(
    'error',
    'the order lists a bead that does not exist',
    'Every id in `formula.beads.order` (or in the list of an exported formula) needs a bead file. Remove the entry or add the file.',
  ),
  'plan/order-unlisted': entry(
    'warning',
    'a bead is missing from the order',
    'The formula lists the order of its beads, but not this one: it comes last. Add it where it belongs.',
  ),
  'plan/order-repeated': entry(
    'warning',
    'a bead is listed twice in the order',
    'The first position counts.',
  ),
  'plan/order-contradiction': entry(
    'warning',
    'the order contradicts a requirement',
    'In a workflow the order is the sequence. It lists a bead before one that it requires; the requirement wins.',
  ),
  'plan/list-differs': entry(
    'warning',
    'the formula and a bead file disagree',
    'An exported formula repeats the dependencies of its beads. The bead file counts.',
  ),
  'plan/contradicting-requirement': entry(
    'error',
    'a bead needs another one to be done and to fail',
    'The same bead is listed in `requires` and in `on_failure_of`. It cannot be both, so the bead could never run. Remove one of the entries.',
  ),
  'plan/spawn-not-allowed': entry(
    'error',
    'beads may not be added in this formula',
    '`bead.for_each` and `bead.spawn` add beads while the run goes on. That is allowed in an expansion, and elsewhere with `allowed = true` in `[formula.spawn]`.',
  ),
  'plan/no-sync-points': entry(
    'warning',
    'the formula has no sync points',
    '`formula.sync.checks` and `formula.sync.approval` apply to the sync points between the levels of a convoy. Workflows, expansions and convoys with `mode = "none"` have none, so nothing would be checked or approved.',
  ),
  'plan/artifact-outside': entry(
    'error',
    'an artifact leaves the rig',
    'Artifacts are paths or globs below the folder in which the bead works: relative, with `/`, without `..`.',
  ),
  'plan/rig-not-found': entry(
    'error',
    'Rig not found',
    'A rig says where and how beads are executed. `default` always exists; every other rig is a table `[rigs.NAME]` in gastown.toml or a file rigs/NAME.toml.',
  ),
  'plan/unknown-agent': entry(
    'error',
    'an agent is not defined',
    'Agents are tables `[agents.NAME]` in gastown.toml with the command to start; `shell` is built in and runs `bead.task.run`.',
  ),
  'plan/agent-mapped': entry(
    'notice',
    'exported agent types mean the default agent',
    'The exporter writes roles such as setup, dev, qa and ops. Where gastown.toml defines no agent of that name, the default agent does the work.',
  ),
  'plan/missing-capability': entry(
    'warning',
    'an agent lacks a capability that a bead asks for',
    'The bead lists capabilities that its agent does not declare in gastown.toml. It will be given the bead anyway.',
  ),
  'plan/no-agent': entry(
    'warning',
    'nobody is there to do the work',
    'The plan is valid, but cannot be run: some beads have neither a command (`bead.task.run`) nor an agent. Define one: `[agents.NAME]` with `command = ["program", "argument"]` in gastown.toml. If it is the only one, it does everything; else choose with `project.agent`, `rigs.NAME.agent` or `bead.agent`.',
  ),
  'plan/shell-without-run': entry(
    'error',
    'a shell bead has no command',
    'The agent `shell` runs the command in `bead.task.run`; without it there is nothing to do.',
  ),
  'plan/run-without-shell': entry(
    'error',
    'a command is given to an agent',
    '`bead.task.run` is a shell command; it is run by the agent `shell`, not by another one. Remove the agent or the command.',
  ),

  'condition/syntax': entry(
    'error',
    'an expression cannot be read',
    '`bead.when` and `bead.for_each` hold expressions in CEL, such as `beads.tests.outcome == "done" && vars.target == "staging"`. Compare with `==`, join with `&&` and `||`, negate with `!`. An id that is no name in CEL is written `beads["pet-crud"]` (or `beads.pet_crud`).',
  ),
  'condition/too-large': entry(
    'error',
    'an expression is too large',
    'An expression may have 4,096 characters and 500 parts, nested 50 levels deep. Let a bead compute what is needed and read it from its outputs.',
  ),
  'condition/not-allowed': entry(
    'error',
    'an expression uses what is not allowed here',
    'Expressions must end soon, give the same every time, and say which beads they read. So there are no patterns (`matches`), no clock, no names for intermediate values, and beads, variables and environment variables are named literally.',
  ),
  'condition/unknown-name': entry(
    'error',
    'an expression uses an unknown name',
    'Expressions read `beads.ID.outcome`, `.outputs` and `.artifacts`, `vars.NAME` for a variable that the formula declares, `env.NAME` for an environment variable that `formula.env` lists, and `file.exists("path")`.',
  ),
  'condition/unknown-outcome': entry(
    'error',
    'an expression compares an outcome with a word that is none',
    'The comparison could never hold. Outcomes are "done", "failed", "skipped", "not-taken", "cancelled" and "pending".',
  ),
  'condition/wrong-type': entry(
    'error',
    'the types in an expression do not fit',
    '`bead.when` must give true or false, `bead.for_each` a list, and operators and functions take values of certain types only. What stands in the outputs of a bead is known when it is read; all else is checked here.',
  ),
  'condition/not-before': entry(
    'error',
    'an expression reads a bead that need not come before',
    'An expression is evaluated when everything that the bead waits for is settled, so it may read only those beads: what it requires, directly or not, or lists in `on_failure_of`; in a workflow everything earlier in the sequence; in a convoy with sync points everything on lower levels.',
  ),
  'condition/path-outside': entry(
    'error',
    'an expression asks for a file outside the project',
    '`file.exists` takes a path from the project root, with `/` and without leaving it.',
  ),

  'context/unknown-document': entry(
    'warning',
    'a bead refers to a document that the formula does not name',
    '`from_spec` refers to `formula.context.spec`, `from_trd` to `formula.context.trd`, and so on.',
  ),
  'context/missing-document': entry(
    'warning',
    'a context document is missing',
    'Context paths are tried against the project root, then against the folder of the formula. The bead still runs, but its agent gets no text from this document.',
  ),
  'context/missing-section': entry(
    'warning',
    'a section is missing',
    'A reference such as `requirements.pet_management` names headings of a Markdown document from the outside in; `_`, `-`, spaces, case and punctuation make no difference, and levels in between may be left out where that is unambiguous.',
  ),
  'context/ambiguous-section': entry(
    'warning',
    'a section reference fits several headings',
    'Name more of the headings above it, so that only one section fits.',
  ),

  'lint/coupled-artifacts': entry(
    'warning',
    'an artifact glob couples beads',
    'A glob that covers large parts of the tree, or what another bead declares, is satisfied by work that is not the bead’s own, and keeps beads from running at once. List the files that this bead leaves.',
  ),
  'lint/shared-artifact': entry(
    'warning',
    'two beads that could run at once declare the same artifact',
    'They would write the same file at the same time, so they are not run at once. Split the artifact, or let one bead require the other.',
  ),
  'lint/implied-requirement': entry(
    'warning',
    'a requirement is already implied by another',
    'If a requires b and b requires c, then a need not require c as well. Fewer dependencies are easier to read and change.',
  ),
  'lint/file-name': entry(
    'warning',
    'a bead file is not named after its bead',
    'Tools and people look for the bead `pet-crud` in `pet-crud.toml`.',
  ),

  'settings/not-available': entry(
    'error',
    'a kind of rig is not available in this version',
    'Rigs of the kind `directory` work in a folder of the project. `worktree` and `container` are recognised, but this version cannot make them, and working in the folder itself would not be what you asked for.',
  ),
  'settings/duplicate-rig': entry(
    'error',
    'a rig is defined twice',
    'A rig is either a table `[rigs.NAME]` in gastown.toml or the file rigs/NAME.toml.',
  ),
  'settings/unknown-agent': entry(
    'error',
    'the settings name an agent that is not defined',
    '`project.agent` and `rigs.NAME.agent` refer to a table `[agents.NAME]`.',
  ),

  'project/no-formula': entry(
    'error',
    'no formula was found',
    'Name one with `--formula PATH` or `$GASTOWN_FORMULA`, or choose one for the project with `gastown init PATH`. Without, GasTown looks for formula.toml, gastown/formula.toml, .gastown/formula.toml and export/gastown/formula.toml in this folder and those above it.',
  ),
  'project/several-formulas': entry(
    'error',
    'several formulas were found',
    'Name one with `--formula PATH`, or choose one for the project with `gastown init PATH`.',
  ),
} as const satisfies Record<string, CodeEntry>;

/** The stable name of a diagnostic, `area/slug`. */
export type Code = keyof typeof codes;

/** Tells whether outside text is a code, for `gastown explain`. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}
