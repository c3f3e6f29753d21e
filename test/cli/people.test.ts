/** What people ask of a run, from any terminal, with somebody driving it and without. */
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/journal/database.ts';
import { convoy, Sandbox } from '../support/sandbox.ts';

const as = (name: string) => ({ env: { USER: name } });
const waitForGo = 'while [ ! -e go ]; do sleep 0.05; done';

/** A convoy whose first bead waits for approval. */
const gatedPlan = (formula = ''): Record<string, string> => {
  const plan = convoy({ deploy: {}, tell: { requires: ['deploy'] } }, formula);
  return {
    ...plan,
    'beads/deploy.toml': (plan['beads/deploy.toml'] ?? '').replace(
      'id = "deploy"',
      'id = "deploy"\ngate = "Deploy to production?"',
    ),
  };
};

const waitsForPerson = (sandbox: Sandbox, name = 'deploy') =>
  sandbox.until(`${name} waits for a person`, async () =>
    (await sandbox.gastown(['status'])).stdout.includes(`needs a person: ${name}`),
  );

const runs = (sandbox: Sandbox, name: string) =>
  sandbox.until(`${name} runs`, async () =>
    (await sandbox.gastown(['status'])).stdout.includes(`●  ${name}`),
  );

describe('approve', () => {
  it('lets a bead start in the live run of another terminal, and its run says what it waited for', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const { ended } = sandbox.start(['run']);
    await waitsForPerson(sandbox);
    const status = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(status.people).toEqual([
      {
        name: 'deploy',
        wants: 'approval',
        note: 'waits for approval: Deploy to production?',
        command: 'gastown approve deploy',
      },
    ]);
    expect(await sandbox.gastown(['approve', 'deploy'], as('anna'))).toEqual({
      code: 0,
      stdout: 'deploy is approved: it starts as soon as there is a slot\n',
      stderr: '',
    });
    const run = await ended;
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain(
      '? deploy  waits for approval: Deploy to production?  (gastown approve deploy)\n',
    );
    expect(run.stdout).toContain('○ deploy  approved by anna\n');
    expect(JSON.parse((await sandbox.gastown(['status', '--json'])).stdout).people).toEqual([]);
  });

  it('is recorded where nobody drives, and acted on by whoever resumes', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const run = await sandbox.gastown(['run', '--no-wait']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('paused: only people are waited for');
    const approved = await sandbox.gastown(['approve', 'deploy']);
    expect(approved).toEqual({
      code: 0,
      stdout:
        'deploy is approved: it starts when the run goes on\n  = hint: nobody drives this run now; gastown resume goes on\n',
      stderr: '',
    });
    const between = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect([between.run.phase, between.people]).toEqual(['paused', []]);
    expect(between.beads.map((row: { status: string }) => row.status)).toEqual(['paused', 'waiting']);
    expect(sandbox.processes()).toEqual([]);
    const resumed = await sandbox.gastown(['resume']);
    expect([resumed.code, resumed.stdout.includes('attempt 2')]).toEqual([0, false]);
  });

  it('counts once when two people decide at once: the second is told who was first', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const { ended } = sandbox.start(['run']);
    await waitsForPerson(sandbox);
    const both = await Promise.all([
      sandbox.gastown(['approve', 'deploy'], as('anna')),
      sandbox.gastown(['approve', 'deploy'], as('bert')),
    ]);
    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 2]);
    const winner = both[0].code === 0 ? 'anna' : 'bert';
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(
      new RegExp(`^error: deploy was approved by ${winner} already: it `),
    );
    expect((await ended).code).toBe(0);
  });

  it('counts once when two people decide at once and nobody drives', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    await sandbox.gastown(['run', '--no-wait']);
    const both = await Promise.all([
      sandbox.gastown(['approve', 'deploy'], as('anna')),
      sandbox.gastown(['reject', 'deploy', '--reason', 'not now'], as('bert')),
    ]);
    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 2]);
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(
      /^error: deploy was (approved by anna|rejected by bert) already: /,
    );
    expect((await sandbox.gastown(['resume', '--no-wait'])).code).toBe(both[0].code === 0 ? 0 : 3);
  });

  it('takes over from a gastown that was killed while it waited', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const { process: driver, ended } = sandbox.start(['run']);
    await waitsForPerson(sandbox);
    driver.kill('SIGKILL');
    await ended;
    expect((await sandbox.gastown(['approve', 'deploy'])).code).toBe(0);
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
  });
});

describe('reject', () => {
  it('fails the bead with the reason, which status shows', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const { ended } = sandbox.start(['run']);
    await waitsForPerson(sandbox);
    const rejected = await sandbox.gastown(
      ['reject', 'deploy', '--reason', 'not \u001b[31mon Friday'],
      as('anna'),
    );
    expect([rejected.code, rejected.stdout]).toEqual([0, 'deploy is rejected: it counts as failed\n']);
    expect((await ended).code).toBe(3);
    const { stdout } = await sandbox.gastown(['status']);
    expect(stdout).toContain('rejected by anna: not \\x1b[31mon Friday');
    expect(stdout).not.toContain('needs a person');
    const why = await sandbox.gastown(['why', 'tell']);
    expect(why.stdout).toContain('tell  waits for deploy\n  ✗ deploy  failed: rejected by anna');
    expect(why.stdout).toContain('  = hint: gastown retry deploy\n');
  });

  it('wants a reason', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    await sandbox.gastown(['run', '--no-wait']);
    expect((await sandbox.gastown(['reject', 'deploy'])).stderr).toContain('--reason');
    expect(await sandbox.gastown(['reject', 'deploy', '--reason', ' '])).toMatchObject({
      code: 2,
      stderr: 'error: the reason is empty\n',
    });
  });
});

describe('pause', () => {
  it('finishes what runs and starts nothing new; resume goes on', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: waitForGo }, next: { requires: ['slow'] } }));
    const { ended } = sandbox.start(['run']);
    await runs(sandbox, 'slow');
    const paused = await sandbox.gastown(['pause'], as('anna'));
    expect([paused.code, paused.stdout]).toEqual([
      0,
      'nothing new starts; what runs (1) is finished first\n',
    ]);
    expect((await sandbox.gastown(['pause'])).stderr).toBe(
      'error: the run stands still already: anna asked for it\n',
    );
    sandbox.write({ go: '' });
    const run = await ended;
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('✓ slow');
    expect(run.stdout).not.toContain('● next');
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
  });
});

describe('retry, skip and cancel', () => {
  it('retry gives a failed bead new attempts while another one still runs', async () => {
    await using sandbox = new Sandbox(
      convoy({ flaky: { run: 'test -e mended' }, slow: { run: waitForGo }, last: { requires: ['flaky'] } }),
    );
    const { ended } = sandbox.start(['run']);
    await sandbox.until('flaky failed', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('✗  flaky'),
    );
    sandbox.write({ mended: '' });
    expect((await sandbox.gastown(['retry', 'flaky'])).stdout).toBe(
      'flaky is tried again, with all its attempts\n',
    );
    sandbox.write({ go: '' });
    const run = await ended;
    expect([run.code, run.stdout.includes('✓ last')]).toEqual([0, true]);
  });

  it('skip stops a bead in work and leaves it out, and the run goes on without it', async () => {
    await using sandbox = new Sandbox(convoy({ stuck: { run: waitForGo }, other: {} }));
    const { ended } = sandbox.start(['run']);
    await runs(sandbox, 'stuck');
    expect((await sandbox.gastown(['skip', 'stuck'])).stdout).toBe('stuck is stopped, then left out\n');
    const run = await ended;
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('1 done, 1 not-taken');
    expect(sandbox.processes()).toEqual([]);
  });

  it('cancel ends a live run for good', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: waitForGo }, next: { requires: ['slow'] } }));
    const { ended } = sandbox.start(['run']);
    await runs(sandbox, 'slow');
    expect((await sandbox.gastown(['cancel'])).code).toBe(0);
    expect((await ended).code).toBe(1);
    expect((await sandbox.gastown(['status'])).stdout).toContain('run r1 aborted');
    expect((await sandbox.gastown(['cancel'])).stderr).toBe('error: run r1 is over (aborted)\n');
    expect(sandbox.processes()).toEqual([]);
  });

  it('cancel ends what outlived a gastown that was killed', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: waitForGo } }));
    const { process: driver, ended } = sandbox.start(['run']);
    await runs(sandbox, 'slow');
    driver.kill('SIGKILL');
    await ended;
    expect((await sandbox.gastown(['cancel'])).code).toBe(0);
    await sandbox.until('nothing is left', () => sandbox.processes().length === 0);
    const { run, beads } = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect([run.phase, run.outcome, beads[0].status]).toEqual(['settled', 'aborted', 'cancelled']);
  });

  it('retry where nobody drives starts nothing before somebody resumes', async () => {
    await using sandbox = new Sandbox(convoy({ flaky: { run: 'test -e mended' } }));
    await sandbox.gastown(['run']);
    sandbox.write({ mended: '' });
    expect((await sandbox.gastown(['retry', 'flaky'])).code).toBe(0);
    expect((await sandbox.gastown(['status'])).stdout).toContain('‖  flaky  paused');
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
    const { beads } = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(beads[0]).toMatchObject({ status: 'done', attempts: 2 });
  });
});

describe('what is asked in vain', () => {
  it.each([
    [['approve', 'deploi'], 'error: no bead has the id "deploi"\n  = hint: did you mean "deploy"?\n'],
    [['approve', 'sync/9'], 'error: the run has no bead "sync/9"\n'],
    [['approve', 'tell'], 'error: tell is not waiting for approval: it waits for what it requires\n'],
    [['answer', 'tell', 'yes'], 'error: tell asks nothing: it waits for what it requires\n'],
    [['retry', 'tell'], 'error: tell cannot be tried again: it waits for what it requires\n'],
    [['why', 'tel'], 'error: no bead has the id "tel"\n  = hint: did you mean "tell"?\n'],
  ])('gastown %j', async (words, stderr) => {
    await using sandbox = new Sandbox(gatedPlan());
    await sandbox.gastown(['run', '--no-wait']);
    expect(await sandbox.gastown(words)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('before anything was run', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    for (const words of [['approve', 'deploy'], ['pause'], ['why', 'deploy']])
      expect(await sandbox.gastown(words)).toEqual({
        code: 2,
        stdout: '',
        stderr: 'error: nothing was run yet\n  = hint: gastown run starts it\n',
      });
    expect(sandbox.has('.gastown')).toBe(false);
  });

  it('from inside an attempt: agents do not approve, and stop nobody', async () => {
    const program = new URL('../../bin/gastown.js', import.meta.url).pathname;
    const call = (words: string): string => `"$NODE" "${program}" ${words} || echo $? >>codes`;
    // Whoever clears its own environment is known by that of its parents.
    const bare = (words: string): string =>
      `env -i HOME="$HOME" "$NODE" "${program}" ${words} || echo $? >>codes`;
    const plan = gatedPlan();
    await using sandbox = new Sandbox({
      ...plan,
      'beads/agent.toml': `[bead]\nid = "agent"\n[bead.task]\nrun = '''NODE='${process.execPath}'; ${call('approve deploy')}; ${call('stop')}; ${call('cancel')}; ${call('skip deploy')}; ${bare('approve deploy')}'''\n`,
    });
    const run = await sandbox.gastown(['run', '--no-wait']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('paused: only people are waited for');
    expect(sandbox.read('codes')).toBe('2\n2\n2\n2\n2\n');
    expect((await sandbox.gastown(['logs', 'agent'])).stdout).toContain(
      'error: gastown approve is for people, and was called by the work of a bead\n',
    );
  });

  it('by garbage in the inbox: the run goes on, and what is meant is heard', async () => {
    await using sandbox = new Sandbox(gatedPlan());
    const { ended } = sandbox.start(['run']);
    await waitsForPerson(sandbox);
    const database = openDatabase(sandbox.path('.gastown/state/journal.db'), 'write');
    const insert = database.prepare('INSERT INTO inbox (key, type, body, sender, at) VALUES (?, ?, ?, ?, ?)');
    const bodies = [
      '{',
      '',
      'null',
      '[]',
      '"pause"',
      '{"type":"pause","run":{}}',
      '{"type":"__proto__"}',
      '['.repeat(100_000),
    ];
    for (const [at, body] of bodies.entries()) {
      insert.run(`garbage ${at}`, 'request', body, 'mallory', 1);
      insert.run(`unknown ${at}`, 'what', body, '\u001b[2J', 1);
    }
    // A date that no number can hold.
    database.exec(
      "INSERT INTO inbox (key, type, body, sender, at) VALUES ('odd', 'request', '{}', 'mallory', -1000000000000000000)",
    );
    database.close();
    expect((await sandbox.gastown(['approve', 'deploy'])).code).toBe(0);
    expect((await ended).code).toBe(0);
    const after = openDatabase(sandbox.path('.gastown/state/journal.db'), 'read');
    const open = after.prepare('SELECT count(*) AS open FROM inbox WHERE handled = 0 OR reply IS NULL').get();
    const refused = after
      .prepare("SELECT count(*) AS refused FROM inbox WHERE reply ->> 'type' = 'refused'")
      .get();
    after.close();
    expect([open, refused]).toEqual([{ open: 0 }, { refused: 2 * bodies.length + 1 }]);
  });
});
