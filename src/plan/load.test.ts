import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invariant } from '../core/invariant.ts';
import type { BeadNode, FormulaType, Plan } from '../core/plan.ts';
import { renderAll } from '../diagnostic/render-text.ts';
import { beadsNamed } from './expressions/evaluate.ts';
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

describe('conditions, templates and failure branches', () => {
  const formula = (type: FormulaType, more = ''): string =>
    `[formula]\nname = "f"\ntype = "${type}"\n${more}`;
  const bead = (id: string, keys = '', tables = ''): readonly [string, string] => [
    `beads/${id}.toml`,
    `[bead]\nid = "${id}"\n${keys}\n[bead.task]\nrun = "true"\n${tables}`,
  ];
  const plan = (head: string, ...beads: readonly (readonly [string, string])[]): Plan => {
    const loaded = load({ 'formula.toml': head, ...Object.fromEntries(beads) });
    expect(loaded.plan, renderAll(loaded.diagnostics, loaded.sources)).toBeDefined();
    invariant(loaded.plan !== undefined, 'just checked');
    return loaded.plan;
  };
  const codesOf = (head: string, ...beads: readonly (readonly [string, string])[]): readonly string[] =>
    load({ 'formula.toml': head, ...Object.fromEntries(beads) }).diagnostics.map(({ code }) => code);

  it('counts failure branches for levels and cycles, but not as requirements', () => {
    const branch = bead('b', '', '[bead.dependencies]\non_failure_of = ["a"]\n');
    const { beads, nodes } = plan(formula('expansion'), bead('a'), branch);
    expect(beads[1]).toMatchObject({ id: 'b', level: 1, requires: [], onFailureOf: ['a'] });
    expect(nodes[1]?.needs).toEqual([{ node: 'a', on: 'failed' }]);
    const circular = bead('a', '', '[bead.dependencies]\nrequires = ["b"]\n');
    expect(codesOf(formula('expansion'), circular, branch)).toContain('plan/cycle');
  });

  it('gives every bead locks of its own where beads may be added', () => {
    const beads = [bead('a', 'artifacts = ["./x.md", "y/*.md"]'), bead('b', 'artifacts = ["z.md"]')];
    const locks = (head: string): unknown =>
      plan(head, ...beads).nodes.flatMap((node) => (node.kind === 'bead' ? [node.locks] : []));
    expect(locks(formula('expansion'))).toEqual([['x.md', 'y/*.md'], ['z.md']]);
    expect(locks(formula('expansion', '[formula.spawn]\nallowed = false\n'))).toEqual([[], []]);
    expect(locks(formula('workflow'))).toEqual([[], []]);
  });

  it('writes aliases of ids out', () => {
    const when = 'when = \'beads.pet_crud.outcome == "done"\'';
    const needs = '[bead.dependencies]\nrequires = ["pet-crud"]\n';
    const { beads, nodes } = plan(formula('convoy'), bead('pet-crud'), bead('z', when, needs));
    const written = 'beads["pet-crud"].outcome == "done"';
    expect(beads[1]?.when).toBe(written);
    expect(nodes[2]).toMatchObject({ id: 'z', condition: written });
    expect(beadsNamed(written)).toEqual(['pet-crud']);
  });

  it('lets an expression name exactly the beads that come before', () => {
    const possible = fc
      .tuple(shapes, fc.nat(9), fc.nat(9))
      .filter(([{ requires }, one, other]) => one < requires.length && other < requires.length);
    fc.assert(
      fc.property(possible, ([shape, one, other]) => {
        const files = filesOf(shape);
        const without = load(files).plan;
        invariant(without !== undefined, 'shapes are plans');
        const path = `beads/${nameOf(one)}.toml`;
        const when = `when = 'beads.${nameOf(other)}.outcome == "done"'\n`;
        const { diagnostics } = load({
          ...files,
          [path]: (files[path] ?? '').replace('[bead.dependencies]', `${when}[bead.dependencies]`),
        });
        const isBefore = ancestors(without).get(nameOf(one))?.has(nameOf(other)) === true;
        expect(diagnostics.some(({ code }) => code === 'condition/not-before')).toBe(!isBefore);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['\'beads.nope.outcome == "done"\'', 'nope'],
    ['"\\u0022\\U0001F600\\" == \\"\\\\n😀\\" || beads.nope.outcome == \\"done\\""', 'nope'],
    ['"""\n\n  true &&\\\n   beads.nope.outcome == "done" """', 'nope'],
    ["'''\r\n true ||\r\n beads[\"no\"].outcome == \"done\"'''", '"no"'],
  ])('points into the string, however it is written: %j', (written, marked) => {
    const [path, text] = bead('a', `when = ${written}`);
    const { diagnostics } = load({ 'formula.toml': formula('convoy'), [path]: text });
    const span = diagnostics.find(({ code }) => code === 'condition/unknown-name')?.span;
    invariant(span !== undefined, 'the bead is unknown');
    expect(span.start.line).toBe(span.end.line);
    expect(text.split('\n')[span.start.line - 1]?.slice(span.start.column - 1, span.end.column - 1)).toBe(
      marked,
    );
  });

  it('keeps every place inside the file, whatever the expression', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.constantFrom('when', 'for_each'),
        (text, key) => {
          const written = JSON.stringify(text).replaceAll('\u007f', '\\u007f');
          const [path, file] = bead('a', `${key} = ${written}`);
          const { diagnostics, sources } = load({ 'formula.toml': formula('expansion'), [path]: file });
          const lines = (sources.get(path) ?? '').split('\n');
          for (const { span } of diagnostics) {
            if (span?.file !== path) continue;
            for (const { line, column } of [span.start, span.end])
              expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows which keys decide the work, and which only the plan', () => {
    const of = (keys: string, more = ''): readonly [string | undefined, string] => {
      const loaded = plan(formula('expansion', more), bead('a', keys));
      return [loaded.beads[0]?.key, loaded.hash];
    };
    const [key, hash] = of('');
    const all = [
      [key, of('when = "true"')],
      [key, of('gate = true')],
      [key, of('gate = "Now?"')],
      [key, of('spawn = false')],
      [key, of('spawn = "live"')],
      [key, of('', 'env = ["CI"]')],
      [key, of('', '[formula.spawn]\ndepth = 2')],
      [undefined, of('for_each = "[1]"')],
      [undefined, of('for_each = { in = "[1]", as = "x" }')],
      [undefined, of('for_each = { in = "[1]", id = "x" }')],
    ] as const;
    for (const [same, [own]] of all) expect(own === key).toBe(same === key);
    expect(new Set([hash, ...all.map(([, [, other]]) => other)]).size).toBe(all.length + 1);
    expect(new Set(all.map(([, [own]]) => own)).size).toBe(4);
  });

  it('has sync points check and ask', () => {
    const sync = '[formula.sync]\nchecks = ["npm test"]\napproval = "Go on?"\n';
    const needs = '[bead.dependencies]\nrequires = ["a"]\n';
    const made = plan(formula('convoy', sync), bead('a'), bead('b', '', needs));
    expect(made.formula.syncChecks).toEqual(['npm test']);
    expect(made.nodes[1]).toMatchObject({ kind: 'sync', checks: true, gate: 'Go on?' });
    expect(codesOf(formula('workflow', sync), bead('a'))).toEqual([
      'plan/no-sync-points',
      'plan/no-sync-points',
    ]);
    const none = '[formula.sync]\nchecks = []\napproval = false\n';
    expect(plan(formula('convoy', none), bead('a'), bead('b', '', needs)).nodes[1]).not.toHaveProperty(
      'gate',
    );
    expect(codesOf(formula('workflow', none), bead('a'))).toEqual([]);
  });

  it('lets a template have no steps, and everything else what it had', () => {
    const { nodes } = plan(formula('expansion'), bead('a', 'for_each = "[1]"\nartifacts = ["x"]'), bead('b'));
    expect(nodes[0]).toMatchObject({ id: 'a', steps: [], forEach: '[1]', locks: ['x'] });
    expect(nodes[0]).not.toHaveProperty('spawns');
    expect(nodes[1]).toMatchObject({ id: 'b', steps: ['work'], spawns: 'after' });
  });

  /** The nodes of beads. */
  const beadNodes = (made: Plan): readonly BeadNode[] =>
    made.nodes.flatMap((node) => (node.kind === 'bead' ? [node] : []));
  const execution = (keys: string): string => `[bead.execution]\n${keys}\n`;

  it('gives a bead its own retries and policy before those of the formula, and the smaller time limit', () => {
    const head = formula(
      'expansion',
      '[formula.execution]\ntimeout_minutes = 10\nretries = 1\non_failure = "skip"\n',
    );
    const made = plan(
      head,
      bead('a', '', execution('retries = 3\non_failure = "abort"')),
      bead('b', '', execution('timeout = "1m"')),
      bead('c', '', execution('timeout = "1h"')),
    );
    expect(beadNodes(made).map(({ policy }) => policy)).toEqual([
      { retries: 3, timeoutMs: 600_000, onFailure: 'abort' },
      { retries: 1, timeoutMs: 60_000, onFailure: 'skip' },
      { retries: 1, timeoutMs: 600_000, onFailure: 'skip' },
    ]);
  });

  it('runs a workflow one by one in its sequence, whatever else would be possible', () => {
    const execute = '[formula.execution]\nparallel_beads = 4\n';
    const beads = [
      bead('a'),
      bead('b', 'priority = 1'),
      bead('c', 'join = "any"', '[bead.dependencies]\nrequires = ["a", "b"]\n'),
    ];
    const made = plan(formula('workflow', execute), ...beads);
    expect(made.formula.parallel).toBe(1);
    expect(plan(formula('expansion', execute), ...beads).formula.parallel).toBe(4);
    const nodes = beadNodes(made).toSorted((one, other) => one.order - other.order);
    expect(new Set(nodes.map(({ priority }) => priority)).size, 'priority overtakes nobody').toBe(1);
    // Each waits for the one before it, also where one of its requirements would do.
    nodes.slice(1).forEach(({ needs }, index) => {
      expect(needs).toContainEqual({ node: nodes[index]?.id, on: 'settled' });
    });
  });

  it('asks for the quorum of the formula at every sync point', () => {
    const after = bead('b', '', '[bead.dependencies]\nrequires = ["a"]\n');
    const made = plan(formula('convoy', '[formula.sync]\nquorum = "majority"\n'), bead('a'), after);
    expect(made.nodes.find(({ kind }) => kind === 'sync')).toMatchObject({ quorum: 'majority' });
  });

  it('prepares where the rig has a setup, and verifies where there is anything to look at', () => {
    const steps = (rig: string, keys = '', tables = ''): readonly string[] | undefined => {
      const settings = ['gastown.toml', `[rigs.default]\n${rig}\n`] as const;
      return beadNodes(plan(formula('expansion'), bead('a', keys, tables), settings))[0]?.steps;
    };
    expect(steps('')).toEqual(['work']);
    expect(steps('setup = ["true"]')).toEqual(['prepare', 'work']);
    expect(steps('checks = ["true"]')).toEqual(['work', 'verify']);
    expect(steps('', '', '[bead.acceptance]\nchecks = ["true"]\n')).toEqual(['work', 'verify']);
    expect(steps('', '', '[bead.acceptance]\ncriteria = ["It works."]\n')).toEqual(['work', 'verify']);
    expect(steps('setup = ["true"]', 'artifacts = ["x"]')).toEqual(['prepare', 'work', 'verify']);
  });

  it('takes a join of any for no order: what it may overtake shares locks with it', () => {
    const file = 'artifacts = ["x"]';
    const requires = '[bead.dependencies]\nrequires = ["a", "b"]\n';
    const joined = (kind: string) => bead('c', `${file}\njoin = "${kind}"`, requires);
    const locks = (kind: string): readonly (readonly string[])[] =>
      beadNodes(
        plan(
          formula('expansion', '[formula.spawn]\nallowed = false\n'),
          bead('a', file),
          bead('b'),
          joined(kind),
        ),
      ).map((node) => node.locks);
    expect(locks('all')).toEqual([[], [], []]);
    expect(locks('any')).toEqual([['x'], [], ['x']]);
  });

  it('takes thousands of conditions in a moment', () => {
    const count = 2000;
    const beads = Array.from({ length: count }, (_, at) => {
      const before = Math.max(0, at - 50);
      return bead(
        `b${at}`,
        at === 0 ? '' : `when = 'beads.b${before}.outcome == "done" || beads.b0.outcome == "failed"'`,
        at === 0 ? '' : `[bead.dependencies]\nrequires = ["b${at - 1}"]\n`,
      );
    });
    const begun = performance.now();
    plan(formula('expansion'), ...beads);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
