/** Which of the formats in the world a formula file is written in; the first match wins. */
import { unreachable } from '../../core/invariant.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Place, Source } from '../toml/source.ts';
import type { TomlEntry, TomlTable } from '../toml/toml-tree.ts';

export type Dialect = 'native' | 'exporter';

/** What a file turned out to be. */
export type Recognised =
  | { readonly type: 'formula'; readonly dialect: Dialect }
  | { readonly type: 'bead'; readonly what: 'a bead' | 'a library bead'; readonly place: Place }
  | { readonly type: 'foreign'; readonly what: string; readonly place: Place }
  | { readonly type: 'unknown' };

/** Recognises a file by its top-level keys. */
export function recognise(root: TomlTable): Recognised {
  const { entries } = root;
  const foreign = (key: string, what: string): Recognised => ({
    type: 'foreign',
    what,
    place: placeOf(entries.get(key)),
  });
  if (entries.has('step-overrides'))
    return foreign('step-overrides', 'an overlay of an upstream Gas Town formula');
  const order = subTable(entries.get('order'));
  if (order?.entries.has('assigned_to') === true) return foreign('order', 'an order of a GasCity');
  const formula = entries.get('formula');
  const table = subTable(formula);
  if (subTable(entries.get('bead')) !== undefined && formula === undefined) {
    const what = subTable(entries.get('inputs')) === undefined ? 'a bead' : 'a library bead';
    return { type: 'bead', what, place: placeOf(entries.get('bead')) };
  }
  if (table !== undefined)
    return { type: 'formula', dialect: isExported(root, table) ? 'exporter' : 'native' };
  if (formula?.value.type === 'string')
    return foreign('formula', `an upstream Gas Town formula (${upstreamType(root)})`);
  if (entries.has('city')) return foreign('city', 'a GasCity (roles and orders)');
  if (entries.has('workspace')) return foreign('workspace', 'a machine configuration of upstream Gas City');
  return { type: 'unknown' };
}

/** Reports a file that is no formula of ours, and shows the forms that are read. */
export function reportUnread(
  recognised: Exclude<Recognised, { type: 'formula' }>,
  source: Source,
  collector: Collector,
): void {
  const forms = [
    'a native formula begins with: [formula] name = "…" type = "convoy" (its beads: beads/<id>.toml with [bead] id = "…")',
    'an exported one with: [formula] name = "…" source = "multispec", then [beads] directory = "beads"',
  ];
  switch (recognised.type) {
    case 'unknown':
      collector.report('dialect/unrecognised', 'this file is no formula: it has no [formula] table', {
        span: source.span({ start: 0, end: 0 }),
        hints: forms,
      });
      return;
    case 'bead':
      collector.report('dialect/unrecognised', `this file is ${recognised.what}, not a formula`, {
        span: source.span(recognised.place),
        hints: [
          recognised.what === 'a bead'
            ? 'name the formula, and the bead with --bead ID'
            : 'a bead of a formula uses it: [bead] use = "…"',
          ...forms,
        ],
      });
      return;
    case 'foreign':
      collector.report('dialect/not-supported', `this is ${recognised.what}: recognised, not supported yet`, {
        span: source.span(recognised.place),
        hints: ['read today:', ...forms],
      });
      return;
    default:
      unreachable(recognised);
  }
}

function isExported(root: TomlTable, formula: TomlTable): boolean {
  const source = formula.entries.get('source')?.value;
  if (source?.type === 'string' && source.value === 'multispec') return true;
  const beads = subTable(root.entries.get('beads'));
  if (beads !== undefined && (beads.entries.has('directory') || beads.entries.has('list'))) return true;
  return ['convoy', 'workflow', 'expansion', 'execution'].some(
    (key) => subTable(root.entries.get(key)) !== undefined,
  );
}

function upstreamType(root: TomlTable): string {
  const said = root.entries.get('type')?.value;
  if (said?.type === 'string') return `type ${quote(said.value)}`;
  const byContent = [
    ['steps', 'workflow'],
    ['legs', 'convoy'],
    ['template', 'expansion'],
    ['aspects', 'aspect'],
    ['advice', 'aspect'],
  ] as const;
  const found = byContent.find(([key]) => root.entries.has(key));
  return found === undefined ? 'of an unknown type' : `type "${found[1]}", by its content`;
}

const subTable = (entry: TomlEntry | undefined): TomlTable | undefined =>
  entry?.value.type === 'table' ? entry.value : undefined;

const placeOf = (entry: TomlEntry | undefined): Place => entry ?? { start: 0, end: 0 };
