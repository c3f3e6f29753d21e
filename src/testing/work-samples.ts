/** Made-up beads, attempts and settings with plain defaults, for tests of what works on them. */
import { nodeId, runId } from '../core/ids.ts';
import type { Bead, Formula } from '../core/plan.ts';
import type { RigSettings } from '../plan/settings.ts';
import { DEFAULT_RIG } from '../plan/settings-load.ts';
import type { Attempt } from '../ports/work.ts';

/** A formula that says as little as possible. */
export const madeUpFormula: Formula = {
  name: 'petstore-api',
  type: 'convoy',
  version: undefined,
  file: 'gastown/formula.toml',
  context: {},
  parallel: 3,
  timeoutMs: undefined,
  rig: 'default',
  sync: 'level',
  quorum: 'all',
};

/** A bead with plain defaults. */
export function madeUpWork(id: string, more: Partial<Bead> = {}): Bead {
  return {
    id: nodeId(id),
    name: `The bead ${id}`,
    file: `gastown/beads/${id}.toml`,
    description: '',
    requires: [],
    priority: 5,
    level: 0,
    artifacts: [],
    criteria: [],
    checks: [],
    context: [],
    run: undefined,
    agent: undefined,
    rig: 'default',
    timeoutMs: undefined,
    declaredDone: false,
    statusLine: undefined,
    key: id,
    ...more,
  };
}

/** The first attempt at a bead, in a folder. */
export function madeUpAttempt(bead: Bead, folder: string, more: Partial<Attempt> = {}): Attempt {
  return {
    run: runId('r1'),
    bead,
    formula: madeUpFormula,
    number: 1,
    previous: undefined,
    required: [],
    outputs: new Map(),
    answers: [],
    folder,
    ...more,
  };
}

/** A directory rig at the project root. */
export function madeUpRig(more: Partial<RigSettings> = {}): RigSettings {
  return { ...DEFAULT_RIG, ...more };
}
