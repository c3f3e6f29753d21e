/**
 * `run --dry-run`: what would run, with every command, so that a stranger's formula can be read first. Nothing is
 * executed, nothing is written.
 */
import { join } from 'node:path';
import type { NodeId } from '../core/ids.ts';
import type { Bead, Plan } from '../core/plan.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import { inheritedBy } from '../engine/credits.ts';
import { durationOr, typicalDuration } from '../engine/durations.ts';
import { forecast } from '../engine/forecast.ts';
import { weighed } from '../engine/tails.ts';
import { openReader } from '../journal/open.ts';
import { realPath } from '../os/read-files.ts';
import type { Settings } from '../plan/settings.ts';
import type { ReadyProject } from '../project/open-project.ts';
import { stateFolderOf } from '../project/state-folder.ts';
import { findArtifact } from '../verify/artifacts.ts';
import { formatDuration } from '../view/duration.ts';
import { jsonText } from '../view/json-text.ts';
import { type Context, EXIT } from './context.ts';
import { namedLimits } from './limits.ts';
import { pastDurations, sourceSentence } from './past-durations.ts';
import { type Console, print } from './terminal/console.ts';
import { unmetLines } from './unmet.ts';

export interface DryRunFlags {
  readonly rerun: boolean;
  readonly json: boolean;
  readonly parallel?: number;
}

/** What one bead would execute. */
interface Intention {
  readonly id: string;
  readonly level: number;
  readonly rig: string;
  /** Null: nobody is there to do it. */
  readonly agent: string | null;
  /** A command for the shell, or a program with its arguments. */
  readonly work: string | readonly string[] | null;
  readonly checks: readonly string[];
}

/** Lists what `run` would execute, and says what it would say about a selection that cannot run. */
export function dryRun(
  context: Context,
  project: ReadyProject,
  plan: Plan,
  select: readonly NodeId[] | 'all',
  flags: DryRunFlags,
): void {
  const { console } = context;
  const selected = new Set(select === 'all' ? plan.beads.map(({ id }) => id) : select);
  const done = doneBefore(project, plan, flags.rerun ? selected : new Set(), flags.rerun && select === 'all');
  const beads = plan.beads.filter(({ id }) => selected.has(id) && !done.has(id));
  const unmet = new Map(
    beads.flatMap((bead) => {
      const missing = bead.requires.filter((need) => !done.has(need) && !selected.has(need));
      return missing.length === 0 ? [] : [[bead.id, missing] as const];
    }),
  );
  if (unmet.size > 0) {
    print(console.stderr, unmetLines(unmet));
    context.exit(EXIT.usage);
    return;
  }
  const intentions = inOrder(plan, beads).map((bead) => intentionOf(bead, project.settings));
  const parallel = plan.formula.type === 'workflow' ? 1 : (flags.parallel ?? plan.formula.parallel);
  const rigs = rigsOf(intentions, project.settings);
  const predicted = predict(project, plan, beads, done, parallel);
  if (flags.json) {
    const formula = { name: plan.formula.name, file: plan.formula.file };
    console.stdout.write(
      jsonText({ formula, parallel, predictedMs: predicted?.ms ?? null, rigs, beads: intentions }),
    );
  } else print(console.stdout, lines(plan, intentions, rigs, parallel, predicted, console));
}

interface Prediction {
  readonly ms: number;
  /** Where its durations come from. */
  readonly source: string;
}

/** How long the beads would take; undefined while no duration is known. */
function predict(
  { root, settings }: ReadyProject,
  plan: Plan,
  beads: readonly Bead[],
  settled: ReadonlySet<NodeId>,
  parallel: number,
): Prediction | undefined {
  const durations = pastDurations(root, plan);
  if (durations.size === 0) return undefined;
  const { makespan } = forecast({
    nodes: weighed(plan.nodes, durations),
    limits: { parallel, ...namedLimits(settings) },
    durationOf: durationOr(durations),
    select: beads.map(({ id }) => id),
    settled,
  });
  const typical = formatDuration(typicalDuration(durations));
  return { ms: makespan, source: sourceSentence(durations, plan.beads.length, typical) };
}

/** What `run` would not touch: done in the run it would go on with, or credited to the one it would make. */
function doneBefore(
  { root, settings }: ReadyProject,
  plan: Plan,
  again: ReadonlySet<NodeId>,
  fromScratch: boolean,
): ReadonlySet<NodeId> {
  using reader = openReader(stateFolderOf(root));
  const latest = reader?.latestRun(plan.formula.file);
  if (reader === undefined || latest === undefined)
    return new Set(plan.beads.filter((bead) => bead.declaredDone && !again.has(bead.id)).map(({ id }) => id));
  const done =
    latest.planHash === plan.hash && !fromScratch
      ? reader.beads(latest.run).flatMap(({ id, status }) => (status === 'done' ? [id] : []))
      : inheritedBy(plan, reader, (bead) => isStillThere(bead, root, settings), again).credits.map(
          ({ node }) => node,
        );
  return new Set(done.filter((id) => !again.has(id)));
}

function isStillThere(bead: Bead, root: string, { rigs }: Settings): boolean {
  const directory = realPath(join(root, rigs[bead.rig]?.root ?? '.'));
  if (directory === undefined) return false;
  return bead.artifacts.every((pattern) => findArtifact(directory, pattern).files.length > 0);
}

/** As the scheduler takes them: level by level and by priority, a workflow in its sequence. */
function inOrder({ formula }: Plan, beads: readonly Bead[]): readonly Bead[] {
  if (formula.type === 'workflow') return beads;
  // Sorting keeps the rest of the order, which they are in.
  return beads.toSorted((a, b) => a.level - b.level || a.priority - b.priority);
}

function intentionOf(bead: Bead, { rigs, agents }: Settings): Intention {
  const ofCriteria = bead.criteria.flatMap(({ check }) => check ?? []);
  const ofRig = rigs[bead.rig]?.checks ?? [];
  return {
    id: bead.id,
    level: bead.level,
    rig: bead.rig,
    agent: bead.agent ?? null,
    work: bead.run ?? (bead.agent === undefined ? null : (agents[bead.agent]?.command ?? null)),
    checks: [...new Set([...bead.checks, ...ofCriteria, ...ofRig])],
  };
}

interface RigIntention {
  readonly name: string;
  /** Relative to the project root. */
  readonly root: string;
  readonly setup: readonly string[];
}

function rigsOf(intentions: readonly Intention[], { rigs }: Settings): RigIntention[] {
  return [...new Set(intentions.map(({ rig }) => rig))].flatMap((name) => {
    const rig = rigs[name];
    return rig === undefined ? [] : [{ name, root: rig.root, setup: rig.setup }];
  });
}

function lines(
  plan: Plan,
  intentions: readonly Intention[],
  rigs: readonly RigIntention[],
  parallel: number,
  predicted: Prediction | undefined,
  { paint }: Console,
): string[] {
  const name = neutralise(plan.formula.name);
  if (intentions.length === 0)
    return [`${name}: nothing would run, everything asked for is done; --rerun runs it again`];
  const isSequence = plan.formula.type === 'workflow';
  const count = `${intentions.length} bead${intentions.length === 1 ? '' : 's'}`;
  const out = [`${name}: ${count} would run, ${isSequence ? 'one by one' : `${parallel} at once`}`];
  if (predicted !== undefined)
    out.push(paint('dim', `in about ${formatDuration(predicted.ms)}; ${predicted.source}`));
  for (const { name: rig, root, setup } of rigs) {
    if (setup.length === 0) continue;
    out.push('', paint('heading', `Setup of rig ${neutralise(rig)} (in ${neutralise(root)})`));
    for (const command of setup) out.push(...commandLines('', command));
  }
  let level = -1;
  for (const bead of intentions) {
    if (isSequence ? level === -1 : bead.level !== level)
      out.push('', paint('heading', isSequence ? 'In this sequence' : `Level ${bead.level}`));
    level = bead.level;
    const who = bead.agent === null ? paint('failed', 'nobody to do it') : `agent ${neutralise(bead.agent)}`;
    out.push(`  ${paint('ready', neutralise(bead.id))}  ${who}, rig ${neutralise(bead.rig)}`);
    if (bead.work !== null)
      out.push(...commandLines('work', typeof bead.work === 'string' ? bead.work : programLine(bead.work)));
    for (const check of bead.checks) out.push(...commandLines('check', check));
  }
  return [...out, '', paint('dim', 'Nothing was run and nothing was written.')];
}

/** A command may have many lines: each is shown, none is obeyed. */
function commandLines(label: string, command: string): string[] {
  const rows = command.replace(/\n$/, '').split('\n').map(neutralise);
  return rows.map((row, at) => `    ${(at === 0 ? label : '').padEnd(6)}${at === 0 ? '$' : ' '} ${row}`);
}

/** As one would type it, with what the program reads. */
const programLine = (argv: readonly string[]): string => `${argv.map(typed).join(' ')}  (reads the prompt)`;

const typed = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
