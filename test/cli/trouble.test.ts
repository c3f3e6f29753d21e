/** The built program in places and under circumstances that nobody wishes for. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convoy, Sandbox } from '../support/sandbox.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/gastown.js', import.meta.url));
const STACK = /\n\s+at /;

/** Runs a line of shell in the sandbox; `$gastown` is the program. */
function shell(sandbox: Sandbox, line: string): { code: number | null; stdout: string; stderr: string } {
  const gastown = `${process.execPath} ${PROGRAM}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: sandbox.folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: sandbox.folder, gastown },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

describe('before anything is spent', () => {
  it('says which secret a rig lacks, and writes nothing', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ a: { run: 'touch ran' } }),
      'gastown.toml': '[rigs.default]\nsecrets = ["MY_TOKEN"]\n',
    });
    const end = await sandbox.gastown(['run']);
    expect([end.code, sandbox.has('ran'), sandbox.has('.gastown')]).toEqual([2, false, false]);
    expect(end.stderr).toContain('MY_TOKEN');
    expect((await sandbox.gastown(['run'], { env: { MY_TOKEN: 'x' } })).code).toBe(0);
  });

  it('says that an agent’s program is not there', async () => {
    await using sandbox = new Sandbox({
      'formula.toml': '[formula]\nname = "f"\ntype = "convoy"\n',
      'beads/a.toml': '[bead]\nid = "a"\n[bead.task]\ndescription = "Do it"\n',
      'gastown.toml': '[agents.nobody]\ncommand = ["no-such-program"]\n',
    });
    const end = await sandbox.gastown(['run']);
    expect([end.code, sandbox.has('.gastown')]).toEqual([2, false]);
    expect(end.stderr).toContain('no-such-program');
  });
});

describe('output', () => {
  it('of run --json is one event per line, and nothing else', async () => {
    await using sandbox = new Sandbox(convoy({ a: {}, b: { requires: ['a'] } }));
    const end = await sandbox.gastown(['run', '--json']);
    const types = end.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toContain('attempt-started');
    expect(types.at(-1)).toBe('run-settled');
    expect(end.stderr).toContain('2 done');
  });

  it('that cannot be written ends with exit code 1, not with a stack trace', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    for (const command of ['status', 'validate', 'graph', '--help']) {
      const { code, stderr } = shell(sandbox, `$gastown ${command} > /dev/full`);
      expect([command, code, STACK.test(stderr)]).toEqual([command, 1, false]);
    }
  });

  it('that nobody reads ends without a word', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    const { code, stderr } = shell(sandbox, '$gastown explain | head -1');
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('places', () => {
  it('a current folder that was removed is a sentence', async () => {
    await using sandbox = new Sandbox();
    const { code, stderr } = shell(sandbox, 'mkdir gone; cd gone; rmdir ../gone; $gastown status');
    expect([code, STACK.test(stderr)], stderr).toEqual([2, false]);
    expect(stderr).toContain('does not exist any more');
  });

  it('a project keeps its root, once something was run in it', async () => {
    const { 'gastown.toml': _none, ...files } = convoy({ a: { run: 'echo paid >> paid' } });
    await using sandbox = new Sandbox({ ...files, 'sub/.keep': '' });
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const again = await sandbox.gastown(['run'], { cwd: 'sub' });
    expect([again.code, again.stdout.includes('everything asked for is done')], again.stderr).toEqual([
      0,
      true,
    ]);
    expect(sandbox.read('paid')).toBe('paid\n');
  });

  it('a mirror folder that is a link out of the project is not followed', async () => {
    await using outside = new Sandbox();
    await using sandbox = new Sandbox({ ...convoy({ a: {} }), 'visionspec.yaml': '' });
    mkdirSync(sandbox.path('.gastown'));
    symlinkSync(outside.folder, sandbox.path('.gastown/beads'));
    const end = await sandbox.gastown(['run']);
    expect(end.code, end.stderr).toBe(0);
    expect(readdirSync(outside.folder)).toEqual([]);
    expect(end.stdout).toContain('is a link');
  });
});
