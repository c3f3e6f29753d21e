/** Commands that make, follow or stop something: init, logs, stop; and completions. */
import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convoy, readOnly, Sandbox } from '../support/sandbox.ts';

const waitForGo = 'echo begun; while [ ! -e go ]; do sleep 0.05; done; echo gone';

describe('init', () => {
  it('scaffolds a formula that runs green as it is', async () => {
    await using sandbox = new Sandbox();
    const made = await sandbox.gastown(['init', 'gastown/formula.toml']);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(
      /made gastown\.toml\nmade gastown\/formula\.toml\n✓ .*: convoy, 3 beads in 2 levels\n {2}next: gastown run/,
    );
    for (const [file, schema] of [
      ['gastown/formula.toml', './.schemas/formula.schema.json'],
      ['gastown/beads/letters.toml', '../.schemas/bead.schema.json'],
      ['gastown.toml', './gastown/.schemas/gastown.schema.json'],
    ] as const) {
      expect(sandbox.read(file)).toMatch(new RegExp(`^#:schema ${schema}\n`));
      expect(sandbox.has(`${file}/../${schema}`.replace(/[^/]+\/\.\.\//, ''))).toBe(true);
    }
    expect((await sandbox.gastown(['validate', '--strict'])).stdout).toMatch(
      /is valid: convoy, 3 beads in 2 levels\n$/,
    );
    const run = await sandbox.gastown(['run']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('3 done');
    expect(sandbox.read('hello/greeting.txt')).toBe('Hello from greeting\n');
  });

  it('takes a folder, too, and keeps bead files that are there', async () => {
    await using sandbox = new Sandbox({
      'plan/beads/own.toml': '[bead]\nid = "own"\n[bead.task]\nrun = "true"\n',
    });
    const { code, stdout } = await sandbox.gastown(['init', 'plan']);
    expect(code).toBe(0);
    expect(stdout).toContain('convoy, 1 bead in 1 level');
    expect(sandbox.list().filter((path) => path.startsWith('plan/beads/'))).toEqual(['plan/beads/own.toml']);
  });

  it('registers an existing formula, again and again, and changes no file', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ a: {} }),
      ...Object.fromEntries(Object.entries(convoy({ b: {} })).map(([path, text]) => [`other/${path}`, text])),
    });
    const text = sandbox.read('formula.toml');
    const first = await sandbox.gastown(['init', 'formula.toml']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^✓ sample: convoy, 1 bead in 1 level\n {2}next: gastown run/);
    expect(await sandbox.gastown(['init', 'formula.toml'])).toEqual(first);
    expect(await sandbox.gastown(['init'])).toEqual(first);
    expect(sandbox.read('.gastown/state/formula')).toBe('formula.toml\n');
    expect(sandbox.read('.gastown/state/.gitignore')).toBe('*\n');
    expect(sandbox.read('formula.toml')).toBe(text);
  });

  it('decides between several formulas', async () => {
    const plan = convoy({ a: {} });
    await using sandbox = new Sandbox({
      ...plan,
      'export/gastown/formula.toml': plan['formula.toml']?.replace('sample', 'exported') ?? '',
      'export/gastown/beads/x.toml': '[bead]\nid = "x"\n[bead.task]\nrun = "true"\n',
    });
    expect((await sandbox.gastown(['status'])).code).toBe(2);
    expect((await sandbox.gastown(['init', 'export/gastown'])).code).toBe(0);
    expect((await sandbox.gastown(['status'])).stdout).toContain('exported');
    expect(
      (await sandbox.gastown(['status'], { env: { GASTOWN_FORMULA: 'formula.toml' } })).stdout,
    ).toContain('sample');
    expect((await sandbox.gastown(['status', '--formula', 'formula.toml'])).stdout).toContain('sample');
  });

  it('does not follow a choice that leaves the project', async () => {
    await using sandbox = new Sandbox({
      'elsewhere/formula.toml': '[formula]\nname = "foreign"\n',
      'project/formula.toml': '[formula]\nname = "own"\ntype = "convoy"\n',
      'project/beads/a.toml': '[bead]\nid = "a"\n[bead.task]\nrun = "true"\n',
      'project/gastown.toml': '',
      'project/.gastown/state/formula': '../elsewhere/formula.toml\n',
    });
    expect((await sandbox.gastown(['status'], { cwd: 'project' })).stdout).toContain('own');
  });

  it('writes nothing for a formula that is wrong', async () => {
    await using sandbox = new Sandbox(convoy({ a: { requires: ['nobody'] } }));
    const before = sandbox.list();
    const { code, stdout, stderr } = await sandbox.gastown(['init', 'formula.toml']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error[plan/unknown-requirement]');
    expect(sandbox.list()).toEqual(before);
  });

  it('prints JSON', async () => {
    await using sandbox = new Sandbox();
    const { stdout } = await sandbox.gastown(['init', 'plan.toml', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      beads: 3,
      levels: 2,
      formula: { file: 'plan.toml' },
      diagnostics: [],
    });
    expect(JSON.parse(stdout).created).toContain('plan.toml');
  });

  it.each([
    ['a file where a folder should be', { gastown: 'text' }, 'gastown/formula.toml'],
    ['a link into nowhere', {}, 'dangling.toml'],
  ])('says what is wrong with %s', async (_, files, path) => {
    await using sandbox = new Sandbox(files);
    symlinkSync('nowhere', sandbox.path('dangling.toml'));
    const { code, stdout, stderr } = await sandbox.gastown(['init', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error/);
    expect(stderr).not.toContain('unexpected');
  });

  it('says that nothing can be written in a read-only folder', async () => {
    await using sandbox = new Sandbox({ 'project/README': '' });
    using _closed = readOnly(sandbox.path('project'));
    const { code, stdout, stderr } = await sandbox.gastown(['init', 'gastown/formula.toml'], {
      cwd: 'project',
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: cannot write .*(read-only|permission denied)\n$/);
  });

  it('keeps nothing in a state folder that others can write', async () => {
    await using sandbox = new Sandbox({ ...convoy({ a: {} }), '.gastown/state/x': '' });
    chmodSync(sandbox.path('.gastown/state'), 0o777);
    const { code, stderr } = await sandbox.gastown(['init', 'formula.toml']);
    expect(code).toBe(2);
    expect(stderr).toContain('can be written by other users');
  });
});

describe('logs', () => {
  it('prints the bytes of the last attempt, or of another one', async () => {
    await using sandbox = new Sandbox(
      convoy({
        a: {
          run: "printf 'try %s \\033[31mred\\033[0m\\n' $GASTOWN_ATTEMPT; test $GASTOWN_ATTEMPT -gt 1",
          more: '[bead.execution]\nretries = 1\n',
        },
      }),
    );
    await sandbox.gastown(['run']);
    expect(await sandbox.gastown(['logs', 'a'])).toEqual({
      code: 0,
      stdout: 'try 2 \u001b[31mred\u001b[0m\n',
      stderr: '',
    });
    expect((await sandbox.gastown(['logs', 'a', '--attempt', '1'])).stdout).toContain('try 1');
    expect(await sandbox.gastown(['logs', 'a', '--attempt', '3'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: bead "a" has 2 attempts so far\n',
    });
  });

  it('prints what the checks printed', async () => {
    await using sandbox = new Sandbox(
      convoy({ a: { more: '[bead.acceptance]\nchecks = ["echo one", "echo two"]\n' }, b: {} }),
    );
    await sandbox.gastown(['run']);
    expect((await sandbox.gastown(['logs', 'a', '--checks'])).stdout).toBe(
      '$ echo one  (exit status 0)\none\n\n$ echo two  (exit status 0)\ntwo\n',
    );
    const none = await sandbox.gastown(['logs', 'b', '--checks']);
    expect(none).toEqual({ code: 0, stdout: '', stderr: 'no check has run in attempt 1 of bead "b"\n' });
    expect((await sandbox.gastown(['logs', 'b'])).stderr).toBe('attempt 1 of bead "b" printed nothing\n');
    expect((await sandbox.gastown(['logs', 'a', '--checks', '--follow'])).code).toBe(2);
  });

  it('says so when there is nothing to show', async () => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'false' }, b: { requires: ['a'] } }));
    expect((await sandbox.gastown(['logs', 'a'])).stderr).toContain('nothing was run yet');
    await sandbox.gastown(['run']);
    const waiting = await sandbox.gastown(['logs', 'b']);
    expect([waiting.code, waiting.stdout]).toEqual([0, '']);
    expect(waiting.stderr).toContain('has not been tried yet: it is waiting');
    const unknown = await sandbox.gastown(['logs', 'aa']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "a"?');
  });

  it('follows a bead from before it starts until it is over', async () => {
    await using sandbox = new Sandbox(
      convoy({ a: { run: waitForGo }, b: { requires: ['a'], run: 'echo second' } }),
    );
    const run = sandbox.start(['run']);
    await sandbox.until('a runs', async () => (await sandbox.gastown(['status'])).stdout.includes('●  a'));
    const first = sandbox.start(['logs', 'a', '--follow']);
    const second = sandbox.start(['logs', 'b', '-f']);
    const begun = new Promise<string>((resolve) =>
      first.process.stdout?.once('data', (chunk) => resolve(String(chunk))),
    );
    expect(await begun).toBe('begun\n');
    sandbox.write({ go: '' });
    expect(await first.ended).toEqual({ code: 0, stdout: 'begun\ngone\n', stderr: 'bead "a" is done\n' });
    expect(await second.ended).toEqual({ code: 0, stdout: 'second\n', stderr: 'bead "b" is done\n' });
    expect((await run.ended).code).toBe(0);
  });
});

describe('stop', () => {
  it('stops a run from another terminal, and resume goes on', async () => {
    await using sandbox = new Sandbox(convoy({ quick: {}, slow: { requires: ['quick'], run: waitForGo } }));
    const { ended } = sandbox.start(['run']);
    await sandbox.until('slow runs', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('●  slow'),
    );
    const stopped = await sandbox.gastown(['stop']);
    expect(stopped.code).toBe(0);
    expect(stopped.stdout).toBe('stopped: 1 of 2 beads done (run r1)\n  = hint: gastown resume goes on\n');
    const run = await ended;
    expect(run.code).toBe(3);
    expect(`${run.stdout}${run.stderr}`).toContain('stopped by tester');
    expect(sandbox.processes()).toEqual([]);
    const status = await sandbox.gastown(['status']);
    expect(status.stdout).toContain('run r1 paused');
    sandbox.write({ go: '' });
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
    expect((await sandbox.gastown(['status', '--bead', 'quick'])).stdout).toContain('1  ');
  });

  it('says that nothing is running, before any run and after one', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    const nothing = { code: 0, stdout: 'nothing is running here\n', stderr: '' };
    expect(await sandbox.gastown(['stop'])).toEqual(nothing);
    expect(sandbox.has('.gastown')).toBe(false);
    await sandbox.gastown(['run']);
    expect(await sandbox.gastown(['stop'])).toEqual(nothing);
  });

  it('tells the truth about a gastown that was killed', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: waitForGo } }));
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('slow runs', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('●  slow'),
    );
    driver.kill('SIGKILL');
    await ended;
    const { code, stdout } = await sandbox.gastown(['stop']);
    expect(code).toBe(0);
    expect(stdout).toContain(`(process ${driver.pid}) is gone without having stopped`);
    expect(stdout).toContain('may still be at work');
    sandbox.write({ go: '' });
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
  });
});

describe('completions', () => {
  const proposals = async (sandbox: Sandbox, ...typed: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await sandbox.gastown(['__complete', '--', ...typed]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
  };

  it('proposes commands, flags, words, ids and codes', async () => {
    await using sandbox = new Sandbox(convoy({ alpha: {}, beta: {} }));
    expect(await proposals(sandbox, 'st')).toEqual(['stop', 'status']);
    expect(await proposals(sandbox, '')).not.toContain('__complete');
    expect(await proposals(sandbox, 'status', '--b')).toEqual(['--bead']);
    expect(await proposals(sandbox, 'graph', '--format', 'm')).toEqual(['mermaid']);
    expect(await proposals(sandbox, 'logs', '')).toEqual(['alpha', 'beta']);
    expect(await proposals(sandbox, 'run', '--bead', 'a')).toEqual(['alpha']);
    expect(await proposals(sandbox, 'explain', 'plan/cy')).toEqual(['plan/cycle']);
    expect(await proposals(sandbox, 'completions', '')).toEqual(['bash', 'zsh', 'fish']);
    await sandbox.gastown(['run']);
    expect(await proposals(sandbox, 'status', '--bead', '')).toEqual(['alpha', 'beta']);
  });

  it('proposes the ids of the formula that is named', async () => {
    await using sandbox = new Sandbox({
      'one.toml': '[formula]\nname = "one"\n',
      'beads/own.toml': '',
      'beads/-rf.toml': '',
      'other/two.toml': '[formula]\nname = "two"\n',
      'other/beads/theirs.toml': '',
    });
    expect(await proposals(sandbox, 'run', '--formula', 'one.toml', '--bead', '')).toEqual(['own']);
    expect(await proposals(sandbox, 'run', '--formula', 'other/two.toml', '--bead', '')).toEqual(['theirs']);
    expect(await proposals(sandbox, 'run', '--bead', '')).toEqual([]);
  });

  it('completes in bash', async () => {
    await using sandbox = new Sandbox(convoy({ alpha: {}, beta: {} }));
    const { stdout: script } = await sandbox.gastown(['completions', 'bash']);
    const program = new URL('../../bin/gastown.js', import.meta.url).pathname;
    const ask = (words: string): string =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-c',
          `gastown() { "$NODE" "$PROGRAM" "$@"; }\n${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _gastown; echo "\${COMPREPLY[*]}"`,
        ],
        {
          cwd: sandbox.folder,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], NODE: process.execPath, PROGRAM: program },
        },
      ).trim();
    expect(ask('gastown sta')).toBe('status');
    expect(ask('gastown run --bead ""')).toBe('alpha beta');
    expect(ask('gastown run --with')).toBe('--with-deps');
  });

  it.each([
    ['zsh', /^#compdef gastown\n[\s\S]*__complete -- /],
    ['fish', /complete -c gastown -f -a '\(__gastown_proposals\)'/],
  ])('prints a script for %s', async (shell, expected) => {
    await using sandbox = new Sandbox();
    expect((await sandbox.gastown(['completions', shell])).stdout).toMatch(expected);
  });

  it('refuses another shell', async () => {
    await using sandbox = new Sandbox();
    const { code, stderr } = await sandbox.gastown(['completions', 'bsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean bash?');
  });
});
