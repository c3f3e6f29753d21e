// npm run build && node scripts/record-journals.mjs: runs small projects with the built program, and keeps their journals for
// test/journals.test.ts: NAME.sql, and the project as it was then in the folder NAME. What is recorded never changes.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { journalSql } from './journal-sql.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const journals = join(root, 'test', 'journals');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const PATIENCE_MS = 30_000;

/** A project in a folder of its own, and the people who sit before it. */
class Project {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-journal-')));

  write(files) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  start(line) {
    const child = spawn(
      process.execPath,
      [join(root, 'bin', 'gastown.js'), ...line.match(/'[^']*'|\S+/g).map(bare)],
      {
        cwd: this.folder,
        env: { PATH: process.env.PATH, HOME: this.folder, USER: 'anna', LANG: 'C.UTF-8' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    const ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const ends = async (code) => {
      const found = await ended;
      if (found !== code)
        throw new Error(`gastown ${line} ended with ${found} instead of ${code}:\n${output}`);
      return output;
    };
    const says = (text) => this.until(`gastown ${line} says ${text}`, () => output.includes(text));
    return { kill: (signal) => child.kill(signal), ends, says };
  }

  /** Types a command, which ends with an exit code; gives what it prints. */
  types(line, code = 0) {
    return this.start(line).ends(code);
  }

  /** Waits until beads have these statuses. */
  sees(expected) {
    const wanted = Object.entries(expected).map(([id, status]) => `${id} ${status}`);
    return this.until(wanted.join(', '), async () => {
      const { beads } = JSON.parse(await this.types('status --json --all'));
      const found = beads.map(({ id, status }) => `${id} ${status}`);
      return wanted.every((bead) => found.includes(bead));
    });
  }

  async until(what, isSo) {
    for (const from = performance.now(); performance.now() - from < PATIENCE_MS; await delay(50))
      if (await isSo()) return;
    throw new Error(`this never came to be: ${what}`);
  }

  /** Everything that works in the folder dies at once. */
  losesPower() {
    for (const name of readdirSync('/proc')) {
      try {
        if (/^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(this.folder))
          process.kill(Number(name), 'SIGKILL');
      } catch (error) {
        // It ended while we looked, or belongs to somebody else.
        if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
      }
    }
  }
}

const bare = (word) => word.replaceAll("'", '');

/** A bead file; `more` is what stands under `[bead]` besides its id. */
const bead = (id, { more = '', requires = [], run = 'true', rest = '' } = {}) => ({
  [`beads/${id}.toml`]: `[bead]
id = "${id}"
${more}[bead.dependencies]
requires = ${JSON.stringify(requires)}
[bead.task]
run = '''${run}'''
${rest}`,
});
/** Works until the file is there. */
const until = (file) => `while [ ! -e ${file} ]; do sleep 0.05; done`;

const stories = {
  /** A convoy: sync points with checks and approvals, a quorum with one bead that fails, a bead that is declared done. */
  async release(project) {
    project.write({
      'formula.toml': `[formula]
name = "release"
type = "convoy"
[formula.sync]
quorum = "any"
checks = ["test -e checked"]
approval = "Go on?"
`,
      'gastown.toml': '',
      ...bead('build', {
        run: `echo ok > built; echo '{"size": 3}' > "$GASTOWN_OUTPUT"`,
        rest: `artifacts = ["built"]
[bead.acceptance]
criteria = ["It is small", { text = "It says ok", check = "grep ok built" }]
`,
      }),
      ...bead('lint', { run: 'test -e mended' }),
      ...bead('notes', { more: 'status = "done"\n' }),
      ...bead('package', { requires: ['build'] }),
      ...bead('praise', { requires: ['lint'] }),
      ...bead('publish', { requires: ['package'] }),
    });
    await project.types('run --no-wait', 3);
    project.write({ checked: '' });
    const second = project.start('resume');
    await second.says('approve sync/0');
    await project.types('approve sync/0');
    await second.says('approve sync/1');
    await project.types("reject sync/1 --reason 'not today'");
    await second.ends(3);
    project.write({ mended: '' });
    await project.types('resume --no-wait', 3);
  },

  /** An expansion, in which nearly everything happens that can happen to a bead. */
  async survey(project) {
    project.write({
      'formula.toml': `[formula]
name = "survey"
type = "expansion"
[formula.execution]
parallel_beads = 4
[formula.spawn]
approval = true
[formula.vars]
target = "staging"
`,
      'gastown.toml': '',
      'look.toml': '[bead]\nid = "look"\n[bead.task]\nrun = "true"\n',
      ...bead('ask', {
        run: `[ "$GASTOWN_ATTEMPT" = 3 ] || { echo "Which schema, $GASTOWN_ATTEMPT?" > "$GASTOWN_QUESTION"; exit 76; }`,
      }),
      ...bead('scan', {
        run: `echo '{"modules": ["a", "b"]}' > "$GASTOWN_OUTPUT"
printf '[bead]\\nid = "c"\\n[bead.task]\\nrun = "true"\\n' > "$GASTOWN_SPAWN_DIR/.c"
mv "$GASTOWN_SPAWN_DIR/.c" "$GASTOWN_SPAWN_DIR/c.toml"`,
      }),
      ...bead('each', {
        more: 'name = "Survey {{item}}"\nfor_each = "beads.scan.outputs.modules"\n',
        requires: ['scan'],
        run: 'test "$GASTOWN_VAR_ITEM" != b || test -e mended',
        rest: '[bead.execution]\non_failure = "skip"\n',
      }),
      ...bead('odd', {
        more: 'when = "beads.scan.outputs.colour == 1"\n',
        requires: ['scan'],
        rest: '[bead.execution]\non_failure = "skip"\n',
      }),
      ...bead('ship', { more: `when = 'vars.target == "production"'\n` }),
      ...bead('deploy', { more: 'gate = "Deploy?"\n' }),
      ...bead('tell', { more: 'gate = true\n' }),
      'beads/hush.toml':
        '[bead]\nid = "hush"\n[bead.dependencies]\non_failure_of = ["tell"]\n[bead.task]\nrun = "true"\n',
      ...bead('flaky', {
        run: 'case "$GASTOWN_ATTEMPT" in 1) exit 1 ;; 2) exit 75 ;; esac',
        rest: '[bead.execution]\nretries = 1\n',
      }),
      ...bead('late', {
        run: 'sleep 60',
        rest: '[bead.execution]\ntimeout = "100ms"\non_failure = "skip"\n',
      }),
      ...bead('after-late', { requires: ['late'] }),
      ...bead('stuck', { run: until('never') }),
      ...bead('held', { run: until('go') }),
      ...bead('broken', { requires: ['held'], run: 'test -e mended' }),
    });
    const first = project.start('run');
    await project.sees({
      ask: 'needs-person',
      deploy: 'needs-person',
      scan: 'needs-person',
      stuck: 'running',
    });
    await project.types("answer ask 'the second one'");
    await project.types('add look.toml --parent deploy');
    await project.types('approve deploy');
    await project.types("reject tell --reason 'not on a Friday'");
    await project.types('approve scan');
    await project.types('skip stuck');
    await project.sees({
      each: 'needs-person',
      flaky: 'done',
      late: 'failed',
      hush: 'done',
      held: 'running',
    });
    await project.types('approve each');
    await project.sees({ 'each/a': 'done', 'each/b': 'failed' });
    await project.types('pause');
    project.write({ go: '' });
    await first.ends(3);
    await project.types('resume', 3);
    project.write({ mended: '' });
    await project.types('retry broken');
    await project.types('resume --no-wait', 3);
  },

  /** Several terminals and several runs: a wish taken back, drivers that die, a plan that changes, a run that is cancelled. */
  async crew(project) {
    project.write({
      'formula.toml': '[formula]\nname = "crew"\ntype = "convoy"\n[formula.sync]\nmode = "none"\n',
      'gastown.toml': '',
      ...bead('base', { run: 'echo base > base.txt', rest: 'artifacts = ["base.txt"]\n' }),
      ...bead('mine', { requires: ['base'], run: until('go') }),
      ...bead('yours', { requires: ['base'], run: until('never') }),
    });
    const first = project.start('run --bead base --bead mine');
    await project.sees({ mine: 'running' });
    const second = project.start('run --bead yours');
    await project.sees({ yours: 'running' });
    second.kill('SIGINT');
    await second.ends(130);
    await project.sees({ yours: 'waiting' });
    first.kill('SIGKILL');
    await first.ends(null);
    const third = project.start('resume');
    await third.says('mine');
    project.write({ go: '' });
    await third.ends(0);
    const fourth = project.start('run --bead yours');
    await project.sees({ yours: 'running' });
    project.losesPower();
    await fourth.ends(null);
    const fifth = project.start('resume');
    await project.sees({ yours: 'running' });
    await project.types('cancel');
    await fifth.ends(1);
    project.write(bead('yours', { requires: ['base'], run: until('gone') }));
    const sixth = project.start('run');
    await project.sees({ base: 'done', mine: 'done', yours: 'running' });
    project.losesPower();
    await sixth.ends(null);
  },
};

for (const [name, story] of Object.entries(stories)) {
  const target = join(journals, `${version.replace(/\.\d+$/, '')}-${name}`);
  if (existsSync(`${target}.sql`)) {
    console.log(`${target}.sql is there already`);
    continue;
  }
  const project = new Project();
  try {
    await story(project);
    // Evidence names the folder of its checks' logs.
    const sql = journalSql(project.folder).replaceAll(project.folder, '/project');
    cpSync(project.folder, target, { recursive: true, filter: (path) => !path.endsWith('/.gastown') });
    writeFileSync(`${target}.sql`, sql);
    console.log(`recorded ${target}.sql (${sql.length} characters)`);
  } finally {
    project.losesPower();
    rmSync(project.folder, { recursive: true, force: true });
  }
}
