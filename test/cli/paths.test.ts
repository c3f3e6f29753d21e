/** The path a run takes: the branches of the example, and what happens between the levels of a convoy. */
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convoy, Sandbox } from '../support/sandbox.ts';

const release = (): Sandbox => {
  const sandbox = new Sandbox();
  cpSync(fileURLToPath(new URL('../../examples/release', import.meta.url)), sandbox.folder, {
    recursive: true,
    filter: (path) => !path.endsWith('/.gastown') && !path.endsWith('/out'),
  });
  return sandbox;
};

async function statuses(sandbox: Sandbox): Promise<Record<string, string>> {
  const { stdout } = await sandbox.gastown(['status', '--json']);
  const { beads } = JSON.parse(stdout) as { readonly beads: readonly { id: string; status: string }[] };
  return Object.fromEntries(beads.map(({ id, status }) => [id, status]));
}

const asks = (sandbox: Sandbox, name: string) =>
  sandbox.until(`${name} is asked about`, async () =>
    (await sandbox.gastown(['status'])).stdout.includes(`needs a person: ${name}`),
  );

describe('the example of a release', () => {
  it('takes one path, and leaves out the other', async () => {
    await using sandbox = release();
    const run = await sandbox.gastown(['run']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(await statuses(sandbox)).toEqual({
      build: 'done',
      'check-notes': 'done',
      'check-version': 'done',
      stage: 'done',
      ship: 'not-taken',
      'roll-back': 'not-taken',
      announce: 'done',
    });
    expect(sandbox.read('out/staged.txt')).toBe('staged staging\n');
    expect(await sandbox.gastown(['run'])).toMatchObject({ code: 0 });
  });

  it('ships after an approval from another terminal', async () => {
    await using sandbox = release();
    const { ended } = sandbox.start(['run', '--var', 'target=production']);
    await asks(sandbox, 'ship');
    expect((await sandbox.gastown(['approve', 'ship'])).code).toBe(0);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(await statuses(sandbox)).toMatchObject({
      stage: 'not-taken',
      ship: 'done',
      'roll-back': 'not-taken',
      announce: 'done',
    });
  });

  it('puts the old package back when shipping fails, and is done', async () => {
    await using sandbox = release();
    sandbox.write({ 'out/broken': '' });
    const { ended } = sandbox.start(['run', '--var', 'target=production']);
    await asks(sandbox, 'ship');
    await sandbox.gastown(['approve', 'ship']);
    expect((await ended).code).toBe(0);
    expect(await statuses(sandbox)).toMatchObject({ ship: 'failed', 'roll-back': 'done', announce: 'done' });
    expect(sandbox.read('out/announcement.txt')).toContain('rolled-back.txt');
  });

  it('refuses a value that the formula does not allow, before anything is run', async () => {
    await using sandbox = release();
    const run = await sandbox.gastown(['run', '--var', 'target=moon']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('staging');
    expect(sandbox.has('.gastown')).toBe(false);
  });
});

describe('a sync point', () => {
  const checked = '[formula.sync]\nchecks = ["test ! -e broken"]\napproval = "Open the next level?"\n';
  const levels = () => convoy({ a: {}, b: {}, next: { requires: ['a', 'b'] } }, checked);

  it('runs its checks on the combined tree, pauses when they fail, and asks a person when they pass', async () => {
    await using sandbox = new Sandbox({ ...levels(), broken: '' });
    const failed = await sandbox.gastown(['run']);
    expect(failed.code).toBe(3);
    expect(failed.stdout).toContain('paused: the checks of sync/0 failed');
    expect(await statuses(sandbox)).toEqual({ a: 'done', b: 'done', next: 'waiting' });
    const why = await sandbox.gastown(['why', 'next']);
    expect(why.stdout).toContain('sync/0');
    const log = sandbox.list().filter((path) => /sync.*check-1\.log$/.test(path));
    expect(log, 'what the check printed is kept').toHaveLength(1);

    rmSync(sandbox.path('broken'));
    const { ended } = sandbox.start(['resume']);
    await asks(sandbox, 'sync/0');
    expect((await sandbox.gastown(['why', 'next'])).stdout).toContain('gastown approve sync/0');
    expect((await sandbox.gastown(['approve', 'sync/0'])).stdout).toContain('the next level may start');
    expect((await ended).code).toBe(0);
    expect(await statuses(sandbox)).toEqual({ a: 'done', b: 'done', next: 'done' });
  });

  it('with quorum and --json keeps every fact in the journal', async () => {
    await using sandbox = new Sandbox(
      convoy(
        {
          good: {},
          bad: { run: 'false' },
          also: {},
          next: { requires: ['good'] },
        },
        '[formula.sync]\nquorum = "majority"\n',
      ),
    );
    const run = await sandbox.gastown(['run', '--json']);
    expect(run.code).toBe(1);
    const types = run.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toContain('failure-accepted');
    expect(types).toContain('sync-passed');
    expect(await statuses(sandbox)).toEqual({ good: 'done', bad: 'failed', also: 'done', next: 'done' });
  });

  it('is left out with --eager: a bead starts as soon as what it requires is done', async () => {
    await using sandbox = new Sandbox(
      convoy({
        quick: {},
        slow: { run: 'while [ ! -e next-ran ]; do sleep 0.05; done' },
        next: { requires: ['quick'], run: 'touch next-ran' },
      }),
    );
    const run = await sandbox.gastown(['run', '--eager']);
    expect([run.code, run.stderr]).toEqual([0, '']);
  });
});
