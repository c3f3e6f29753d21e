/** The towers of Hanoi as a plan: one bead for each move, in order. */
import { nodeId } from '../src/core/ids.ts';
import type { Bead, BeadNode, Formula, Plan, Policy } from '../src/core/plan.ts';
import { madeUpFormula } from '../src/testing/work-samples.ts';

/** A move, counted from 0: the disk (0 is the smallest) and the pegs, 0 to 2. */
export function moveOf(
  index: number,
  disks: number,
): { readonly disk: number; readonly from: number; readonly to: number } {
  const number = index + 1;
  const from = (number & (number - 1)) % 3;
  const to = ((number | (number - 1)) + 1) % 3;
  // Which of the two other pegs a tower of even height ends on is the other one.
  const peg = (at: number): number => (disks % 2 === 0 && at !== 0 ? 3 - at : at);
  return { disk: 31 - Math.clz32(number & -number), from: peg(from), to: peg(to) };
}

/** The pegs. I1 No disk lies on a smaller one. I2 Moves are made in order, each once. */
export class Towers {
  readonly #disks: number;
  /** Largest first. */
  readonly #pegs: readonly number[][];
  /** Moves that were made. */
  made = 0;

  constructor(disks: number) {
    this.#disks = disks;
    this.#pegs = [Array.from({ length: disks }, (_, at) => disks - 1 - at), [], []];
  }

  /** Throws when the move is not the next one, or not allowed. */
  look(index: number): void {
    const { disk, from, to } = moveOf(index, this.#disks);
    const target = this.#pegs[to]?.at(-1);
    if (index !== this.made) throw new Error(`move ${index} comes after ${this.made} moves`);
    if (this.#pegs[from]?.at(-1) !== disk) throw new Error(`disk ${disk} is not on top of peg ${from}`);
    if (target !== undefined && target < disk) throw new Error(`disk ${target} is smaller than disk ${disk}`);
  }

  make(index: number): void {
    this.look(index);
    const { from, to } = moveOf(index, this.#disks);
    this.#pegs[to]?.push(this.#pegs[from]?.pop() ?? 0);
    this.made += 1;
  }

  get isSolved(): boolean {
    return this.#pegs[2]?.length === this.#disks;
  }
}

const POLICY: Policy = { retries: 0, timeoutMs: undefined, onFailure: 'pause' };
const JOIN = { type: 'all' } as const;
const STEPS = ['work'] as const;
const NOTHING = [] as const;

/** Every move requires the one before. Ids are the numbers of moves, from 0; so are levels. */
export function towersPlan(disks: number): Plan {
  const formula: Formula = { ...madeUpFormula, name: 'hanoi', type: 'workflow', sync: 'none', parallel: 1 };
  const count = 2 ** disks - 1;
  const names = new Map<number, string>();
  const beads: Bead[] = [];
  const nodes: BeadNode[] = [];
  let before = nodeId('');
  for (let index = 0; index < count; index += 1) {
    const id = nodeId(String(index));
    const { disk, from, to } = moveOf(index, disks);
    const key = disk * 9 + from * 3 + to;
    const name = names.get(key) ?? `Move disk ${disk} from peg ${from} to peg ${to}`;
    names.set(key, name);
    beads.push({
      id,
      name,
      file: formula.file,
      description: '',
      requires: index === 0 ? NOTHING : [before],
      priority: 1,
      level: index,
      artifacts: NOTHING,
      criteria: NOTHING,
      checks: NOTHING,
      context: NOTHING,
      run: undefined,
      agent: 'mover',
      rig: 'default',
      timeoutMs: undefined,
      declaredDone: false,
      statusLine: undefined,
      key: name,
    });
    nodes.push({
      kind: 'bead',
      id,
      needs: index === 0 ? NOTHING : [{ node: before, on: 'succeeded' }],
      level: index,
      join: JOIN,
      priority: 1,
      order: index,
      tail: count - index,
      policy: POLICY,
      rig: 'default',
      agent: 'mover',
      locks: NOTHING,
      key: name,
      steps: STEPS,
    });
    before = id;
  }
  return { hash: `towers of ${disks}`, formula, beads, nodes };
}
