import { describe, expect, it } from 'vitest';
import { nodeId } from '../../core/ids.ts';
import { invariant } from '../../core/invariant.ts';
import type { Bead, BeadNode, Formula, Plan } from '../../core/plan.ts';
import { loadPlan } from '../load.ts';
import type { ProjectFiles } from '../load-request.ts';
import type { Settings } from '../settings.ts';
import { loadSettings } from '../settings-load.ts';
import { type Addition, type AdditionRequest, planAdditions, refusalText } from './additions.ts';

const SPEC = '# Spec\n\n## Pets\n\nPets have a name.\n';

const FILES: Readonly<Record<string, string>> = {
  'formula.toml':
    '[formula]\nname = "f"\ntype = "expansion"\n[formula.context]\nspec = "spec.md"\n[formula.execution]\nretries = 2\ntimeout_minutes = 10\n[formula.spawn]\ndepth = 2\n',
  'gastown.toml': '[agents.model]\ncommand = ["model"]\n[rigs.default]\nchecks = ["npm test"]\n',
  'spec.md': SPEC,
  'beads/scan.toml': '[bead]\nid = "scan"\npriority = 2\n[bead.task]\nrun = "true"\n',
  'beads/base.toml': '[bead]\nid = "base"\n[bead.task]\nrun = "true"\n',
};

const project = memory(FILES);

function memory(files: Readonly<Record<string, string>>): ProjectFiles {
  const missing = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;
  return {
    read: (path) => (Object.hasOwn(files, path) ? { type: 'text', text: files[path] ?? '' } : missing),
    list: (folder) => ({
      type: 'list',
      entries: Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => ({ name: path.slice(folder.length + 1), kind: 'file' })),
    }),
  };
}

function loaded(): { readonly plan: Plan; readonly settings: Settings } {
  const { settings } = loadSettings(project, { strict: true });
  const hash = (text: string): string => text;
  const { plan } = loadPlan({ formulaFile: 'formula.toml', files: project, settings, hash, strict: true });
  invariant(plan !== undefined, 'the plan is right');
  return { plan, settings };
}

const { plan, settings } = loaded();
const parent = find('scan');
const parentNode = nodeOf('scan');

function find(id: string): Bead {
  const bead = plan.beads.find((candidate) => candidate.id === id);
  invariant(bead !== undefined, `${id} is in the plan`);
  return bead;
}

function nodeOf(id: string): BeadNode {
  const node = plan.nodes.find((candidate) => candidate.id === id);
  invariant(node?.kind === 'bead', `${id} is in the plan`);
  return node;
}

function add(texts: readonly string[], more: Partial<AdditionRequest> = {}): Addition {
  return planAdditions({
    parent,
    node: parentNode,
    files: texts.map((text, at) => ({ name: `${at + 1}.toml`, path: `/spawn/${at + 1}.toml`, text })),
    find: (id) => plan.beads.find((bead) => bead.id === id),
    formula: plan.formula,
    settings,
    hash: (text) => text,
    documents: project,
    mayRun: false,
    ...more,
  });
}

function proposed(texts: readonly string[], more: Partial<AdditionRequest> = {}) {
  const addition = add(texts, more);
  if (addition.type === 'refused') throw new Error(refusalText(addition.diagnostics));
  return addition.proposal;
}

function refused(texts: readonly string[], more: Partial<AdditionRequest> = {}): string {
  const addition = add(texts, more);
  return addition.type === 'refused' ? refusalText(addition.diagnostics) : 'nothing is wrong';
}

const bead = (id: string, rest = ''): string => `[bead]\nid = "${id}"\n${rest}`;

describe('added beads', () => {
  it('inherit level, order, rig, limits and agent, and come after what they require', () => {
    const { beads, nodes } = proposed([
      bead('b', 'description = "Do b."\n[bead.dependencies]\nrequires = ["a", "base", "scan"]\n'),
      bead(
        'a',
        'artifacts = ["x.txt", "x.txt", "a.txt"]\n[bead.execution]\nretries = 0\non_failure = "skip"\ntimeout = "1h"\n',
      ),
    ]);
    expect(nodes.map(({ id }) => id)).toEqual(['scan/a', 'scan/b']);
    expect(nodes[0]).toMatchObject({
      kind: 'bead',
      parent: 'scan',
      depth: 1,
      needs: [],
      level: parentNode.level,
      order: parentNode.order,
      priority: 2,
      rig: 'default',
      agent: 'model',
      locks: ['a.txt', 'x.txt'],
      steps: ['work', 'verify'],
      spawns: 'after',
      policy: { retries: 0, onFailure: 'skip', timeoutMs: 600_000 },
    });
    expect(nodes[1]).toMatchObject({
      needs: [
        { node: 'scan/a', on: 'succeeded' },
        { node: 'base', on: 'succeeded' },
        { node: 'scan', on: 'worked' },
      ],
      policy: parentNode.policy,
    });
    expect(beads[1]).toMatchObject({
      id: 'scan/b',
      parent: 'scan',
      description: 'Do b.',
      requires: ['scan/a', 'base', 'scan'],
      file: '/spawn/1.toml',
      agent: 'model',
    });
  });

  it('have the key of their definition, the text of their sections included', () => {
    const text = bead('a', '[bead.context]\nfrom_spec = ["pets"]\n');
    const [first] = proposed([text]).beads;
    expect(first?.context).toEqual([{ document: 'spec', ref: 'pets', lines: { from: 3, to: 5 } }]);
    expect(proposed([`# a comment\n${text}`]).beads[0]?.key).toBe(first?.key);
    expect(proposed([text.replace('pets', 'spec')]).beads[0]?.key).not.toBe(first?.key);
    const changed = memory({ ...FILES, 'spec.md': SPEC.replace('a name', 'two names') });
    expect(proposed([text], { documents: changed }).beads[0]?.key).not.toBe(first?.key);
  });

  it('may add beads themselves, down to the deepest generation', () => {
    const { beads, nodes } = proposed([bead('a')]);
    const [child, childNode] = [beads[0], nodes[0]];
    invariant(child !== undefined && childNode !== undefined, 'there is one');
    const below = proposed([bead('a')], { parent: child, node: childNode }).nodes[0];
    expect(below).toMatchObject({ id: 'scan/a/a', depth: 2, parent: 'scan/a' });
    expect(below?.spawns).toBeUndefined();
  });

  it('can require what the same bead added before', () => {
    const before = { ...find('base'), id: nodeId('scan/old') };
    const known = (id: string): Bead | undefined => (id === before.id ? before : undefined);
    const text = bead('new', '[bead.dependencies]\nrequires = ["old"]\n');
    expect(proposed([text], { find: known }).nodes[0]?.needs).toEqual([
      { node: 'scan/old', on: 'succeeded' },
    ]);
  });

  it('do what an agent of the bead above does; the shell needs a command', () => {
    const model = { ...parentNode, agent: 'other' };
    expect(proposed([bead('a')], { node: model }).nodes[0]?.agent).toBe('other');
    const nobody = { ...settings, agents: {} };
    expect(refused([bead('a')], { settings: nobody })).toMatch(
      /^1\.toml:2:6: nobody is there to do the work of "a"/,
    );
  });
});

describe('what an agent wrote', () => {
  it.each([
    ['[bead.task]\nrun = "rm -rf /"', 'bead.task.run'],
    ['[bead.acceptance]\nchecks = ["true"]', 'bead.acceptance.checks'],
    ['[bead.acceptance]\ncriteria = [{ text = "x", check = "true" }]', 'bead.acceptance.criteria[0].check'],
    ['rig = "other"', 'bead.rig'],
    ['agent = "other"', 'bead.agent'],
    ['gate = true', 'bead.gate'],
    ['when = "true"', 'bead.when'],
    ['for_each = "[1]"', 'bead.for_each'],
    ['use = "go/lint"', 'bead.use'],
    ['env = { A = "b" }', 'bead.env'],
    ['secrets = ["TOKEN"]', 'bead.secrets'],
    ['status = "done"', 'bead.status'],
    ['spawn = "live"', 'bead.spawn'],
    ['[bead.dependencies]\non_failure_of = ["base"]', 'bead.dependencies.on_failure_of'],
  ])('cannot say %s', (rest, key) => {
    const text = refused([bead('a', rest)]);
    expect(text).toMatch(/^1\.toml:[34]:\d+: /);
    expect(text).toContain(`\`${key}\` cannot stand here`);
  });

  it('may bring commands once a person looks at it', () => {
    const text = bead(
      'a',
      '[bead.task]\nrun = "make"\n[bead.acceptance]\nchecks = ["make test"]\ncriteria = [{ text = "x", check = "true" }]\n',
    );
    const { nodes, beads } = proposed([text], { mayRun: true });
    expect(nodes[0]).toMatchObject({ agent: 'shell', steps: ['work', 'verify'] });
    expect(beads[0]).toMatchObject({
      run: 'make',
      checks: ['make test'],
      criteria: [{ text: 'x', check: 'true' }],
    });
  });

  it('cannot abort the run', () => {
    expect(refused([bead('a', '[bead.execution]\non_failure = "abort"\n')])).toContain(
      'must be one of: pause, skip',
    );
  });

  it.each([
    [['not toml'], /^1\.toml:1:/],
    [[bead('../up')], /^1\.toml:2:6: the id "\.\.\/up" is not allowed/],
    [[bead('a'), bead('a')], /^2\.toml:2:6: two beads have the id "a"/],
    [[bead('a', 'artifacts = ["../x"]')], /^1\.toml:3:\d+: artifact "\.\.\/x" contains "\.\."/],
    [
      [bead('a', '[bead.dependencies]\nrequires = ["no-such"]')],
      /^1\.toml:4:13: bead "a" requires "no-such", but no bead has that id/,
    ],
    [[bead('a', 'no_such_key = 1')], /^1\.toml:3:1: unknown key "bead\.no_such_key"/],
    [
      [
        bead('a', '[bead.dependencies]\nrequires = ["b"]'),
        bead('b', '[bead.dependencies]\nrequires = ["a"]'),
      ],
      /Circular dependency detected: a → b → a/,
    ],
    [[bead('a'.repeat(120))], /^nothing is wrong/],
    [[`${bead('x'.repeat(129))}`], /may have 128 characters/],
  ])('is refused at its place: %#', (texts, message) => {
    expect(refused(texts)).toMatch(message);
  });

  it('cannot make ids longer than folders can be named', () => {
    const long = { ...parent, id: nodeId('p'.repeat(120)) };
    expect(refused([bead('c'.repeat(120))], { parent: long })).toContain('is too long');
  });

  it('is complained about in so many sentences, and no more', () => {
    const text = refused(Array.from({ length: 9 }, (_, at) => bead(`b${at}`, 'rig = "x"')));
    expect(text.split('\n')).toHaveLength(6);
    expect(text).toMatch(/\nand 4 more$/);
  });
});

it('limits an added bead by the limit of the run', () => {
  const formula: Formula = { ...plan.formula, timeoutMs: 1000 };
  expect(proposed([bead('a')], { formula }).beads[0]?.timeoutMs).toBe(1000);
});
