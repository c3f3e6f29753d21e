/** What reaches the screen: words that nobody understands, hostile texts, colours, pipes, and the live frame in a real terminal. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { convoy, type Result, Sandbox } from '../support/sandbox.ts';

const program = new URL('../../bin/gastown.js', import.meta.url).pathname;
const ESCAPE = '\u001b';

describe('the command line', () => {
  it.each([
    [['stauts'], 'No command registered for `stauts`, did you mean `status`'],
    [['status', '--jsno'], 'No flag registered for --jsno, did you mean --json?'],
    [['status', '--bead'], 'bead'],
    [['run', '--parallel', '0'], 'it must be a whole number of at least 1'],
    [['run', '--parallel', 'NaN'], 'it must be a whole number of at least 1'],
    [['logs'], 'Expected argument for bead'],
    [['explain', 'a', 'b'], 'Too many arguments'],
    [['run', '--with-deps'], '--with-deps goes with --bead'],
    [[`${ESCAPE}[2J`], '\\x1b[2J'],
  ])('refuses %j with a sentence', async (words, expected) => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    const { code, stdout, stderr } = await sandbox.gastown(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).not.toContain(ESCAPE);
  });

  it('prints help for itself and for every command', async () => {
    await using sandbox = new Sandbox();
    const help = await sandbox.gastown(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const [, command] of help.stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)) {
      const own = await sandbox.gastown([command ?? '', '--help']);
      expect([command, own.code, own.stderr]).toEqual([command, 0, '']);
      expect(own.stdout).toContain(`gastown ${command}`);
    }
  });

  it('says that there is no project, in every command that needs one', async () => {
    await using sandbox = new Sandbox();
    for (const words of [
      ['run'],
      ['resume'],
      ['status'],
      ['graph'],
      ['validate'],
      ['simulate'],
      ['init'],
      ['stop'],
      ['logs', 'a'],
    ]) {
      const { code, stdout, stderr } = await sandbox.gastown(words);
      expect([words, code, stdout]).toEqual([words, 2, '']);
      expect(stderr).toContain('error[project/no-formula]');
    }
    expect(sandbox.list()).toEqual([]);
  });

  it('ends quietly when its reader goes away', async () => {
    await using sandbox = new Sandbox();
    const { status, stderr } = spawnSync(
      'bash',
      ['--norc', '-c', 'set -o pipefail; "$NODE" "$PROGRAM" explain | head -n 1 >/dev/null'],
      {
        cwd: sandbox.folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], NODE: process.execPath, PROGRAM: program },
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  it('tells of a damaged journal without a stack trace', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    await sandbox.gastown(['run']);
    sandbox.write({
      '.gastown/state/journal.db': 'this is no database at all, whatever its name says'.repeat(100),
    });
    for (const words of [['status'], ['graph'], ['logs', 'a'], ['run'], ['run', '--dry-run']]) {
      const { code, stderr } = await sandbox.gastown(words);
      expect([words, code]).toEqual([words, 2]);
      expect(stderr).toContain('is damaged');
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });
});

describe('hostile texts', () => {
  const evil = '\\u001b]0;owned\\u0007\\u001b[2J\\u202eevil';
  const files = {
    'formula.toml': `[formula]\nname = "${evil}"\ntype = "convoy"\n`,
    'gastown.toml': '',
    'beads/a.toml': `[bead]\nid = "a"\nname = "${evil}"\n[bead.task]\nrun = "printf '${evil.replaceAll('\\u', '\\\\u')}\\\\n'; exit 1"\n[bead.acceptance]\ncriteria = ["${evil}"]\n`,
    'beads/b.toml': `[bead]\nid = "b"\nname = "${evil}"\n[bead.dependencies]\nrequires = ["a"]\n[bead.task]\nrun = "true"\n${'"'}x${evil}" = 1\n`,
  };

  it('never reach the screen raw', async () => {
    await using sandbox = new Sandbox(files);
    const outputs: [string, Result][] = [];
    for (const words of [
      ['status'],
      ['init', 'formula.toml'],
      ['run', '--dry-run'],
      ['run', '--dry-run', '--json'],
      ['run'],
      ['resume'],
      ['status'],
      ['status', '--json'],
      ['status', '--bead', 'a'],
      ['status', '--bead', 'a', '--json'],
      ['graph'],
      ['graph', '--format', 'mermaid'],
      ['graph', '--format', 'dot'],
      ['graph', '--format', 'json'],
      ['validate'],
      ['validate', '--json'],
      ['simulate'],
      ['simulate', '--json'],
      ['__complete', '--', 'logs', ''],
    ])
      outputs.push([words.join(' '), await sandbox.gastown(words)]);
    for (const [words, { stdout, stderr }] of outputs)
      expect([words, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.exec(stdout + stderr)]).toEqual([
        words,
        null,
      ]);
    expect(outputs.some(([, { stdout }]) => stdout.includes('\\x1b]0;owned'))).toBe(true);
  });
});

/** A terminal of its own, 100 × 20, that runs one command line; nobody else's is touched. */
class Terminal implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #socket: string;

  constructor(sandbox: Sandbox, commandLine: string, env: Readonly<Record<string, string>> = {}) {
    this.#sandbox = sandbox;
    this.#socket = sandbox.path('tmux.socket');
    const words = ['-S', this.#socket, '-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '20'];
    const line = `cd '${sandbox.folder}'; ${commandLine}; echo "exit $?"; exec cat`;
    execFileSync('tmux', [...words, 'sh', '-c', line], {
      cwd: '/',
      env: {
        PATH: process.env['PATH'],
        HOME: sandbox.folder,
        LANG: 'C.UTF-8',
        USER: 'tester',
        gastown: `${process.execPath} ${program}`,
        ...env,
      },
    });
  }

  /** What stands on the screen now, with colours when asked for. */
  screen(options: readonly string[] = []): string {
    return execFileSync('tmux', ['-S', this.#socket, 'capture-pane', '-p', ...options], {
      encoding: 'utf8',
    }).trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    execFileSync('tmux', ['-S', this.#socket, 'kill-server']);
    await this.#sandbox.until('the terminal is gone', () => this.#sandbox.processes().length === 0);
  }
}

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.warn('tmux is missing: the tests in a real terminal are skipped');

describe.skipIf(!hasTmux)('in a real terminal', () => {
  it('shows a live frame while a bead works, and leaves a clean screen', async () => {
    await using sandbox = new Sandbox(
      convoy({
        quick: {},
        slow: { requires: ['quick'], run: 'echo halfway there; while [ ! -e go ]; do sleep 0.05; done' },
      }),
    );
    await using terminal = new Terminal(sandbox, '$gastown run');
    await sandbox.until('the frame', () =>
      /slow +[\d.]+s +halfway there\n.*1\/2 done {2}1 running/.test(terminal.screen()),
    );
    sandbox.write({ go: '' });
    await sandbox.until('the end', () => terminal.screen().includes('exit 0'));
    const screen = terminal.screen();
    expect(screen).toMatch(/✓ slow {2}done in/);
    expect(screen).toMatch(/\n2 done in [\d.]+s \(run r1\)\n {2}= hint: gastown status [^\n]+\nexit 0$/);
    expect(screen).not.toMatch(/running|halfway|[█░⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    expect(terminal.screen(['-e'])).toMatch(/\u001b\[32m(?:\u001b\[49m)?✓/);
  });

  it('stops politely at Ctrl-C, with its exit code', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: 'while [ ! -e go ]; do sleep 0.05; done' } }));
    await using terminal = new Terminal(sandbox, 'trap : INT; $gastown run');
    await sandbox.until('the frame', () => terminal.screen().includes('1 running'));
    execFileSync('tmux', ['-S', sandbox.path('tmux.socket'), 'send-keys', 'C-c']);
    await sandbox.until('the end', () => terminal.screen().includes('exit 130'));
    expect(terminal.screen()).toContain('stopping politely');
    expect(terminal.screen()).toContain('gastown resume goes on');
  });

  it('shows no colour where NO_COLOR is set', async () => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'false' } }));
    await using terminal = new Terminal(
      sandbox,
      '$gastown run; $gastown status; $gastown --help; $gastown nonsense',
      { NO_COLOR: '1' },
    );
    await sandbox.until('the end', () => terminal.screen().includes('exit 2'));
    expect(terminal.screen(['-e', '-S', '-100'])).not.toContain(ESCAPE);
  });

  it('makes logs safe for the eye', async () => {
    await using sandbox = new Sandbox(
      convoy({
        a: { run: "printf '10%%\\r100%%\\n\\033[31mred\\033[0m\\n\\033]0;owned\\007title\\n\\033_x\\n'" },
      }),
    );
    await sandbox.gastown(['run']);
    await using terminal = new Terminal(sandbox, 'clear; $gastown logs a');
    await sandbox.until('the end', () => terminal.screen().includes('exit 0'));
    expect(terminal.screen(['-e'])).toBe('100%\nred\ntitle\n\\x1b_x\nexit 0');
  });
});
