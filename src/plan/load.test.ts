import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormulaType, Plan } from '../core/plan.ts';
import { renderAll } from '../diagnostic/render-text.ts';
import { blocksRun, loadPlan } from './load.ts';
import type { LoadResult, ProjectFiles } from './load-request.ts';
import { loadSettings } from './settings-load.ts';

function memory(files: Readonly<Record<string, string>>): ProjectFiles {
  const missing = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;
  return {
    read: (path) => (Object.hasOwn(files, path) ? { type: 'text', text: files[path] ?? '' } : missing),
    list(folder) {
      const names = Object.keys(files).flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
      );
      return names.length === 0
        ? missing
        : { type: 'list', entries: names.sort().map((name) => ({ name, kind: 'file' })) };
    },
  };
}

function load(files: Readonly<Record<string, string>>): LoadResult {
  const reader = memory(files);
  const { settings } = loadSettings(reader, { strict: false });
  return loadPlan({
    formulaFile: 'formula.toml',
    files: reader,
    settings,
    hash: (text) => text,
    strict: false,
  });
}

interface Shape {
  readonly type: FormulaType;
  readonly sync: 'level' | 'none';
  /** Requirements by bead, on earlier beads only. */
  readonly requires: readonly (readonly number[])[];
  readonly artifacts: readonly number[];
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  type: fc.constantFrom('convoy', 'workflow', 'expansion'),
  sync: fc.constantFrom('level', 'none'),
  requires: fc
    .array(fc.uniqueArray(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
    .map((all) => all.map((needs, node) => needs.filter((need) => need < node))),
  artifacts: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
});

const nameOf = (node: number): string => `b${node}`;

function filesOf({ type, sync, requires, artifacts }: Shape): Readonly<Record<string, string>> {
  const beads = requires.map((needs, node) => [
    `beads/${nameOf(node)}.toml`,
    `[bead]\nid = "${nameOf(node)}"\n[bead.dependencies]\nrequires = [${needs.map((need) => `"${nameOf(need)}"`).join(', ')}]\n[bead.task]\nrun = "true"\nartifacts = ["file${artifacts[node]}"]\n`,
  ]);
  return {
    'formula.toml': `[formula]\nname = "f"\ntype = "${type}"\n[formula.sync]\nmode = "${sync}"\n`,
    ...Object.fromEntries(beads),
  };
}

/** What must have settled before a node can start: over every need. */
function ancestors(plan: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const node of plan.nodes) {
    all.set(node.id, new Set(node.needs.flatMap((need) => [need.node, ...(all.get(need.node) ?? [])])));
  }
  return all;
}

describe('lowering', () => {
  it('keeps every requirement, separates levels, makes sequences, and never lets two beads write one file at once', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { plan } = load(filesOf(shape));
        expect(plan).toBeDefined();
        if (plan === undefined) return;
        const above = ancestors(plan);
        const beads = plan.nodes.flatMap((node) => (node.kind === 'bead' ? [node] : []));
        expect(beads).toHaveLength(shape.requires.length);
        for (const bead of plan.beads) {
          const node = beads.find((one) => one.id === bead.id);
          for (const required of bead.requires)
            expect(node?.needs).toContainEqual({ node: required, on: 'succeeded' });
        }
        for (const a of beads) {
          for (const b of beads) {
            if (a === b) continue;
            const isOrdered = above.get(a.id)?.has(b.id) === true || above.get(b.id)?.has(a.id) === true;
            if (shape.type === 'workflow') expect(isOrdered).toBe(true);
            if (shape.type === 'convoy' && shape.sync === 'level')
              expect(isOrdered).toBe(a.level !== b.level);
            const same = shape.artifacts[Number(a.id.slice(1))] === shape.artifacts[Number(b.id.slice(1))];
            if (same && !isOrdered) expect(a.locks.some((lock) => b.locks.includes(lock))).toBe(true);
            if (!same) expect(a.locks.some((lock) => b.locks.includes(lock))).toBe(false);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('counts the longest remaining path', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { plan } = load(filesOf(shape));
        const tails = new Map<string, number>();
        for (const node of [...(plan?.nodes ?? [])].reverse()) {
          const own = tails.get(node.id) ?? 1;
          for (const need of node.needs) tails.set(need.node, Math.max(tails.get(need.node) ?? 1, own + 1));
          if (node.kind === 'bead') expect(node.tail).toBe(own);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds a bead with a join of its own at sync points, which the join does not count', () => {
    const { plan } = load({
      ...filesOf({ type: 'convoy', sync: 'level', requires: [[], [], [0, 1]], artifacts: [] }),
      'beads/b2.toml':
        '[bead]\nid = "b2"\n[bead.dependencies]\nblocked_by = ["b0", "b1"]\nwait_for_all = false\n[bead.task]\nrun = "true"\n',
    });
    const node = plan?.nodes.find((one) => one.id === 'b2');
    expect(node).toMatchObject({
      join: { type: 'any' },
      needs: [
        { node: '~sync/0', on: 'settled' },
        { node: 'b0', on: 'succeeded' },
        { node: 'b1', on: 'succeeded' },
      ],
    });
  });
});

describe('the draft', () => {
  it('holds cyclic and broken formulas, too', () => {
    const { plan, draft } = load({
      'formula.toml': '[formula]\nname = "f"\n',
      'beads/a.toml': '[bead]\nid = "a"\n[bead.dependencies]\nrequires = ["b", "ghost"]\n',
      'beads/b.toml': '[bead]\nid = "b"\n[bead.dependencies]\nrequires = ["a"]\n',
      'beads/c.toml': '[bead]\nid = "c"\n',
      'beads/d.toml': 'broken',
    });
    expect(plan).toBeUndefined();
    expect(draft.cycles).toEqual([['a', 'b']]);
    expect(draft.beads.map(({ id, requires, level }) => [id, requires, level])).toEqual([
      ['a', ['b'], undefined],
      ['b', ['a'], undefined],
      ['c', [], 0],
    ]);
  });
});

describe('blocksRun', () => {
  it('lets a plan be validated, but not run, without anyone to do the work', () => {
    const { plan, diagnostics } = load({
      'formula.toml': '[formula]\nname = "f"\ntype = "convoy"\n',
      'beads/a.toml': '[bead]\nid = "a"\n',
    });
    expect(plan).toBeDefined();
    expect(diagnostics.filter(blocksRun).map(({ code }) => code)).toEqual(['plan/no-agent']);
  });
});

describe('keys', () => {
  const base = {
    'formula.toml': '[formula]\nname = "f"\ntype = "convoy"\n[formula.context]\nspec = "spec.md"\n',
    'spec.md': '# One\n\ntext\n\n# Two\n\nother\n',
    'beads/a.toml': '[bead]\nid = "a"\nstatus = "ready"\n[bead.context]\nfrom_spec = ["one"]\n',
  };
  const keyWith = (changes: Readonly<Record<string, string>>): string | undefined =>
    load({ ...base, ...changes }).plan?.beads[0]?.key;

  it.each([
    ['status', { 'beads/a.toml': base['beads/a.toml'].replace('ready', 'done') }, true],
    ['a comment', { 'beads/a.toml': `# hello\n${base['beads/a.toml']}` }, true],
    ['another section', { 'spec.md': base['spec.md'].replace('other', 'changed') }, true],
    ['the section', { 'spec.md': base['spec.md'].replace('text', 'changed') }, false],
    ['the name', { 'beads/a.toml': base['beads/a.toml'].replace('status', 'name = "x"\nstatus') }, false],
  ])('%s', (_, changes, isSame) => {
    expect(keyWith(changes) === keyWith({})).toBe(isSame);
  });
});

describe('garbage', () => {
  it('never throws, and every place lies inside its file', () => {
    const shape: Shape = { type: 'convoy', sync: 'level', requires: [[], [0], [0, 1]], artifacts: [0, 1, 1] };
    const good = { ...filesOf(shape), 'gastown.toml': '[rigs.x]\nroot = "."\n[agents.y]\ncommand = ["z"]\n' };
    const paths = Object.keys(good);
    const edits = fc.array(
      fc.tuple(
        fc.constantFrom(...paths),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(20),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 6 }),
          fc.constantFrom('[', '"', '\n', 'bead', '= 1', '"b1"', '{{', '..', '[bead.task]', 'x'.repeat(300)),
        ),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(edits, (changes) => {
        const files: Record<string, string> = { ...good };
        for (const [path, where, cut, added] of changes) {
          const text = files[path] ?? '';
          const at = Math.floor(where * text.length);
          files[path] = text.slice(0, at) + added + text.slice(at + cut);
        }
        const result = load(files);
        expect(result.plan === undefined).toBe(
          result.diagnostics.some(({ severity }) => severity === 'error'),
        );
        for (const { span, related } of result.diagnostics) {
          for (const place of [...(span === undefined ? [] : [span]), ...related.map((one) => one.span)]) {
            const lines = (result.sources.get(place.file) ?? '').split('\n');
            for (const { line, column } of [place.start, place.end]) {
              expect(lines[line - 1]).toBeDefined();
              expect(column).toBeGreaterThanOrEqual(1);
              expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
            }
          }
        }
        expect(renderAll(result.diagnostics, result.sources)).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
        );
      }),
      { numRuns: 500 },
    );
  });
});
