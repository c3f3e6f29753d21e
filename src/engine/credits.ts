/**
 * What a new run takes over from the latest one of its formula: work that is done and has not changed, and the beads that
 * joined that run below beads which are still the same. Finished work is paid for once.
 */
import type { AddedBy } from '../core/events.ts';
import { evolve } from '../core/evolve.ts';
import type { NodeId, RunId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { Bead, Plan } from '../core/plan.ts';
import type { NodeState } from '../core/state.ts';
import { Store } from '../core/store.ts';
import type { JournalReader } from '../ports/journal.ts';
import { Roster } from './roster.ts';

type Create = Extract<Input, { type: 'create' }>;

/** What a new run begins with. */
export type Inheritance = Pick<Create, 'credits' | 'growth'>;

/** The latest run as it is judged here. */
interface Earlier {
  readonly run: RunId;
  readonly store: Store;
  /** Only beads that joined it. */
  readonly roster: Roster;
  readonly addedBy: ReadonlyMap<NodeId, AddedBy>;
}

/**
 * A file's own word that a bead is done counts only before this project has run the formula: from then on the journal
 * knows. `isStillThere`: whether the artifacts of a bead are in the tree. `again`: beads to be run whatever was done.
 */
export function inheritedBy(
  plan: Plan,
  journal: JournalReader,
  isStillThere: (bead: Bead) => boolean,
  again: ReadonlySet<NodeId>,
): Inheritance {
  const latest = journal.latestRun(plan.formula.file);
  if (latest === undefined) {
    const declared = plan.beads.filter(({ id, declaredDone }) => declaredDone && !again.has(id));
    return { credits: declared.map(({ id }) => ({ node: id, how: 'declared', run: undefined })), growth: [] };
  }
  const earlier = readEarlier(journal, latest.run);
  return new Heir(plan, earlier, isStillThere, again).inherit();
}

function readEarlier(journal: JournalReader, run: RunId): Earlier {
  const store = new Store();
  const roster = new Roster([]);
  const addedBy = new Map<NodeId, AddedBy>();
  for (const event of journal.events(run)) {
    evolve(store, event);
    if (event.type !== 'beads-added') continue;
    roster.join(event.beads);
    for (const { id } of event.nodes) addedBy.set(id, event.by);
  }
  return { run, store, roster, addedBy };
}

/** Works out one inheritance. Owns: what was found to be credited, and what grows. */
class Heir {
  readonly #plan: Plan;
  readonly #earlier: Earlier;
  readonly #isStillThere: (bead: Bead) => boolean;
  readonly #again: ReadonlySet<NodeId>;
  readonly #beads: ReadonlyMap<NodeId, Bead>;
  readonly #credits = new Map<NodeId, Create['credits'][number]>();
  readonly #growth: Growth[] = [];

  constructor(
    plan: Plan,
    earlier: Earlier,
    isStillThere: (bead: Bead) => boolean,
    again: ReadonlySet<NodeId>,
  ) {
    this.#plan = plan;
    this.#earlier = earlier;
    this.#isStillThere = isStillThere;
    this.#again = again;
    this.#beads = new Map(plan.beads.map((bead) => [bead.id, bead]));
  }

  inherit(): Inheritance {
    for (const id of this.#inOrder()) {
      const bead = this.#beads.get(id);
      const before = this.#earlier.store.nodes.get(id);
      if (bead === undefined || before?.spec.kind !== 'bead' || before.spec.key !== bead.key) continue;
      if (!this.#again.has(id)) this.#take(bead, before);
    }
    return { credits: [...this.#credits.values()], growth: this.#growth };
  }

  /**
   * The beads of the plan, each after what it requires, and after what the beads require that it had added: so that this is
   * known when its turn has come.
   */
  *#inOrder(): Iterable<NodeId> {
    const entered = new Set<NodeId>();
    const left = new Set<NodeId>();
    const open: NodeId[] = [];
    for (const { id } of this.#plan.nodes) {
      open.push(id);
      for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
        if (!entered.has(next)) {
          entered.add(next);
          for (const before of this.#before(next)) if (!entered.has(before)) open.push(before);
          continue;
        }
        open.pop();
        if (left.has(next)) continue;
        left.add(next);
        if (this.#beads.has(next)) yield next;
      }
    }
  }

  #before(id: NodeId): readonly NodeId[] {
    const node = this.#earlier.store.nodes.get(id);
    const requires = this.#beads.get(id)?.requires ?? node?.spec.needs.map((need) => need.node) ?? [];
    return [...requires, ...(node?.children ?? [])];
  }

  /** Credits a bead, or lets its own work stand with the beads that it added; says whether it is credited. */
  #take(bead: Bead, before: NodeState): boolean {
    const isReady = bead.requires.every((id) => this.#credits.has(id) || id === bead.parent);
    if (!isReady) return false;
    const isOver = before.phase.phase === 'done' || before.worked !== undefined;
    // A template leaves nothing itself: its artifacts are those of its beads.
    const isThere = isOver && (bead.forEach !== undefined || this.#isStillThere(bead));
    const hasStood = isThere || (bead.forEach !== undefined && !isOver);
    const areChildrenDone = hasStood && this.#takeChildren(bead, before, isThere);
    if (before.phase.phase !== 'done' || !isThere || !areChildrenDone) return false;
    this.#credits.set(bead.id, this.#credit(before));
    return true;
  }

  /** Whether all of them are credited; they come along whole, or not at all. */
  #takeChildren(parent: Bead, before: NodeState, isThere: boolean): boolean {
    const { store, roster, addedBy } = this.#earlier;
    const nodes = before.children.flatMap((id) => {
      const { spec } = store.node(id);
      return spec.kind === 'bead' ? [spec] : [];
    });
    if (nodes.length === 0) return true;
    const names = new Set<NodeId>([...this.#beads.keys(), ...before.children, parent.id]);
    const beads = nodes.flatMap(({ id }) => roster.find(id) ?? []);
    const isWhole = nodes.every(({ needs }) => needs.every(({ node }) => names.has(node)));
    if (!isWhole || this.#plan.formula.spawn === undefined) return false;
    const by = addedBy.get(nodes[0]?.id ?? parent.id) ?? { type: 'template' };
    // Parents come before their beads, and what stands of their own work is known after them.
    const at = this.#growth.push({ parent: parent.id, by, beads, nodes }) - 1;
    let areAllDone = true;
    for (const bead of beads) areAllDone = this.#take(bead, store.node(bead.id)) && areAllDone;
    const { worked, output } = before;
    const isCredited = before.phase.phase === 'done' && areAllDone;
    if (isThere && !isCredited && worked !== undefined && worked > 0)
      this.#growth[at] = {
        parent: parent.id,
        by,
        beads,
        nodes,
        worked: { attempt: worked, ...(output === undefined ? {} : { output }) },
      };
    return areAllDone;
  }

  #credit({ spec, output }: NodeState): Create['credits'][number] {
    const { run } = this.#earlier;
    return { node: spec.id, how: 'earlier-run', run, ...(output === undefined ? {} : { output }) };
  }
}

type Growth = NonNullable<Create['growth']>[number];
