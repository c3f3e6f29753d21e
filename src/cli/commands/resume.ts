/** `gastown resume`: `run` for a run that exists and is not finished. */
import { openReader } from '../../journal/open.ts';
import { stateFolderOf } from '../../project/state-folder.ts';
import { type Context, EXIT } from '../context.ts';
import { type ExecutionFlags, execute } from '../execution.ts';
import { findProject } from '../place.ts';
import { openProject } from '../project.ts';
import { print } from '../terminal/console.ts';
import type { VariableFlags } from '../variables.ts';

interface ResumeFlags extends ExecutionFlags, VariableFlags {
  readonly formula?: string;
}

export async function resume(this: Context, flags: ResumeFlags): Promise<void> {
  const place = await findProject(this, flags);
  if (place === undefined) return;
  using reader = openReader(stateFolderOf(place.root));
  const latest = reader?.latestRun(place.formulaFile);
  if (latest === undefined) {
    print(this.console.stderr, ['error: there is no run to resume', '  = hint: gastown run starts one']);
    this.exit(EXIT.usage);
    return;
  }
  const earlier = latest.vars ?? {};
  const project = await openProject(this, { ...flags, eager: latest.isEager === true }, { earlier });
  if (project === undefined) return;
  await execute(this, { project, select: 'same', rerun: false, waitMs: 0, flags });
}
