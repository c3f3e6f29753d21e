import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effectKey, nodeId } from '../core/ids.ts';
import type { Bead } from '../core/plan.ts';
import { ShellPool } from '../os/shell-pool.ts';
import type { Attempt, PreparedRig, WorkEnd } from '../ports/work.ts';
import { madeUpAttempt, madeUpRig, madeUpWork } from '../testing/work-samples.ts';
import { ShellAgent } from './shell.ts';

const never = new AbortController().signal;
const TOKEN = 'ghp_aaaaaaaaaabbbbbbbbbbcccccc';
let root: string;
let pool: ShellPool;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-exchange-')));
  mkdirSync(join(root, 'attempt'));
  pool = new ShellPool();
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

const place = (name: string): string => join(root, 'attempt', name);

function work(run: string, more: Partial<Attempt> = {}, bead: Partial<Bead> = {}): Promise<WorkEnd> {
  const attempt = madeUpAttempt(madeUpWork('a', { run, ...bead }), join(root, 'attempt'), more);
  const rig: PreparedRig = {
    settings: madeUpRig(),
    directory: root,
    env: { PATH: process.env['PATH'] ?? '' },
    secretValues: [],
  };
  const key = effectKey(attempt.run, attempt.bead.id, attempt.number, 'work');
  return agent().work(attempt, rig, key, never);
}

const agent = (): ShellAgent =>
  new ShellAgent({ pool, projectRoot: root, marker: (key) => `nonce of ${key}`, graceMs: 100 });

describe('an output', () => {
  it('is a small JSON object, without secrets', async () => {
    const end = await work(
      `printf '%s' '{"port": 8080, "keys": ["x ${TOKEN} y"], "__proto__": {"a": 1}}' > "$GASTOWN_OUTPUT"`,
    );
    expect(end).toMatchObject({ type: 'succeeded', report: { exit: 0 } });
    const output = end.type === 'succeeded' ? end.report.output : undefined;
    expect(JSON.stringify(output)).toBe('{"port":8080,"keys":["x [redacted] y"],"__proto__":{"a":1}}');
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
  });

  it('is left out when nothing was written', async () => {
    expect(await work('true')).toEqual({ type: 'succeeded', report: { exit: 0 } });
  });

  it.each([
    ['printf {', /is no JSON: /],
    ['printf "[1]"', /must be a JSON object/],
    ['printf null', /must be a JSON object/],
    [`printf '{"a": 1e999}'`, /a number that is too large/],
    [`printf '{"a": "%070000d"}' 1`, /has more than 65536 bytes/],
    [`printf '\\377'`, /is no UTF-8 text/],
    [
      `{ printf '{"a":'; printf '[%.0s' $(seq 40); printf ']%.0s' $(seq 40); printf '}'; }`,
      /more than 32 levels deep/,
    ],
  ])('from %s fails the attempt, which is told why', async (write, message) => {
    const end = await work(`${write} > "$GASTOWN_OUTPUT"`);
    expect(end).toMatchObject({ type: 'failed', failure: { class: 'task', code: 'output' } });
    expect(end.type === 'failed' && end.failure.message).toMatch(message);
  });

  it.each([
    ['ln -s /etc/hostname', 'is a link'],
    ['mkdir', 'is no regular file'],
    ['mkfifo', 'is no regular file'],
  ])('made by %s is not looked into', async (make, why) => {
    const end = await work(`${make} "$GASTOWN_OUTPUT"`);
    expect(end).toMatchObject({
      failure: { code: 'output', message: `the output in $GASTOWN_OUTPUT ${why}` },
    });
  });

  it('of a failed attempt is not looked at', async () => {
    expect(await work('printf { > "$GASTOWN_OUTPUT"; exit 3')).toMatchObject({ failure: { code: 'exit' } });
  });

  it('reaches those who require the bead as a file', async () => {
    const outputs = new Map([
      [nodeId('b'), { n: 1 }],
      [nodeId('c'), {}],
    ]);
    await work('cat "$GASTOWN_OUTPUTS" > seen.json', { outputs });
    expect(JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8'))).toEqual({ b: { n: 1 }, c: {} });
  });
});

describe('a question', () => {
  it('ends the attempt with exit status 76', async () => {
    const end = await work(`echo "Which key? Not ${TOKEN}?" > "$GASTOWN_QUESTION"; exit 76`);
    expect(end).toEqual({ type: 'asked', question: 'Which key? Not [redacted]?' });
  });

  it.each([
    ['exit 76', 'is not there'],
    ['echo > "$GASTOWN_QUESTION"; exit 76', 'is empty'],
    ['printf "%09000d" 1 > "$GASTOWN_QUESTION"; exit 76', 'has more than 8192 bytes'],
  ])('that cannot be read is a failure: %s', async (run, why) => {
    const end = await work(run);
    expect(end).toMatchObject({ type: 'failed', failure: { class: 'task', code: 'exit' } });
    expect(end.type === 'failed' && end.failure.message).toContain(
      `there is a question, but the file $GASTOWN_QUESTION ${why}`,
    );
  });

  it('and its answer are told to later attempts', async () => {
    const answers = [
      { question: 'Which?', answer: 'This.' },
      { question: 'Sure?', answer: 'Yes.' },
    ];
    await work('printf %s "$GASTOWN_ANSWER" > last; cat "$GASTOWN_ANSWERS" > all.json', { answers });
    expect(readFileSync(join(root, 'last'), 'utf8')).toBe('Yes.');
    expect(JSON.parse(readFileSync(join(root, 'all.json'), 'utf8'))).toEqual(answers);
  });
});

describe('spawn files', () => {
  const spawns = { spawns: 'after' } as const;

  it('are found by name, except those that are still being written', async () => {
    const end = await work(
      'cd "$GASTOWN_SPAWN_DIR"; printf 1 > b.toml; printf 2 > a.toml; printf 3 > .c.toml; printf 4 > d.toml.tmp; printf 5 > e.txt',
      {},
      spawns,
    );
    expect(end).toMatchObject({
      type: 'succeeded',
      report: {
        spawned: [
          { name: 'a.toml', text: '2' },
          { name: 'b.toml', text: '1' },
        ],
      },
    });
  });

  it('have no folder where the bead may not add beads', async () => {
    expect(await work('! env | grep GASTOWN_SPAWN_DIR')).toMatchObject({ type: 'succeeded' });
  });

  it('are not followed, and bounded', async () => {
    symlinkSync('/etc/hostname', place('link'));
    const linked = await work('ln -s /etc/hostname "$GASTOWN_SPAWN_DIR/a.toml"', {}, spawns);
    expect(linked).toMatchObject({
      type: 'failed',
      failure: {
        class: 'task',
        code: 'addition',
        message: 'the file a.toml in $GASTOWN_SPAWN_DIR is a link',
      },
    });
    rmSync(place('spawn'), { recursive: true });
    rmSync(place('work.record'));
    const large = await work('printf "%070000d" 1 > "$GASTOWN_SPAWN_DIR/a.toml"', {}, spawns);
    expect(large).toMatchObject({ failure: { code: 'addition' } });
  });

  it.each([
    ['is a link', 'ln -s "$PWD/attempt/elsewhere" "$GASTOWN_SPAWN_DIR"'],
    ['is no folder', 'touch "$GASTOWN_SPAWN_DIR"'],
  ])('are not looked for where their folder %s, and the attempt fails', async (why, command) => {
    mkdirSync(place('elsewhere'));
    writeFileSync(place('elsewhere/a.toml'), '');
    expect(await work(`rmdir "$GASTOWN_SPAWN_DIR"; ${command}`, {}, spawns)).toEqual({
      type: 'failed',
      failure: { class: 'task', code: 'addition', message: `the folder $GASTOWN_SPAWN_DIR ${why}` },
    });
  });

  it('are none where their folder was removed', async () => {
    expect(await work('rmdir "$GASTOWN_SPAWN_DIR"', {}, spawns)).toEqual({
      type: 'succeeded',
      report: { exit: 0 },
    });
  });
});

it('is collected also from work that ended without a driver', async () => {
  const bead = madeUpWork('a', { run: 'printf "{}" > "$GASTOWN_OUTPUT"' });
  await work('printf "{}" > "$GASTOWN_OUTPUT"');
  const attempt = madeUpAttempt(bead, join(root, 'attempt'));
  const rig: PreparedRig = { settings: madeUpRig(), directory: root, env: {}, secretValues: [] };
  const key = effectKey(attempt.run, attempt.bead.id, attempt.number, 'work');
  expect(await agent().adopt(attempt, rig, key, never)).toEqual({
    type: 'succeeded',
    report: { exit: 0, output: {} },
  });
});
