/** The keys that a JSON Schema describes, as the reference writes them. */
import { z } from 'zod';

/** As much of JSON Schema as ours use. */
export interface Schema {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly pattern?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly patternProperties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly required?: readonly string[] | undefined;
}

export const schemaShape: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    description: z.string().optional(),
    pattern: z.string().optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    items: schemaShape.optional(),
    anyOf: z.array(schemaShape).optional(),
    properties: z.record(z.string(), schemaShape).optional(),
    patternProperties: z.record(z.string(), schemaShape).optional(),
    additionalProperties: z.union([z.boolean(), schemaShape]).optional(),
    required: z.array(z.string()).optional(),
  }),
);

/** What the reference has to say about one key. */
export interface KeyFacts {
  readonly type: string;
  readonly isRequired: boolean;
  readonly standing: 'live' | 'not acted on' | 'refused';
}

/** Keys that hold values of their own, by dotted name: `*` for names of the author's choice, `[]` for tables in a list. */
export function keysOf(schema: Schema): ReadonlyMap<string, KeyFacts> {
  const found = new Map<string, KeyFacts>();
  collect(schema, '', false, found);
  return found;
}

function collect(schema: Schema, path: string, isRequired: boolean, found: Map<string, KeyFacts>): void {
  const kinds = schema.anyOf ?? [schema];
  const tables = kinds.filter(isTable);
  const others = kinds.filter((kind) => !isTable(kind) && !isListOfTables(kind));
  if (others.length > 0) {
    const types = [...others.map(typeText), ...(tables.length > 0 ? ['table'] : [])];
    found.set(path, { type: [...new Set(types)].join(' or '), isRequired, standing: standingOf(schema) });
  }
  for (const kind of kinds)
    for (const table of itemsOf(kind).filter(isTable)) collectBelow(table, `${path}[]`, found);
  for (const table of tables) collectBelow(table, path, found);
}

function collectBelow(table: Schema, path: string, found: Map<string, KeyFacts>): void {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, value] of Object.entries(table.properties ?? {}))
    collect(value, below(key), table.required?.includes(key) === true, found);
  for (const [pattern, value] of Object.entries(table.patternProperties ?? {}))
    collect(value, below(pattern.startsWith('^from_') ? 'from_*' : '*'), false, found);
  if (typeof table.additionalProperties === 'object')
    collect(table.additionalProperties, below('*'), false, found);
}

const isTable = ({ type }: Schema): boolean => type === 'object';
const itemsOf = ({ items }: Schema): readonly Schema[] =>
  items?.anyOf ?? (items === undefined ? [] : [items]);
const isListOfTables = (kind: Schema): boolean => {
  const items = itemsOf(kind);
  return items.length > 0 && items.every(isTable);
};

function standingOf({ description = '' }: Schema): KeyFacts['standing'] {
  if (description.includes('not available in this version')) return 'refused';
  return description.includes('not acted on') ? 'not acted on' : 'live';
}

function typeText(schema: Schema): string {
  const { type, enum: words, minimum, maximum, items, pattern } = schema;
  if (words !== undefined) return words.map((word) => `"${word}"`).join(', ');
  switch (type) {
    case 'integer':
      if (minimum === undefined) return 'int';
      return maximum === undefined ? `int ≥ ${minimum}` : `int ${minimum}–${maximum}`;
    case 'number':
      return schema.exclusiveMinimum === 0 ? 'number > 0' : 'number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return `list of ${items === undefined ? 'anything' : plural(items)}`;
    case 'string':
      return pattern?.includes('(?:ms|s|m|h|d)') === true ? 'duration' : 'string';
    default:
      return 'anything';
  }
}

const plural = (items: Schema): string =>
  (items.anyOf ?? [items])
    .map((kind) =>
      isTable(kind)
        ? 'tables'
        : kind.type === 'boolean'
          ? 'booleans'
          : `${typeText(kind)}${kind.enum === undefined ? 's' : ''}`,
    )
    .join(' or ');
