/** Beads that add beads, with the built program. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Sandbox } from '../support/sandbox.ts';

/** A repository of 50 modules; each has to be mended by an agent of its own. */
const MODULES = Array.from({ length: 50 }, (_, at) => `module-${String(at).padStart(2, '0')}`);

const SCAN = `for file in src/*.txt; do
  name=$(basename "$file" .txt)
  printf '[bead]\\nid = "%s"\\ndescription = "Mend it."\\nartifacts = ["out/%s.txt"]\\n' "$name" "$name" > "$GASTOWN_SPAWN_DIR/.$name"
  mv "$GASTOWN_SPAWN_DIR/.$name" "$GASTOWN_SPAWN_DIR/$name.toml"
done
printf '{"modules": %d}' "$(ls src | wc -l)" > "$GASTOWN_OUTPUT"`;

/** The agent: writes what its bead declares, and its id into a list. */
const MEND = `cat > /dev/null
mkdir -p out
echo "$GASTOWN_BEAD" >> began.txt
sleep "\${PACE:-0}"
echo mended > "$GASTOWN_ARTIFACTS"
echo "$GASTOWN_BEAD" >> finished.txt`;

const project = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  'formula.toml':
    '[formula]\nname = "discovery"\ntype = "expansion"\n[formula.execution]\nparallel_beads = 4\n',
  'gastown.toml': '[agents.mender]\ncommand = ["sh", "mend.sh"]\nenv = { PACE = "0.02" }\n',
  'mend.sh': MEND,
  'beads/scan.toml': `[bead]\nid = "scan"\n[bead.task]\nrun = '''${SCAN}'''\n`,
  'beads/report.toml':
    '[bead]\nid = "report"\n[bead.dependencies]\nrequires = ["scan"]\n[bead.task]\nrun = \'cat "$GASTOWN_OUTPUTS" > seen.json; ls out | wc -l > count.txt\'\n',
  ...Object.fromEntries(MODULES.map((name) => [`src/${name}.txt`, 'broken\n'])),
  ...more,
});

const linesOf = (sandbox: Sandbox, file: string): string[] =>
  sandbox.has(file) ? sandbox.read(file).trim().split('\n') : [];

describe('an expansion', () => {
  it('adds 50 beads that it finds in a repository, each exactly once, however often its driver is killed', async () => {
    await using sandbox = new Sandbox(project());
    for (const finished of [0, 10, 25]) {
      const { process: driver, ended } = sandbox.start(['run']);
      await sandbox.until('some are done', () => linesOf(sandbox, 'finished.txt').length > finished);
      driver.kill('SIGKILL');
      await ended;
    }
    const last = await sandbox.gastown(['run']);
    expect(last.code).toBe(0);
    const began = linesOf(sandbox, 'began.txt').sort();
    expect(began).toEqual(MODULES.map((name) => `scan/${name}`));
    expect(sandbox.read('count.txt').trim()).toBe('50');
    expect(JSON.parse(sandbox.read('seen.json'))).toEqual({ scan: { modules: 50 } });
    const status = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(status.beads.map((bead: { id: string }) => bead.id).sort()).toEqual(
      ['report', 'scan', ...MODULES.map((name) => `scan/${name}`)].sort(),
    );
    expect(status.beads.every((bead: { status: string }) => bead.status === 'done')).toBe(true);
  });
});

const PROGRAM = fileURLToPath(new URL('../../bin/gastown.js', import.meta.url));
const ADD = `'${process.execPath}' '${PROGRAM}' add`;
const describing = (id: string, more = ''): string =>
  `printf '[bead]\\nid = "${id}"\\ndescription = "Do it."\\n${more}' > ${id}.toml`;

const single = (bead: string, formula = ''): Record<string, string> => ({
  'formula.toml': `[formula]\nname = "adding"\ntype = "expansion"\n${formula}`,
  'gastown.toml':
    '[agents.doer]\ncommand = ["sh", "-c", "cat > /dev/null; echo $GASTOWN_BEAD >> done.txt"]\n',
  'beads/scan.toml': bead,
});

describe('gastown add', () => {
  it('hands beads over, and says at once what is wrong with one', async () => {
    const run = `${describing('good')}; ${describing('bad', '[bead.task]\\nrun = "rm -rf /"\\n')}
${ADD} good.toml > said.txt || exit 3
${ADD} bad.toml 2> error.txt; echo "exit $?" >> error.txt
${describing('good', 'artifacts = ["done.txt"]\\n')}; ${ADD} good.toml`;
    await using sandbox = new Sandbox(single(`[bead]\nid = "scan"\n[bead.task]\nrun = '''${run}'''\n`));
    const result = await sandbox.gastown(['run']);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(sandbox.read('said.txt')).toBe(
      '1 bead handed over: it joins the run once this work has ended well\n',
    );
    expect(sandbox.read('error.txt')).toMatch(
      /`bead\.task\.run` cannot stand here.*\n.*bad\.toml:5:1[\s\S]*exit 2\n$/,
    );
    expect(sandbox.read('done.txt')).toBe('scan/good\n');
    const shown = await sandbox.gastown(['status', '--bead', 'scan/good', '--json']);
    const { detail } = JSON.parse(shown.stdout).beads[0];
    expect(detail.evidence.artifacts).toEqual([{ pattern: 'done.txt', files: 1, warning: null }]);
    expect(detail.file).toMatch(/spawn\/good\.toml$/);
    const logs = await sandbox.gastown(['logs', 'scan/good']);
    expect(logs.code).toBe(0);
  });

  it('lets beads begin while the work goes on, where it says so', async () => {
    const run = `${describing('now')}; ${ADD} now.toml; for i in $(seq 300); do [ -e done.txt ] && exit 0; sleep 0.1; done; exit 3`;
    await using sandbox = new Sandbox(
      single(`[bead]\nid = "scan"\nspawn = "live"\n[bead.task]\nrun = '''${run}'''\n`),
    );
    const result = await sandbox.gastown(['run']);
    expect(result.code).toBe(0);
    expect(sandbox.read('done.txt')).toBe('scan/now\n');
  });

  it('is refused where beads may not add beads', async () => {
    await using sandbox = new Sandbox({});
    const result = await sandbox.gastown(['add', 'x.toml']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(
      'error: gastown add is called by the work of a bead, or says below which',
    );
  });

  it('says which part of its environment is wrong', async () => {
    const run = `${describing('a')}
try() { env "$@" ${ADD} a.toml 2>> said.txt; echo "exit $?" >> said.txt; }
try GASTOWN_SPAWN_DIR=/nonexistent/q
try GASTOWN_RUN=r9
try GASTOWN_BEAD=nobody`;
    await using sandbox = new Sandbox(single(`[bead]\nid = "scan"\n[bead.task]\nrun = '''${run}'''\n`));
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    expect(sandbox.read('said.txt').replaceAll(/^ .*\n/gm, '')).toBe(
      [
        'error: the folder "/nonexistent/q", where beads are handed over, does not exist',
        'exit 2',
        `error: there is no run "r9" in "${sandbox.folder}"`,
        'exit 2',
        'error: run r1 has no bead "nobody"',
        'exit 2',
        '',
      ].join('\n'),
    );
  });
});

describe('gastown add by a person', () => {
  const gated = single('[bead]\nid = "deploy"\ngate = "Now?"\n[bead.task]\nrun = "true"\n');
  const described = {
    'right.toml': '[bead]\nid = "lint"\n[bead.task]\nrun = "touch linted"\n',
    'wrong.toml': '[bead]\nid = "lint"\nrig = "x"\n',
  };

  it('adds beads below one of a live run, and says what is wrong with them', async () => {
    await using sandbox = new Sandbox({ ...gated, ...described });
    const { ended } = sandbox.start(['run']);
    await sandbox.until('deploy waits', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('needs a person: deploy'),
    );
    const wrong = await sandbox.gastown(['add', 'wrong.toml', '--parent', 'deploy']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^error: wrong\.toml:3:1: `bead\.rig` cannot stand here/);
    expect(await sandbox.gastown(['add', 'right.toml', '--parent', 'deploy'])).toEqual({
      code: 0,
      stdout: '1 added below deploy\n',
      stderr: '',
    });
    expect((await sandbox.gastown(['approve', 'deploy'])).code).toBe(0);
    expect((await ended).code).toBe(0);
    expect(sandbox.has('linted')).toBe(true);
    const status = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(status.beads.map(({ id, status }: Record<string, string>) => [id, status]).sort()).toEqual([
      ['deploy', 'done'],
      ['deploy/lint', 'done'],
    ]);
  });

  it('is refused where nobody drives', async () => {
    await using sandbox = new Sandbox({ ...gated, ...described });
    expect((await sandbox.gastown(['run', '--no-wait'])).code).toBe(3);
    const { code, stderr } = await sandbox.gastown(['add', 'right.toml', '--parent', 'deploy']);
    expect([code, stderr]).toEqual([2, 'error: nobody drives this run, so nothing can be added to it now\n']);
  });
});

describe('spawn files', () => {
  it('with mistakes fail the attempt, and the next one is told where', async () => {
    const run = `[ "$GASTOWN_ATTEMPT" = 2 ] && { echo "$GASTOWN_LAST_FAILURE" > told.txt; exit 0; }
printf '[bead]\\nid = "a"\\nrig = "x"\\n' > "$GASTOWN_SPAWN_DIR/a.toml"`;
    await using sandbox = new Sandbox(
      single(`[bead]\nid = "scan"\n[bead.task]\nrun = '''${run}'''\n[bead.execution]\nretries = 1\n`),
    );
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    expect(sandbox.read('told.txt')).toMatch(/^a\.toml:3:1: `bead\.rig` cannot stand here/);
  });

  it('beyond the limit of the formula fail the attempt', async () => {
    const run = `for id in a b c; do printf '[bead]\\nid = "%s"\\n' $id > "$GASTOWN_SPAWN_DIR/$id.toml"; done`;
    await using sandbox = new Sandbox(
      single(`[bead]\nid = "scan"\n[bead.task]\nrun = '''${run}'''\n`, '[formula.spawn]\nchildren = 2\n'),
    );
    const result = await sandbox.gastown(['run']);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('one bead may add 2 beads, and "scan" would have 3');
    expect(sandbox.has('done.txt')).toBe(false);
  });
});

describe('a template', () => {
  it('that fails made no attempt, and nobody is sent to its logs', async () => {
    await using sandbox = new Sandbox(
      single(
        '[bead]\nid = "lint"\nfor_each = \'["*"]\'\nartifacts = ["{{item}}.txt"]\n[bead.task]\nrun = "touch x.txt"\n',
      ),
    );
    const { code, stdout, stderr } = await sandbox.gastown(['run']);
    expect(code).toBe(3);
    expect(stderr).toContain('the value "*" would make a pattern of it');
    expect(stdout).not.toContain('attempt 0');
    expect(stdout).toContain('  = hint: gastown why BEAD says why it failed; gastown resume goes on\n');
    expect((await sandbox.gastown(['why', 'lint'])).stdout).toContain('would make a pattern of it');
  });

  it('makes one bead for each item that another bead reported', async () => {
    await using sandbox = new Sandbox({
      ...single(
        `[bead]\nid = "scan"\n[bead.task]\nrun = '''echo '{"modules": [{"name": "pets", "size": 3}, {"name": "The Owners", "size": 1}]}' > "$GASTOWN_OUTPUT"'''\n`,
      ),
      'beads/lint.toml': `[bead]\nid = "lint"\nname = "Lint {{module.name}}"\nfor_each = { in = "beads.scan.outputs.modules", as = "module" }\n[bead.dependencies]\nrequires = ["scan"]\n[bead.task]\nartifacts = ["{{module.name}}.txt"]\nrun = 'echo "$GASTOWN_VAR_MODULE_SIZE $GASTOWN_VAR_MODULE" > "$GASTOWN_VAR_MODULE_NAME.txt"'\n`,
      'beads/after.toml':
        '[bead]\nid = "after"\n[bead.dependencies]\nrequires = ["lint"]\n[bead.task]\nrun = "ls *.txt > list"\n',
    });
    const result = await sandbox.gastown(['run']);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(sandbox.read('list')).toBe('The Owners.txt\npets.txt\n');
    expect(sandbox.read('pets.txt')).toBe('3 {"name":"pets","size":3}\n');
    const status = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(status.beads.map(({ id }: { id: string }) => id).sort()).toEqual(
      ['after', 'lint', 'lint/pets', 'lint/the-owners', 'scan'].sort(),
    );
  });
});

describe('a plan that changes', () => {
  const work = `{ [ ! -e fail ] || [ "$GASTOWN_VAR_ITEM" = p ]; } && mkdir -p out && touch "out/$GASTOWN_VAR_ITEM" && echo "$GASTOWN_VAR_ITEM" >> ran.txt`;
  const other = (command: string) => ({
    'beads/other.toml': `[bead]\nid = "other"\n[bead.task]\nrun = '${command}'\n`,
  });

  it('does not run again what was added and done, nor forget it', async () => {
    await using sandbox = new Sandbox({
      'formula.toml': '[formula]\nname = "growing"\ntype = "expansion"\n',
      'gastown.toml': '',
      fail: '',
      'beads/each.toml': `[bead]\nid = "each"\nfor_each = '["p", "q"]'\n[bead.execution]\non_failure = "skip"\n[bead.task]\nrun = '''${work}'''\nartifacts = ["out/{{item}}"]\n`,
      ...other('true'),
    });
    expect((await sandbox.gastown(['run'])).code).toBe(1);
    rmSync(sandbox.path('fail'));
    sandbox.write(other('true && true'));
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    expect(linesOf(sandbox, 'ran.txt'), 'only what had failed was run again').toEqual(['p', 'q']);
    sandbox.write(other('true && true && true'));
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    expect(linesOf(sandbox, 'ran.txt')).toEqual(['p', 'q']);
    const { beads } = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    const found = beads.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`).sort();
    expect(found).toEqual(['each done', 'each/p done', 'each/q done', 'other done']);
    rmSync(sandbox.path('out/q'));
    sandbox.write(other('true'));
    await sandbox.gastown(['run']);
    expect(linesOf(sandbox, 'ran.txt'), 'what is gone is made anew').toEqual(['p', 'q', 'q']);
  });
});
