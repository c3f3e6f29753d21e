import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeId } from '../core/ids.ts';
import type { Bead } from '../core/plan.ts';
import type { NodeStatus } from '../core/status.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import { fileWord, mirrorText, StatusFiles, withStatus } from './status-files.ts';

const statuses: readonly NodeStatus[] = [
  'waiting',
  'ready',
  'running',
  'done',
  'failed',
  'skipped',
  'paused',
  'cancelled',
];

/** What `visionspec sync` takes from a file: the first text that looks like the key. */
const first = (key: string, text: string): string | undefined =>
  new RegExp(`${key} = "([^"]*)"`).exec(text)?.[1];

const bead = (file: string, statusLine: number | undefined): Bead =>
  madeUpWork('a', { name: 'A "quoted" name', file, priority: 1, statusLine, key: 'k' });

describe('status words', () => {
  it('uses only the four words that readers know', () => {
    expect(statuses.map(fileWord)).toEqual([
      'blocked',
      'ready',
      'in_progress',
      'done',
      'blocked',
      'blocked',
      'blocked',
      'blocked',
    ]);
  });
});

describe('a status line', () => {
  it.each([
    [
      'the value alone',
      '[bead]\nid = "a"\nstatus = "ready" # why\n',
      '[bead]\nid = "a"\nstatus = "done" # why\n',
    ],
    ['odd spacing and single quotes', "[bead]\n  status='x'\n", '[bead]\n  status="done"\n'],
    [
      'line ends of Windows',
      '[bead]\r\nstatus = "ready"\r\nid = "a"\r\n',
      '[bead]\r\nstatus = "done"\r\nid = "a"\r\n',
    ],
    [
      'not a status of another table',
      '[other]\nstatus = "x"\n[bead]\nstatus = "ready"\n',
      '[other]\nstatus = "x"\n[bead]\nstatus = "done"\n',
    ],
    ['triple quotes', '[bead]\nstatus = """ready"""\n', '[bead]\nstatus = "done"\n'],
    ['triple single quotes', "[bead]\nstatus = '''\nready'''\n", '[bead]\nstatus = "done"\n'],
    [
      'not what a description says',
      "[bead]\ndescription = '''\nstatus = \"x\"\n'''\nstatus = 'ready'\n",
      "[bead]\ndescription = '''\nstatus = \"x\"\n'''\nstatus = \"done\"\n",
    ],
    [
      'with an inline table',
      'bead = { id = "a", status = "ready" }\n',
      'bead = { id = "a", status = "done" }\n',
    ],
  ])('is replaced: %s', (_what, before, after) => {
    expect(withStatus(before, 'done', false)).toBe(after);
  });

  it('is added after the id only when that is asked for', () => {
    const text = '[bead]\nid = "a"\nname = "A"\n';
    expect(withStatus(text, 'done', false)).toBeUndefined();
    expect(withStatus(text, 'done', true)).toBe('[bead]\nid = "a"\nstatus = "done"\nname = "A"\n');
  });
});

describe('the mirror', () => {
  it('gives readers id, name and status, whatever the name is', () => {
    const text = mirrorText(bead('gastown/beads/a.toml', undefined), 'in_progress');
    expect([first('id', text), first('name', text), first('status', text)]).toEqual([
      'a',
      "A 'quoted' name",
      'in_progress',
    ]);
  });
});

describe('status files', () => {
  let root: string;
  let problems: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gastown-status-'));
    problems = [];
    mkdirSync(join(root, 'gastown/beads'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const files = (beads: readonly Bead[], writeAlways = false): StatusFiles =>
    new StatusFiles({
      root,
      formulaFile: 'gastown/formula.toml',
      plan: { beads },
      writeAlways,
      onProblem: (problem) => problems.push(problem),
    });

  it('keep a file’s mode, and leave files without a status line alone', () => {
    const path = join(root, 'gastown/beads/a.toml');
    writeFileSync(path, '[bead]\nid = "a"\nstatus = "ready"\n');
    chmodSync(path, 0o600);
    files([bead('gastown/beads/a.toml', 3)]).update([{ id: nodeId('a'), status: 'running' }]);
    expect(first('status', readFileSync(path, 'utf8'))).toBe('in_progress');
    expect(statSync(path).mode & 0o777).toBe(0o600);

    writeFileSync(path, '[bead]\nid = "a"\n');
    files([bead('gastown/beads/a.toml', undefined)]).update([{ id: nodeId('a'), status: 'running' }]);
    expect(readFileSync(path, 'utf8')).toBe('[bead]\nid = "a"\n');
  });

  it('are mirrored beside visionspec.yaml', () => {
    writeFileSync(join(root, 'visionspec.yaml'), '');
    files([bead('gastown/beads/a.toml', undefined)]).update([{ id: nodeId('a'), status: 'done' }]);
    expect(first('status', readFileSync(join(root, '.gastown/beads/a.toml'), 'utf8'))).toBe('done');
  });

  it('have no mirror when the formula lives there, or nobody reads one', () => {
    files([bead('gastown/beads/a.toml', undefined)]).update([{ id: nodeId('a'), status: 'done' }]);
    expect(existsSync(join(root, '.gastown'))).toBe(false);
  });

  it('report a file that cannot be written once, and go on', () => {
    const sink = files([bead('gastown/beads/gone.toml', 3)]);
    sink.update([{ id: nodeId('a'), status: 'running' }]);
    sink.update([{ id: nodeId('a'), status: 'done' }]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('gastown/beads/gone.toml');
  });
});
