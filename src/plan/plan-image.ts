/**
 * A plan as texts from which it is made again at once: nodes and the short fields of beads as columns, and what only a bead's
 * own work needs (description, checks, context …) as a text for each bead, which is read when somebody asks for it. What is
 * not asked for is not even decoded.
 */
import { decodeColumns, encodeColumns } from '../core/columns.ts';
import type { NodeId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead, BeadNode, EdgeOn, Need, NodeSpec, Plan } from '../core/plan.ts';

export interface PlanImage {
  readonly nodes: string;
  readonly beads: string;
  /** Different ones only. */
  readonly texts: readonly string[];
}

/** Where the parts of an image are when its plan is made again; each is asked for when it is needed. */
export interface ImageParts {
  nodes(): string;
  beads(): string;
  text(number: number): string;
}

/** A node whose needs are numbers of the list that stands before all nodes. */
type NumberedNode = Omit<NodeSpec, 'needs'> & { readonly needs: readonly number[] };
/** A need whose node is a number. */
interface NumberedNeed {
  readonly node: number;
  readonly on: EdgeOn;
}

/** What a bead does not share with its node, `requires` and `node` as numbers of nodes. */
type ShortFields = Pick<Bead, 'name' | 'file' | 'priority' | 'agent' | 'declaredDone' | 'statusLine'> & {
  readonly node: number;
  readonly requires: readonly number[];
  /** Number of its text. */
  readonly text: number;
};

/** What the scheduler does not look at. */
type LongFields = Pick<Bead, (typeof LONG)[number]>;
const LONG = [
  'description',
  'onFailureOf',
  'artifacts',
  'criteria',
  'checks',
  'context',
  'run',
  'when',
  'gate',
  'forEach',
  'inputs',
  'spawns',
  'parent',
  'timeoutMs',
] as const satisfies readonly (keyof Bead)[];

export function imageOf({ nodes, beads }: Pick<Plan, 'nodes' | 'beads'>): PlanImage {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const placeOf = (id: NodeId): number => {
    const place = places.get(id);
    invariant(place !== undefined, `${id} is a node of the plan`);
    return place;
  };
  const needs = new Numbers<string, NumberedNeed>();
  const numbered = nodes.map((node): NumberedNode => {
    const numberOf = ({ node: id, on }: Need) => needs.of(`${on} ${id}`, () => ({ node: placeOf(id), on }));
    return { ...node, needs: node.needs.map(numberOf) };
  });
  const texts = new Numbers<string, string>();
  const short = beads.map((bead): ShortFields => {
    const { id, name, file, priority, agent, declaredDone, statusLine, requires } = bead;
    const long = JSON.stringify(Object.fromEntries(LONG.map((field) => [field, bead[field]])));
    return {
      node: placeOf(id),
      ...{ name, file, priority, agent, declaredDone, statusLine },
      requires: requires.map(placeOf),
      text: texts.of(long, () => long),
    };
  });
  return {
    nodes: JSON.stringify([encodeColumns(needs.values), encodeColumns(numbered)]),
    beads: encodeColumns(short),
    texts: texts.values,
  };
}

/** Things by number, each once. */
class Numbers<K, V> {
  readonly values: V[] = [];
  readonly #numbers = new Map<K, number>();

  of(key: K, make: () => V): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.values.push(make()) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** The plan of an image. */
export function planOf({ hash, formula }: Pick<Plan, 'hash' | 'formula'>, parts: ImageParts): Plan {
  const known = new Lazy(parts);
  return {
    hash,
    formula,
    get nodes() {
      return known.nodes;
    },
    get beads() {
      return known.beads;
    },
  };
}

/** Decodes each part once. */
class Lazy {
  readonly #parts: ImageParts;
  #nodes: readonly NodeSpec[] | undefined;
  #beads: readonly Bead[] | undefined;

  constructor(parts: ImageParts) {
    this.#parts = parts;
  }

  get nodes(): readonly NodeSpec[] {
    this.#nodes ??= nodesOf(this.#parts.nodes());
    return this.#nodes;
  }

  get beads(): readonly Bead[] {
    if (this.#beads === undefined) {
      const short = decodeColumns<ShortFields>(this.#parts.beads());
      const table = new BeadTable(this.nodes, this.#parts);
      this.#beads = short.map((fields) => new ImageBead(table, fields) as EveryField as Bead);
    }
    return this.#beads;
  }
}

function nodesOf(text: string): readonly NodeSpec[] {
  const [needs, numbered] = JSON.parse(text) as [string, string];
  const nodes: { id: NodeId; needs: readonly unknown[] }[] = decodeColumns(numbered);
  const known = decodeColumns<NumberedNeed>(needs).map(({ node, on }): Need => {
    const id = nodes[node]?.id;
    invariant(id !== undefined, 'needs are of nodes');
    return { node: id, on };
  });
  for (const node of nodes)
    if (node.needs.length > 0) node.needs = (node.needs as number[]).map((number) => known[number]);
  return nodes as unknown as readonly NodeSpec[];
}

/** What all beads of an image refer to. */
class BeadTable {
  readonly #nodes: readonly NodeSpec[];
  readonly #parts: ImageParts;
  /** The one that was read last: whoever asks for one field asks for others. */
  #last: { readonly text: number; readonly fields: LongFields } | undefined;

  constructor(nodes: readonly NodeSpec[], parts: ImageParts) {
    this.#nodes = nodes;
    this.#parts = parts;
  }

  id(number: number): NodeId {
    return this.node(number).id;
  }

  node(number: number): BeadNode {
    const node = this.#nodes[number];
    invariant(node?.kind === 'bead', 'a bead has a node');
    return node;
  }

  long(text: number): LongFields {
    if (this.#last?.text !== text)
      this.#last = { text, fields: JSON.parse(this.#parts.text(text)) as LongFields };
    return this.#last.fields;
  }
}

/** Every field of a bead, so that none is forgotten; those that it does not have are undefined. */
type EveryField = { readonly [Field in keyof Bead]-?: Bead[Field] | undefined };

/** A bead that looks up what it is asked for. */
class ImageBead implements EveryField {
  readonly #table: BeadTable;
  readonly #short: ShortFields;

  constructor(table: BeadTable, short: ShortFields) {
    this.#table = table;
    this.#short = short;
  }

  get id() {
    return this.#node.id;
  }
  get priority() {
    return this.#short.priority;
  }
  get level() {
    return this.#node.level;
  }
  get rig() {
    return this.#node.rig;
  }
  get key() {
    return this.#node.key;
  }
  get name() {
    return this.#short.name;
  }
  get file() {
    return this.#short.file;
  }
  get agent() {
    return this.#short.agent;
  }
  get declaredDone() {
    return this.#short.declaredDone;
  }
  get statusLine() {
    return this.#short.statusLine;
  }
  get requires() {
    return this.#short.requires.map((number) => this.#table.id(number));
  }
  get description() {
    return this.#long.description;
  }
  get onFailureOf() {
    return this.#long.onFailureOf;
  }
  get artifacts() {
    return this.#long.artifacts;
  }
  get criteria() {
    return this.#long.criteria;
  }
  get checks() {
    return this.#long.checks;
  }
  get context() {
    return this.#long.context;
  }
  get run() {
    return this.#long.run;
  }
  get when() {
    return this.#long.when;
  }
  get gate() {
    return this.#long.gate;
  }
  get forEach() {
    return this.#long.forEach;
  }
  get inputs() {
    return this.#long.inputs;
  }
  get spawns() {
    return this.#long.spawns;
  }
  get parent() {
    return this.#long.parent;
  }
  get timeoutMs() {
    return this.#long.timeoutMs;
  }

  get #node(): BeadNode {
    return this.#table.node(this.#short.node);
  }

  get #long(): LongFields {
    return this.#table.long(this.#short.text);
  }

  /** As JSON, and to whoever counts its fields, it is a bead like any other. */
  toJSON(): Partial<EveryField> {
    const { id, name, file, requires, priority, level, agent, rig, declaredDone, statusLine, key } = this;
    return {
      ...this.#long,
      id,
      name,
      file,
      requires,
      priority,
      level,
      agent,
      rig,
      declaredDone,
      statusLine,
      key,
    };
  }
}
