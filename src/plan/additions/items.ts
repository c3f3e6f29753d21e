/**
 * The beads of a template (`bead.for_each`): one for each item of its list, its texts filled with the item. Commands stay
 * as the author wrote them: they find the item in their environment. Items are data, whoever reported them.
 */
import type { Proposal } from '../../core/events.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Bead, BeadNode, ContextRef, Formula, VariableValue } from '../../core/plan.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import { beadKey } from '../assemble.ts';
import type { Section } from '../context.ts';
import { idProblem, isId } from '../dialects/bead-id.ts';
import { stepsOf } from '../graph/lower.ts';
import type { Hash, ProjectFiles } from '../load-request.ts';
import { artifactProblem, fillingProblem } from '../path.ts';
import type { Settings } from '../settings.ts';
import { fillTemplate, mayBeTemplate, parseTemplate } from '../templates/template.ts';
import { isValueName, LONGEST_VARIABLE } from '../variables/environment.ts';
import { childId, isTooLong, LONGEST_ID } from './child-id.ts';
import { locksTogether } from './locks.ts';
import { sectionsOf } from './sections.ts';

/** A template whose turn has come, with its list. */
export interface ItemsRequest {
  readonly template: Bead;
  readonly node: BeadNode;
  /** Plain JSON. */
  readonly items: readonly unknown[];
  readonly formula: Formula;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly documents: ProjectFiles;
}

/** One bead for each item, or a sentence that says why not. */
export function planItems(request: ItemsRequest): Proposal | string {
  const beads: Bead[] = [];
  const nodes: BeadNode[] = [];
  const positions = new Map<NodeId, number>();
  for (const [index, value] of request.items.entries()) {
    const made = makeBead(request, value, index);
    if (typeof made === 'string') return `item ${index + 1} of the list ${made}`;
    const before = positions.get(made.bead.id);
    if (before !== undefined)
      return `items ${before + 1} and ${index + 1} of the list both make the bead ${quote(made.bead.id)}: give them different ids with bead.for_each.id`;
    positions.set(made.bead.id, index);
    beads.push(made.bead);
    nodes.push(made.node);
  }
  const locks = locksTogether(beads.map(({ artifacts }) => artifacts));
  return { beads, nodes: nodes.map((node, at) => ({ ...node, locks: locks[at] ?? [] })) };
}

/** A sentence that continues "item 3 of the list …". */
class BadItem extends Error {
  override readonly name = 'BadItem';
}

function makeBead(
  request: ItemsRequest,
  value: unknown,
  index: number,
): { readonly bead: Bead; readonly node: BeadNode } | string {
  try {
    return filled(request, new Item(request.template.forEach?.as ?? 'item', value, index));
  } catch (error) {
    if (error instanceof BadItem) return error.message;
    throw error;
  }
}

function filled(request: ItemsRequest, item: Item): { readonly bead: Bead; readonly node: BeadNode } {
  const { template, node: above, formula, hash, settings } = request;
  // Not its condition, its gate, its list and the failures that it runs for: they were heeded already.
  const { file, priority, agent, timeoutMs, spawns } = template;
  const id = childId(template, item.segment(template.forEach?.id));
  if (isTooLong(id)) throw new BadItem(`makes an id that is longer than ${LONGEST_ID} characters`);
  const artifacts = template.artifacts.map((pattern) => item.artifact(pattern));
  const criteria = template.criteria.map(({ text, check }) => ({ text: item.fill(text), check }));
  const name = item.fill(template.name);
  const refs = template.context.map((ref): ContextRef => ({ ...ref, ref: item.fill(ref.ref) }));
  const sections: readonly Section[] = sectionsOf(refs, { formula, documents: request.documents });
  const inputs = { ...template.inputs, ...item.inputs() };
  const definition = {
    id,
    name: name.trim() === '' ? id : name,
    description: item.fill(template.description),
    // Met already; it is told what they left.
    requires: template.requires,
    artifacts,
    criteria,
    checks: template.checks,
    run: template.run,
  };
  const key = beadKey(hash, definition, sections, inputs);
  const shared = { parent: template.id, level: above.level, key };
  const rig = settings.rigs[above.rig];
  const bead: Bead = {
    ...definition,
    ...shared,
    ...{ file, priority, agent, rig: template.rig, timeoutMs },
    ...(spawns === undefined ? {} : { spawns }),
    context: sections.map(({ ref }) => ref),
    inputs,
    declaredDone: false,
    statusLine: undefined,
  };
  const node: BeadNode = {
    ...shared,
    kind: 'bead',
    id,
    needs: [],
    join: { type: 'all' },
    priority: above.priority,
    order: above.order,
    tail: 1,
    policy: above.policy,
    rig: above.rig,
    agent: above.agent,
    locks: [],
    steps: stepsOf(definition, { setup: rig?.setup ?? [], checks: rig?.checks ?? [] }),
    depth: (above.depth ?? 0) + 1,
  };
  return { bead, node };
}

const isScalar = (value: unknown): value is VariableValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

class Item {
  readonly #as: string;
  readonly #value: unknown;
  readonly #index: number;
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(as: string, value: unknown, index: number) {
    this.#as = as;
    this.#value = value;
    this.#index = index;
    const hasMembers = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#members = new Map(hasMembers ? Object.entries(value) : []);
  }

  fill(text: string): string {
    return mayBeTemplate(text) ? fillTemplate(parseTemplate(text), (path) => this.#lookup(path)) : text;
  }

  artifact(pattern: string): string {
    const values: string[] = [];
    const path = mayBeTemplate(pattern)
      ? fillTemplate(parseTemplate(pattern), (names) => {
          const value = this.#lookup(names);
          if (value !== undefined) values.push(String(value));
          return value;
        })
      : pattern;
    const filling = fillingProblem(pattern, path, values);
    if (filling !== undefined)
      throw new BadItem(`cannot be filled into the artifact ${quote(pattern)}: ${filling}`);
    const problem = path.trim() === '' ? 'is empty' : artifactProblem(path);
    if (problem !== undefined) throw new BadItem(`makes the artifact ${quote(path)}, which ${problem}`);
    return path;
  }

  /** The last part of the bead's id. */
  segment(template: string | undefined): string {
    if (template !== undefined) {
      const id = this.fill(template);
      if (!isId(id))
        throw new BadItem(`makes the id ${quote(id)}, which is not allowed: an id ${idProblem(id)}`);
      return id;
    }
    const named = [this.#value, this.#members.get('id'), this.#members.get('name')].find(
      (value) => typeof value === 'string' || typeof value === 'number',
    );
    const slug = slugOf(String(named ?? ''));
    return slug === '' ? String(this.#index + 1) : slug;
  }

  /**
   * The item for programs: itself, as JSON where it is no single value, and its single values by key. Keys that cannot be
   * part of a variable's name are only in the JSON, which is left out where it would have to be cut.
   */
  inputs(): Record<string, VariableValue> {
    const all: Record<string, VariableValue> = { index: this.#index };
    const whole = isScalar(this.#value) ? this.#value : JSON.stringify(this.#value);
    if (isScalar(this.#value) || String(whole).length <= LONGEST_VARIABLE) all[this.#as] = whole;
    for (const [key, value] of this.#members)
      if (isValueName(key) && isScalar(value)) all[`${this.#as}_${key.replaceAll('-', '_')}`] = value;
    return all;
  }

  /** Names that are not about the item are somebody else's, and stay. */
  #lookup(path: readonly string[]): VariableValue | undefined {
    const [first, key, ...deeper] = path;
    if (first === 'index' && key === undefined) return this.#index;
    if (first !== this.#as) return undefined;
    const value = key === undefined ? this.#value : this.#members.get(key);
    if (isScalar(value) && deeper.length === 0) return value;
    const name = `{{${path.join('.')}}}`;
    if (key === undefined) throw new BadItem(`is no single value, so ${name} cannot stand in a text`);
    throw new BadItem(`has no single value ${quote(path.slice(1).join('.'))} for ${name}`);
  }
}

/** Enough to know it by. */
const LONGEST_SLUG = 80;

/** A text as part of an id: lower case, everything else between its letters and digits a hyphen. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, LONGEST_SLUG)
    .replace(/[^a-z0-9]+$/, '');
}
