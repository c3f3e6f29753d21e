/**
 * Orthogonal routing between two neighbouring layers, such that a line can be followed with a finger.
 * Every source belongs to exactly one net, and a net joins each of its sources with each of its targets: sources with
 * the same targets share a bus, a source that shares only some targets has a bus of its own, and a target has one
 * entry per net. Nets whose buses overlap lie in different rows; a vertical passes over the buses of other nets.
 */

/** A place where edges leave the upper layer. */
export interface Source {
  readonly item: number;
  readonly column: number;
}

/** A place where edges enter the lower layer: at `column` if possible, at any column from `first` to `last` if not. */
export interface Target {
  readonly item: number;
  readonly column: number;
  readonly first: number;
  readonly last: number;
}

export interface Net {
  /** Columns, ascending. */
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  /** Row of the bus; undefined when the net is one straight vertical. */
  readonly row: number | undefined;
}

export interface Channel {
  readonly nets: readonly Net[];
  /** Rows of buses. */
  readonly rows: number;
  /** The columns in which each target is entered. */
  readonly entries: ReadonlyMap<number, readonly number[]>;
}

export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Wishes for entries of one target lie this far apart. */
const ENTRY_DISTANCE = 2;
/** How far an entry moves to lie straight under its only source. */
const STRAIGHTEN = 2;

/** Routes one channel; undefined when a target is too narrow for its entries. */
export function routeChannel(
  sources: readonly Source[],
  targets: readonly Target[],
  segments: readonly Segment[],
): Channel | undefined {
  const groups = groupsOf(sources, segments);
  const ownerOfColumn = new Map(groups.flatMap((group) => group.sources.map((column) => [column, group])));
  const taken = new Set<number>();
  const entries = new Map<number, number[]>();
  const entriesOfGroup = new Map(groups.map((group): [Group, number[]] => [group, []]));

  for (const target of targets) {
    const entering = groups
      .filter(({ targets: items }) => items.has(target.item))
      .toSorted((a, b) => mean(a.sources) - mean(b.sources));
    for (const [at, group] of entering.entries()) {
      const wish =
        target.column + ENTRY_DISTANCE * at - Math.floor((ENTRY_DISTANCE * (entering.length - 1)) / 2);
      const free = (column: number): boolean =>
        !taken.has(column) && (ownerOfColumn.get(column) ?? group) === group;
      const column = entryColumn(target, wish, straightColumn(group), free);
      if (column === undefined) return undefined;
      taken.add(column);
      entries.set(target.item, [...(entries.get(target.item) ?? []), column]);
      entriesOfGroup.get(group)?.push(column);
    }
  }
  return {
    ...inRows(groups.map((group) => ({ sources: group.sources, targets: entriesOfGroup.get(group) ?? [] }))),
    entries,
  };
}

interface Group {
  /** Columns, ascending. */
  readonly sources: readonly number[];
  /** Items. */
  readonly targets: ReadonlySet<number>;
}

/** Sources with exactly the same targets form one group. */
function groupsOf(sources: readonly Source[], segments: readonly Segment[]): Group[] {
  const targetsOf = new Map<number, number[]>();
  for (const { from, to } of segments) targetsOf.set(from, [...(targetsOf.get(from) ?? []), to]);
  const groups = new Map<string, { sources: number[]; targets: Set<number> }>();
  for (const { item, column } of sources) {
    const targets = (targetsOf.get(item) ?? []).toSorted((a, b) => a - b);
    if (targets.length === 0) continue;
    const key = targets.join(' ');
    const group = groups.get(key) ?? { sources: [], targets: new Set(targets) };
    groups.set(key, group);
    group.sources.push(column);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    sources: group.sources.toSorted((a, b) => a - b),
  }));
}

/** The column in which a group could be one vertical. */
function straightColumn({ sources, targets }: Group): number | undefined {
  return sources.length === 1 && targets.size === 1 ? sources[0] : undefined;
}

function entryColumn(
  { first, last }: Target,
  wish: number,
  straight: number | undefined,
  free: (column: number) => boolean,
): number | undefined {
  const usable = (column: number): boolean => column >= first && column <= last && free(column);
  if (straight !== undefined && Math.abs(straight - wish) <= STRAIGHTEN && usable(straight)) return straight;
  if (usable(wish)) return wish;
  // Two columns aside reads better than one: a corner right beside a corner looks like a step.
  const asides = Array.from({ length: last - first }, (_, step) => step + 1).toSorted(
    (a, b) => near(a) - near(b),
  );
  return asides.flatMap((aside) => [wish + aside, wish - aside]).find(usable);
}

/** Gives each net that needs a bus the first row in which there is room for it. */
function inRows(
  nets: readonly { readonly sources: readonly number[]; readonly targets: readonly number[] }[],
): {
  nets: Net[];
  rows: number;
} {
  const rowEnds: number[] = [];
  const placed = nets
    .map((net) => ({
      ...net,
      from: Math.min(...net.sources, ...net.targets),
      to: Math.max(...net.sources, ...net.targets),
    }))
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
    .map(({ sources, targets, from, to }): Net => {
      if (from === to) return { sources, targets, row: undefined };
      // One blank column between two buses of a row, so that they do not look joined.
      const found = rowEnds.findIndex((end) => end + 1 < from);
      const row = found === -1 ? rowEnds.length : found;
      rowEnds[row] = to;
      return { sources, targets, row };
    });
  return { nets: placed, rows: rowEnds.length };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (aside: number): number => (aside === 1 ? 2.5 : aside);
