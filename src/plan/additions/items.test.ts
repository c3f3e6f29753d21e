import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../core/events.ts';
import { nodeId } from '../../core/ids.ts';
import type { Bead, BeadNode, Formula } from '../../core/plan.ts';
import type { Settings } from '../settings.ts';
import { DEFAULT_RIG } from '../settings-load.ts';
import { planItems } from './items.ts';

const formula: Formula = {
  name: 'f',
  type: 'expansion',
  version: undefined,
  file: 'formula.toml',
  context: { spec: 'spec.md' },
  parallel: 3,
  timeoutMs: undefined,
  rig: 'default',
  sync: 'none',
  quorum: 'all',
};
const settings: Settings = {
  formula: undefined,
  agent: undefined,
  agents: {},
  rigs: { default: { ...DEFAULT_RIG, setup: ['true'] } },
};

function plan(items: readonly unknown[], more: Partial<Bead> = {}): Proposal | string {
  const template: Bead = {
    id: nodeId('lint'),
    name: 'Lint {{item.name}}',
    file: 'beads/lint.toml',
    description: '',
    requires: [nodeId('scan')],
    priority: 5,
    level: 1,
    artifacts: [],
    criteria: [],
    checks: [],
    context: [],
    run: 'make lint',
    forEach: { in: 'beads.scan.outputs.modules', as: 'item', id: undefined },
    agent: 'shell',
    rig: 'default',
    timeoutMs: undefined,
    declaredDone: true,
    statusLine: 4,
    key: 'k',
    ...more,
  };
  const node: BeadNode = {
    kind: 'bead',
    id: template.id,
    needs: [{ node: nodeId('scan'), on: 'succeeded' }],
    level: 1,
    join: { type: 'all' },
    priority: 5,
    order: 3,
    tail: 2,
    policy: { retries: 1, timeoutMs: undefined, onFailure: 'skip' },
    rig: 'default',
    agent: 'shell',
    locks: [],
    key: 'k',
    steps: [],
    forEach: 'beads.scan.outputs.modules',
    depth: 1,
  };
  const spec = '# A\n\n## B\n\ntext\n';
  return planItems({
    template,
    node,
    items,
    formula,
    settings,
    hash: (text) => text,
    documents: {
      read: () => ({ type: 'text', text: spec }),
      list: () => ({ type: 'list', entries: [] }),
    },
  });
}

function made(items: readonly unknown[], more: Partial<Bead> = {}): Proposal {
  const proposal = plan(items, more);
  if (typeof proposal === 'string') throw new Error(proposal);
  return proposal;
}

const ids = (items: readonly unknown[], more: Partial<Bead> = {}): string[] =>
  made(items, { name: 'x', ...more }).nodes.map(({ id }) => id);

describe('a template', () => {
  it('makes one bead for each item, with its texts filled and its commands as they are', () => {
    const { beads, nodes } = made([{ name: 'pets', files: 3, isOld: true, parts: [1] }], {
      description: '{{index}}: {{item.files}} files, \\{{item}}, {{other}}',
      artifacts: ['out/{{item.name}}.txt', 'out/{{item.name}}.txt'],
      criteria: [{ text: '{{item.name}} is clean', check: 'test "$GASTOWN_VAR_ITEM_NAME"' }],
      checks: ['make check'],
      context: [{ document: 'spec', ref: '{{item.name}}', lines: undefined }],
      inputs: { package: './x' },
      gate: 'now?',
      when: 'true',
    });
    expect(beads).toHaveLength(1);
    expect(beads[0]).toMatchObject({
      id: 'lint/pets',
      name: 'Lint pets',
      description: '0: 3 files, {{item}}, {{other}}',
      requires: ['scan'],
      artifacts: ['out/pets.txt', 'out/pets.txt'],
      criteria: [{ text: 'pets is clean', check: 'test "$GASTOWN_VAR_ITEM_NAME"' }],
      checks: ['make check'],
      run: 'make lint',
      parent: 'lint',
      declaredDone: false,
      statusLine: undefined,
      inputs: {
        package: './x',
        index: 0,
        item: '{"name":"pets","files":3,"isOld":true,"parts":[1]}',
        item_name: 'pets',
        item_files: 3,
        item_isOld: true,
      },
    });
    for (const absent of ['gate', 'when', 'forEach']) expect(beads[0]).not.toHaveProperty(absent);
    expect(nodes[0]).toMatchObject({
      id: 'lint/pets',
      parent: 'lint',
      depth: 2,
      needs: [],
      level: 1,
      order: 3,
      policy: { retries: 1, onFailure: 'skip' },
      steps: ['prepare', 'work', 'verify'],
      locks: ['out/pets.txt'],
    });
    expect(nodes[0]).not.toHaveProperty('forEach');
  });

  it('finds the sections of each item', () => {
    const context = [{ document: 'spec', ref: '{{item}}', lines: undefined }];
    const { beads } = made(['b', 'none'], { name: 'x', context });
    expect(beads.map((bead) => bead.context)).toEqual([
      [{ document: 'spec', ref: 'b', lines: { from: 3, to: 5 } }],
      [{ document: 'spec', ref: 'none', lines: undefined }],
    ]);
  });

  it('makes nothing of an empty list', () => {
    expect(plan([])).toEqual({ beads: [], nodes: [] });
  });

  it('makes the same keys of the same items, and others of others', () => {
    const key = (item: unknown): string | undefined => made([item], { name: 'x' }).beads[0]?.key;
    expect(key({ id: 'a', n: 1 })).toBe(key({ id: 'a', n: 1 }));
    expect(key({ id: 'a', n: 1 })).not.toBe(key({ id: 'a', n: 2 }));
  });
});

describe('the ids of its beads', () => {
  it('are the items, their `id` or `name`, or their positions', () => {
    const items = ['a', 70, { id: 'b', name: 'c' }, { name: 'D d' }, { x: 1 }, null, [1]];
    expect(ids(items)).toEqual(['a', '70', 'b', 'd-d', '5', '6', '7'].map((id) => `lint/${id}`));
  });

  it.each([
    ['./internal/API', 'internal-api'],
    ['../../etc/passwd', 'etc-passwd'],
    ['A  B', 'a-b'],
    ['v1.2_x', 'v1.2_x'],
    ['a..b', 'a.b'],
    ['😀', '1'],
    ['x'.repeat(500), 'x'.repeat(80)],
  ])('are safe whatever the item is: %s', (item, segment) => {
    expect(ids([item])).toEqual([`lint/${segment}`]);
  });

  it('can be told, and are checked then', () => {
    const forEach = { in: 'x', as: 'm', id: 'mod-{{m.n}}' };
    expect(ids([{ n: 1 }], { forEach })).toEqual(['lint/mod-1']);
    expect(plan([{ n: '../x' }], { name: 'x', forEach })).toMatch(
      /^item 1 of the list makes the id "mod-\.\.\/x", which is not allowed: an id /,
    );
  });

  it('are different, or the list is refused with both positions', () => {
    expect(plan(['a', 'b', 'A'], { name: 'x' })).toMatch(
      /^items 1 and 3 of the list both make the bead "lint\/a"/,
    );
  });
});

describe('an item that does not fit', () => {
  it.each([
    [{}, 'item 1 of the list has no single value "name" for {{item.name}}'],
    [{ name: ['a'] }, 'item 1 of the list has no single value "name" for {{item.name}}'],
    [{ name: 'a' }, undefined],
  ])('is refused: %j', (item, message) => {
    if (message === undefined) expect(typeof plan([item])).toBe('object');
    else expect(plan([item])).toBe(message);
  });

  it('cannot lead an artifact out of the rig', () => {
    expect(plan(['../../x'], { name: 'x', artifacts: ['{{item}}'] })).toMatch(
      /^item 1 of the list makes the artifact "\.\.\/\.\.\/x", which contains "\.\."/,
    );
    expect(plan([''], { name: 'x', artifacts: ['{{item}}'] })).toMatch(/which is empty$/);
  });

  it('is never looked at for further templates', () => {
    expect(made(['{{index}}'], { name: '{{item}}' }).beads[0]?.name).toBe('{{index}}');
  });

  it('is a whole only in the environment', () => {
    expect(plan([{ name: 'a' }], { name: '{{item}}' })).toBe(
      'item 1 of the list is no single value, so {{item}} cannot stand in a text',
    );
  });

  it('fills in no value that would make a pattern of an artifact', () => {
    const artifacts = ['out/{{item.name}}'];
    for (const name of ['*', 'a?', '[ab]', '{a,b}'])
      expect(plan([{ name }], { artifacts })).toBe(
        `item 1 of the list cannot be filled into the artifact "out/{{item.name}}": the value "${name}" would make a pattern of it`,
      );
    for (const name of ['', 'a/'])
      expect(plan([{ name }], { name: 'x', artifacts })).toMatch(/its values would make a folder of it$/);
    expect(made([{ name: 'a' }], { artifacts: ['{{item.name}}/*.txt'] }).beads[0]?.artifacts).toEqual([
      'a/*.txt',
    ]);
  });

  it('tells programs only what has a name there', () => {
    const { beads } = made([JSON.parse('{"name":"a","_x":1,"__proto__":"p","b--c":2,"d-":3,"e-f":4}')]);
    expect(beads[0]?.inputs).toEqual({
      index: 0,
      item: '{"name":"a","_x":1,"__proto__":"p","b--c":2,"d-":3,"e-f":4}',
      item_name: 'a',
      item_e_f: 4,
    });
  });

  it('is left out of the environment where its JSON would have to be cut', () => {
    const fitting = { name: 'a', text: 'x'.repeat(16_384 - '{"name":"a","text":""}'.length) };
    expect(made([fitting]).beads[0]?.inputs).toHaveProperty('item', JSON.stringify(fitting));
    const { inputs } = made([{ ...fitting, text: `${fitting.text}x` }]).beads[0] ?? {};
    expect(inputs).toMatchObject({ index: 0, item_name: 'a' });
    expect(inputs).not.toHaveProperty('item');
  });

  it('cannot make ids longer than folders can be named', () => {
    expect(plan(['x'.repeat(80)], { name: 'x', id: nodeId('p'.repeat(128)) })).toMatch(
      /longer than 200 characters$/,
    );
  });
});
