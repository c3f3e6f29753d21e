/** `gastown run`. */
import type { NodeId } from '../../core/ids.ts';
import { withDependencies } from '../../engine/opening.ts';
import { type Context, EXIT } from '../context.ts';
import { dryRun } from '../dry-run.ts';
import { type ExecutionFlags, execute } from '../execution.ts';
import { openProject } from '../project.ts';
import { print } from '../terminal/console.ts';
import { sayUnknownBead } from '../unknown-bead.ts';
import type { VariableFlags } from '../variables.ts';

/** How long beads wait for another terminal to ask for what they require, where nothing else is said. */
const WAIT_MS = 30_000;

interface RunFlags extends ExecutionFlags, VariableFlags {
  readonly formula?: string;
  readonly bead?: readonly string[];
  readonly withDeps: boolean;
  readonly eager: boolean;
  readonly wait?: number;
  readonly rerun: boolean;
  readonly dryRun: boolean;
  readonly strict: boolean;
}

export async function run(this: Context, flags: RunFlags): Promise<void> {
  const { stderr } = this.console;
  const project = await openProject(this, flags);
  if (project?.plan === undefined) return;
  const { plan } = project;
  const asked = flags.bead ?? [];
  const select: NodeId[] = [];
  for (const id of asked) {
    const bead = plan.beads.find((candidate) => candidate.id === id);
    if (bead !== undefined) select.push(bead.id);
    else
      sayUnknownBead(
        this,
        id,
        plan.beads.map((candidate) => candidate.id),
      );
  }
  if (select.length < asked.length) return;
  if (flags.withDeps && asked.length === 0) {
    print(stderr, ['error: --with-deps goes with --bead']);
    this.exit(EXIT.usage);
    return;
  }
  const wanted = asked.length === 0 ? 'all' : flags.withDeps ? withDependencies(plan, select) : select;
  if (flags.dryRun) {
    dryRun(this, project, plan, wanted, flags);
    return;
  }
  const idle = project.diagnostics.find(({ code }) => code === 'plan/no-agent');
  if (idle !== undefined) {
    print(stderr, ['error: nothing was run: the plan above has no agent for some of its beads']);
    this.exit(EXIT.usage);
    return;
  }
  await execute(this, {
    project,
    plan,
    select: wanted,
    rerun: flags.rerun,
    waitMs: flags.wait ?? WAIT_MS,
    flags,
  });
}
