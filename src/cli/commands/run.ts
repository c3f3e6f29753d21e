/** `gastown run`. */
import type { NodeId } from '../../core/ids.ts';
import type { Plan } from '../../core/plan.ts';
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
  const project = await openProject(this, flags);
  const wanted = project && selection(this, project.plan, flags);
  if (project === undefined || wanted === undefined) return;
  if (flags.dryRun) {
    dryRun(this, project, project.plan, wanted, flags);
    return;
  }
  const idle = project.diagnostics.find(({ code }) => code === 'plan/no-agent');
  if (idle !== undefined) {
    print(this.console.stderr, ['error: nothing was run: the plan above has no agent for some of its beads']);
    this.exit(EXIT.usage);
    return;
  }
  await execute(this, {
    project,
    select: wanted,
    rerun: flags.rerun,
    waitMs: flags.wait ?? WAIT_MS,
    flags,
  });
}

/** The beads that are asked for; undefined when they are not in the plan, which is said then. */
function selection(
  context: Context,
  plan: Plan,
  { bead: asked = [], withDeps }: RunFlags,
): readonly NodeId[] | 'all' | undefined {
  if (asked.length === 0) {
    if (!withDeps) return 'all';
    print(context.console.stderr, ['error: --with-deps goes with --bead']);
    context.exit(EXIT.usage);
    return undefined;
  }
  const ids = new Map<string, NodeId>(plan.beads.map(({ id }) => [id, id]));
  const select = asked.flatMap((id) => ids.get(id) ?? []);
  for (const id of asked) if (!ids.has(id)) sayUnknownBead(context, id, [...ids.keys()]);
  if (select.length < asked.length) return undefined;
  return withDeps ? withDependencies(plan, select) : select;
}
