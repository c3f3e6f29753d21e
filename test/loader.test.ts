/**
 * Whole projects through the loader: `gallery` holds broken ones with the diagnostics they must give, `golden` good ones with
 * the plan they must give. `UPDATE=1 npx vitest run test/loader.test.ts` writes the expectations again: read the difference.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { NodeSpec, Plan } from '../src/core/plan.ts';
import { runsBefore } from '../src/core/ready-queue.ts';
import { type Code, codes } from '../src/diagnostic/codes.ts';
import { renderJson } from '../src/diagnostic/render-json.ts';
import { renderAll } from '../src/diagnostic/render-text.ts';
import { loadPlan } from '../src/plan/load.ts';
import type { ProjectFiles } from '../src/plan/load-request.ts';
import { loadSettings } from '../src/plan/settings-load.ts';
import { type Discovery, discover } from '../src/project/discover.ts';
import { loadProject, type ProjectLoad } from '../src/project/load-project.ts';
import { projectFiles } from '../src/project/project-files.ts';

const here = dirname(fileURLToPath(import.meta.url));
const options = z.object({
  formula: z.string().default('formula.toml'),
  strict: z.boolean().default(false),
  vars: z.record(z.string(), z.string()).default({}),
  toRun: z.boolean().default(false),
});
const seen = new Set<Code>();

function load(folder: string): ProjectLoad {
  const file = join(folder, 'case.json');
  const { formula, strict, vars, toRun } = options.parse(
    existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {},
  );
  const root = join(folder, 'project');
  const formulaFile = existsSync(join(root, formula)) ? formula : 'gastown/formula.toml';
  const loaded = loadProject(
    { root, formulaFile },
    { strict, vars: { given: new Map(Object.entries(vars)), earlier: {}, toRun } },
  );
  for (const diagnostic of loaded.diagnostics) seen.add(diagnostic.code);
  return loaded;
}

function expectFile(path: string, actual: string): void {
  if (process.env['UPDATE'] === '1') writeFileSync(path, actual);
  expect(actual).toBe(readFileSync(path, 'utf8'));
}

const casesOf = (name: string): readonly string[] => readdirSync(join(here, name)).sort();

describe('gallery of broken input', () => {
  it.each(casesOf('gallery'))('%s', (name) => {
    const folder = join(here, 'gallery', name);
    const loaded = load(folder);
    const rendered = renderAll(loaded.diagnostics, loaded.sources);
    expectFile(join(folder, 'expected.txt'), rendered);
    expect(loaded.plan === undefined).toBe(loaded.diagnostics.some(({ severity }) => severity === 'error'));
    expect(rendered).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expectSpansInside(loaded);
  });
});

describe('golden plans', () => {
  it.each(casesOf('golden'))('%s', (name) => {
    const folder = join(here, 'golden', name);
    const loaded = load(folder);
    const { plan } = loaded;
    expect(plan, renderAll(loaded.diagnostics, loaded.sources)).toBeDefined();
    if (plan === undefined) return;
    expectFile(
      join(folder, 'expected.txt'),
      `${planText(plan)}\n${renderAll(loaded.diagnostics, loaded.sources)}`,
    );
    expectLawful(plan);
  });

  it('gives the same plan for the same files, whatever was written back into them', () => {
    const folder = join(here, 'golden', 'exporter-convoy');
    const first = load(folder).plan;
    expect(load(folder).plan).toEqual(first);
    const files = memory(filesBelow(join(folder, 'project')), (text) =>
      text.replaceAll('"ready"', '"in_progress"'),
    );
    const again = loadPlan({
      formulaFile: '.gastown/formula.toml',
      files,
      settings: loadSettings(files, { strict: false }).settings,
      hash: (text) => text,
      strict: false,
    }).plan;
    const before = loadPlan({
      formulaFile: '.gastown/formula.toml',
      files: memory(filesBelow(join(folder, 'project')), (text) => text),
      settings: loadSettings(files, { strict: false }).settings,
      hash: (text) => text,
      strict: false,
    }).plan;
    expect(again?.hash).toBe(before?.hash);
    expect(again?.hash).toBeDefined();
  });
});

describe('input that no file of the gallery can hold', () => {
  const formula = '[formula]\nname = "demo"\ntype = "convoy"\n';
  const cases: readonly (readonly [string, string, ReturnType<ProjectFiles['read']>, Code])[] = [
    [
      'a line of a million characters',
      'beads/a.toml',
      text(`[bead]\nid = "a"\n${'x'.repeat(1_000_000)} = 1\n`),
      'schema/unknown-key',
    ],
    [
      'a million characters of nothing',
      'beads/a.toml',
      text(`[bead]\nid = "a"\nname = ${' '.repeat(1_000_000)}\n`),
      'toml/syntax',
    ],
    [
      'deep nesting',
      'beads/a.toml',
      text(`[bead]\nid = "a"\nx = ${'['.repeat(100)}${']'.repeat(100)}\n`),
      'toml/too-deep',
    ],
    [
      'very deep nesting',
      'beads/a.toml',
      text(`[bead]\nid = "a"\nx = ${'['.repeat(200_000)}${']'.repeat(200_000)}\n`),
      'toml/too-deep',
    ],
    ['deep keys', 'beads/a.toml', text(`[bead]\nid = "a"\n${'a.'.repeat(1000)}a = 1\n`), 'toml/too-deep'],
    [
      'a deep table header',
      'beads/a.toml',
      text(`[bead]\nid = "a"\n[${'a.'.repeat(1000)}a]\n`),
      'toml/too-deep',
    ],
    [
      'a command of 65 KiB',
      'beads/a.toml',
      text(`[bead]\nid = "a"\n[bead.task]\nrun = "${'é'.repeat(33_000)}"\n`),
      'schema/command-too-long',
    ],
    [
      'an unreadable bead',
      'beads/a.toml',
      { type: 'problem', problem: 'unreadable', message: 'cannot be read: permission denied' },
      'file/unreadable',
    ],
    [
      'a huge bead',
      'beads/a.toml',
      { type: 'problem', problem: 'too-large', message: 'is larger than 4 MiB' },
      'file/too-large',
    ],
    [
      'a bead outside',
      'beads/a.toml',
      { type: 'problem', problem: 'outside', message: 'lies outside the project' },
      'file/outside',
    ],
    [
      'more that is wrong than anybody would read',
      'beads/a.toml',
      text(`[bead]\nid = "a"\nartifacts = [${'1,'.repeat(11_000)}]\n`),
      'file/too-many-remarks',
    ],
    [
      'an unreadable formula',
      'formula.toml',
      { type: 'problem', problem: 'unreadable', message: 'cannot be read: permission denied' },
      'file/unreadable',
    ],
  ];
  it.each(cases)('%s', (_, path, result, code) => {
    const base = memory(
      new Map([
        ['formula.toml', formula],
        ['beads/a.toml', '[bead]\nid = "a"\n'],
      ]),
      (same) => same,
    );
    const files: ProjectFiles = { ...base, read: (asked) => (asked === path ? result : base.read(asked)) };
    const { settings } = loadSettings(files, { strict: false });
    const loaded = loadPlan({
      formulaFile: 'formula.toml',
      files,
      settings,
      hash: (same) => same,
      strict: false,
    });
    for (const diagnostic of loaded.diagnostics) seen.add(diagnostic.code);
    const found = loaded.diagnostics.map((diagnostic) => diagnostic.code);
    expect(found).toContain(code);
    const longest = Math.max(
      ...renderAll(loaded.diagnostics, loaded.sources)
        .split('\n')
        .map((line) => line.length),
    );
    expect(longest).toBeLessThan(300);
  });
});

describe('discovery', () => {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });
  const folderWith = (...files: readonly string[]): string => {
    const root = mkdtempSync(join(tmpdir(), 'gastown-discover-'));
    made.push(root);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    return root;
  };
  const find = async (
    cwd: string,
    formula?: string,
    fromEnvironment?: string,
    chosen?: string,
  ): Promise<Discovery> => {
    const result = await discover({
      cwd,
      formula,
      fromEnvironment,
      chosen: () => chosen,
      fromSettings: async (root) => loadSettings(projectFiles(root), { strict: false }).settings.formula,
    });
    if (result.type === 'problem') for (const diagnostic of result.diagnostics) seen.add(diagnostic.code);
    return result;
  };

  it('takes the nearest formula upwards', async () => {
    const root = folderWith('.git/HEAD', 'gastown/formula.toml', 'src/deep/x');
    expect(await find(join(root, 'src/deep'))).toMatchObject({
      type: 'found',
      root,
      formulaFile: 'gastown/formula.toml',
    });
  });

  it('does not look beyond the project', async () => {
    const root = folderWith('formula.toml', 'inner/.git/HEAD');
    expect(await find(join(root, 'inner'))).toMatchObject({
      type: 'problem',
      diagnostics: [{ code: 'project/no-formula' }],
    });
  });

  it('lists several', async () => {
    const root = folderWith('.git/HEAD', 'gastown/formula.toml', '.gastown/formula.toml');
    const result = await find(root);
    expect(result).toMatchObject({ type: 'problem', diagnostics: [{ code: 'project/several-formulas' }] });
    expect(JSON.stringify(result)).toContain('.gastown/formula.toml');
  });

  it.each([
    ['--formula wins', 'a.toml', 'b.toml', 'c.toml', 'a.toml'],
    ['then the environment', undefined, 'b.toml', 'c.toml', 'b.toml'],
    ['then the choice of init', undefined, undefined, 'c.toml', 'c.toml'],
    ['then the settings', undefined, undefined, undefined, 'd.toml'],
  ])('%s', async (_, flag, environment, chosen, expected) => {
    const root = folderWith('a.toml', 'b.toml', 'c.toml', 'd.toml', 'formula.toml');
    writeFileSync(join(root, 'gastown.toml'), '[project]\nformula = "d.toml"\n');
    expect(await find(root, flag, environment, chosen)).toMatchObject({
      type: 'found',
      root,
      formulaFile: expected,
    });
  });

  it('accepts a folder, and says what is missing', async () => {
    const root = folderWith('gastown/formula.toml', 'empty/x');
    expect(await find(root, 'gastown')).toMatchObject({
      type: 'found',
      root,
      formulaFile: 'gastown/formula.toml',
    });
    expect(await find(root, 'empty')).toMatchObject({
      type: 'problem',
      diagnostics: [{ code: 'file/missing' }],
    });
    expect(await find(root, 'nowhere.toml')).toMatchObject({
      type: 'problem',
      diagnostics: [{ code: 'file/missing' }],
    });
  });

  it('finds the root: a marked folder, else the current one above the formula, else the formula’s own', async () => {
    const marked = folderWith('visionspec.yaml', 'x/y/formula.toml');
    expect(await find(marked, 'x/y/formula.toml')).toMatchObject({
      root: marked,
      formulaFile: 'x/y/formula.toml',
    });
    const plain = folderWith('x/formula.toml', 'other/z');
    expect(await find(plain, 'x/formula.toml')).toMatchObject({ root: plain, formulaFile: 'x/formula.toml' });
    expect(await find(join(plain, 'other'), '../x/formula.toml')).toMatchObject({
      root: join(plain, 'x'),
      formulaFile: 'formula.toml',
    });
  });
});

it('has a fixture for every code', () => {
  expect([...seen].sort()).toEqual(Object.keys(codes).sort());
});

function text(content: string): ReturnType<ProjectFiles['read']> {
  return { type: 'text', text: content };
}

/** Files in memory; `change` is applied to each text. */
function memory(files: ReadonlyMap<string, string>, change: (text: string) => string): ProjectFiles {
  const missing = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;
  return {
    read(path) {
      const found = files.get(path);
      return found === undefined ? missing : text(change(found));
    },
    list(folder) {
      const prefix = `${folder}/`;
      const names = [...files.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length));
      const entries = names.filter((name) => !name.includes('/')).sort();
      return entries.length === 0
        ? missing
        : { type: 'list', entries: entries.map((name) => ({ name, kind: 'file' })) };
    },
  };
}

function filesBelow(root: string): ReadonlyMap<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.toml'),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

function expectSpansInside(loaded: ProjectLoad): void {
  for (const { span, related } of renderJson(loaded.diagnostics)) {
    for (const place of [...(span === null ? [] : [span]), ...related.map((one) => one.span)]) {
      const lines = (loaded.sources.get(place.file) ?? '').split('\n');
      for (const { line, column } of [place.start, place.end]) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      }
    }
  }
}

/** What everything downstream relies on. */
function expectLawful(plan: Plan): void {
  const before = new Set<string>();
  for (const node of plan.nodes) {
    for (const need of node.needs) expect(before).toContain(need.node);
    before.add(node.id);
  }
  expect(before.size).toBe(plan.nodes.length);
  const nodes = new Map(
    plan.nodes.flatMap((node) => (node.kind === 'bead' ? [[node.id, node] as const] : [])),
  );
  plan.beads.forEach((bead, position) => {
    const node = nodes.get(bead.id);
    const next = nodes.get(plan.beads[position + 1]?.id ?? bead.id);
    if (node === undefined || next === undefined) throw new Error(`no node ${bead.id}`);
    if (plan.formula.type === 'workflow') expect(node.order).toBe(position);
    // The list holds what the queue does with beads of one priority.
    if (node !== next) expect(runsBefore({ ...node, priority: 1 }, { ...next, priority: 1 })).toBe(true);
  });
  expect(JSON.parse(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(plan)));
}

function planText(plan: Plan): string {
  const { formula } = plan;
  const lines = [
    `formula ${formula.name} (${formula.type}) version ${formula.version} parallel ${formula.parallel} timeout ${formula.timeoutMs} sync ${formula.sync} quorum ${formula.quorum}`,
    ...extrasText('  ', { syncChecks: formula.syncChecks, env: formula.env, spawn: formula.spawn }),
    ...Object.entries(formula.context).map(([key, path]) => `  context ${key} = ${path}`),
    '',
    ...plan.nodes.map(nodeText),
    '',
  ];
  for (const bead of plan.beads) {
    lines.push(
      `bead ${bead.id} ${JSON.stringify(bead.name)} priority ${bead.priority} level ${bead.level} agent ${bead.agent} rig ${bead.rig} timeout ${bead.timeoutMs}${bead.declaredDone ? ' declared done' : ''}${bead.statusLine === undefined ? '' : ` status in line ${bead.statusLine}`}`,
    );
    lines.push(
      `  requires [${bead.requires.join(', ')}] artifacts [${bead.artifacts.join(', ')}] run ${JSON.stringify(bead.run)}`,
    );
    const { onFailureOf, when, gate, forEach, spawns } = bead;
    lines.push(...extrasText('  ', { onFailureOf, when, gate, forEach, spawns }));
    lines.push(`  description ${JSON.stringify(bead.description)}`);
    for (const { text: line, check } of bead.criteria)
      lines.push(
        `  criterion ${JSON.stringify(line)}${check === undefined ? '' : ` check ${JSON.stringify(check)}`}`,
      );
    for (const check of bead.checks) lines.push(`  check ${JSON.stringify(check)}`);
    for (const { document, ref, lines: range } of bead.context) {
      lines.push(
        `  context ${document} ${ref} ${range === undefined ? 'missing' : `lines ${range.from}-${range.to}`}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function nodeText(node: NodeSpec): string {
  const needs = node.needs.map((need) => `${need.node}:${need.on}`).join(' ');
  const { gate } = node;
  if (node.kind === 'sync')
    return [
      `${node.id} level ${node.level} quorum ${node.quorum} needs [${needs}]`,
      ...extrasText('', { checks: node.checks, gate }),
    ].join(' ');
  const { condition, forEach, spawns } = node;
  const { policy } = node;
  const join = node.join.type === 'quorum' ? `at least ${node.join.atLeast}` : node.join.type;
  return [
    `${node.id} level ${node.level} order ${node.order} priority ${node.priority} tail ${node.tail} join ${join} needs [${needs}] rig ${node.rig} agent ${node.agent || '-'} steps ${node.steps.join('+')} retries ${policy.retries} timeout ${policy.timeoutMs} on failure ${policy.onFailure} locks [${node.locks.join(' | ')}]`,
    ...extrasText('', { condition, gate, forEach, spawns }),
  ].join(' ');
}

/** What most plans do not have. */
function extrasText(indent: string, extras: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(extras).flatMap(([key, value]) =>
    value === undefined ? [] : [`${indent}${key} ${JSON.stringify(value)}`],
  );
}
