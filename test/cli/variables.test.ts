/** Values from the command line to the environment of programs, through the built program. */
import { describe, expect, it } from 'vitest';
import { convoy, Sandbox } from '../support/sandbox.ts';

const VARS = `[formula.vars]
target = "staging"
log-level = 3
[formula.vars.region]
required = true
`;

const say = 'echo "$GASTOWN_VAR_TARGET $GASTOWN_VAR_LOG_LEVEL $GASTOWN_VAR_REGION" >> seen.txt';

describe('--var', () => {
  it('reaches the work, its checks, the setup of the rig and the texts', async () => {
    await using sandbox = new Sandbox({
      ...convoy(
        {
          a: {
            run: `${say}; echo "$GASTOWN_BEAD_NAME" >> seen.txt; mkdir -p out/eu && touch out/eu/log`,
            more: `artifacts = ["out/{{region}}/log"]\n[bead.acceptance]\nchecks = ['''${say}''']\n`,
          },
        },
        VARS,
      ),
      'gastown.toml': `[rigs.default]\nsetup = ['''${say}''']\n`,
    });
    const bead = sandbox.read('beads/a.toml');
    sandbox.write({
      'beads/a.toml': bead.replace('id = "a"', 'id = "a"\nname = "To {{target}} in {{region}}"'),
    });
    const { code, stderr } = await sandbox.gastown([
      'run',
      '--var',
      'region=eu',
      '--var',
      'target=$(touch pwned) "{{region}}"',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const line = '$(touch pwned) "{{region}}" 3 eu';
    expect(sandbox.read('seen.txt').split('\n')).toEqual([
      line,
      line,
      'To $(touch pwned) "{{region}}" in eu',
      line,
      '',
    ]);
    expect(sandbox.has('pwned')).toBe(false);
  });

  it('is wanted before anything is run, but not to check a formula', async () => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'touch ran' } }, VARS));
    for (const words of [['run'], ['run', '--dry-run']]) {
      const { code, stderr } = await sandbox.gastown(words);
      expect(code).toBe(2);
      expect(stderr).toContain('error[vars/missing-value]: variable "region" has no value');
      expect(stderr).toContain('--var region=…');
    }
    expect(sandbox.has('ran')).toBe(false);
    for (const words of [['validate'], ['graph'], ['init'], ['status']]) {
      const { code, stderr } = await sandbox.gastown(words);
      expect(code, words[0]).toBe(0);
      expect(stderr, words[0]).not.toContain('error');
    }
    expect((await sandbox.gastown(['validate'])).stderr).toContain('notice[vars/missing-value]');
    expect((await sandbox.gastown(['validate', '--var', 'region=eu'])).stderr).toBe('');
    expect((await sandbox.gastown(['run', '--dry-run', '--var', 'region=eu'])).code).toBe(0);
  });

  it.each([
    [['--var', 'regoin=eu'], 'did you mean --var region=…?'],
    [['--var', 'region'], 'it must be name=value'],
    [['--var', '=eu'], 'it must be name=value'],
    [['--var', 'region=a', '--var', 'region=b'], '--var gives "region" two values'],
    [['--var', 'region=a', '--var', 'log-level=x'], 'variable "log-level" must be a whole number, not "x"'],
  ])('%s is refused', async (words, message) => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'touch ran' } }, VARS));
    const { code, stderr } = await sandbox.gastown(['run', ...words]);
    expect(stderr).toContain(message);
    expect([code, sandbox.has('ran')]).toEqual([2, false]);
  });

  it('is kept by resume, and runs again exactly what could have seen another value', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ a: { run: `${say}; test -e go` } }, VARS),
      'beads/b.toml': '[bead]\nid = "b"\nagent = "writer"\ndescription = "about nothing"\n',
      'beads/c.toml': '[bead]\nid = "c"\nagent = "writer"\ndescription = "about {{target}}"\n',
      'gastown.toml': '[agents.writer]\ncommand = ["sh", "-c", "echo $GASTOWN_BEAD >> written.txt"]\n',
    });
    const values = ['--var', 'region=eu', '--var', 'target=production'];
    expect((await sandbox.gastown(['run', ...values])).code).toBe(3);
    sandbox.write({ go: '' });
    const resumed = await sandbox.gastown(['resume']);
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining('going on with run r1')]);
    expect(sandbox.read('seen.txt')).toBe('production 3 eu\nproduction 3 eu\n');
    expect(sandbox.read('written.txt').split('\n').toSorted()).toEqual(['', 'b', 'c']);
    const other = await sandbox.gastown(['resume', '--var', 'target=staging']);
    expect([other.code, other.stdout]).toEqual([0, expect.stringContaining('run r2')]);
    expect(sandbox.read('seen.txt')).toBe('production 3 eu\nproduction 3 eu\nstaging 3 eu\n');
    expect(sandbox.read('written.txt').split('\n').toSorted()).toEqual(['', 'b', 'c', 'c']);
  });

  it('that a changed formula no longer has does not hold resume up', async () => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'test -e go' } }, VARS));
    expect((await sandbox.gastown(['run', '--var', 'region=eu'])).code).toBe(3);
    sandbox.write({ go: '', 'formula.toml': sandbox.read('formula.toml').replace(VARS, '') });
    expect(await sandbox.gastown(['resume'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a library bead', () => {
  it('is used by several beads, each with its own inputs', async () => {
    const use = (id: string, rest: string): string => `[bead]\nid = "${id}"\nuse = "shout"\n${rest}`;
    await using sandbox = new Sandbox({
      'formula.toml': `[formula]\nname = "sample"\ntype = "convoy"\n${VARS}`,
      'gastown.toml': '',
      'library/shout.toml':
        '[bead]\nname = "Shout {{word}}"\n[bead.task]\nartifacts = ["out/{{word}}"]\n' +
        "run = '''mkdir -p out; echo \"$GASTOWN_VAR_WORD $GASTOWN_VAR_TARGET $GASTOWN_BEAD_NAME\" > \"out/$GASTOWN_VAR_WORD\"'''\n" +
        '[inputs.word]\nrequired = true\n[inputs]\ntarget = "mine"\n',
      'beads/a.toml': use('a', 'with = { word = "one" }\n'),
      'beads/b.toml': use(
        'b',
        'name = "Mine, to {{region}}"\nwith = { word = "{{region}}", target = "given" }\n[bead.dependencies]\nrequires = ["a"]\n',
      ),
    });
    const { code, stderr } = await sandbox.gastown(['run', '--var', 'region=eu']);
    expect([code, stderr]).toEqual([0, '']);
    expect(sandbox.read('out/one')).toBe('one mine Shout one\n');
    expect(sandbox.read('out/eu')).toBe('eu given Mine, to eu\n');
  });
});
