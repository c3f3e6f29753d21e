/** The program itself, in projects and with journals that are garbage: a sentence and an exit code, and no file is touched. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/journal/database.ts';
import { convoy, type Result, Sandbox } from '../support/sandbox.ts';
import { PATIENCE_MS, slowHunt } from './hunt.ts';
import { damaged } from './mutations.ts';
import { project } from './project.ts';
import { spoil } from './spoil.ts';
import { tapes } from './tape.ts';
import { judgeText } from './verdict.ts';

/** Throws unless a command ended as commands end that were given garbage. */
function judgeEnd(words: readonly string[], { code, stdout, stderr }: Result): void {
  const said = `${words.join(' ')}: ${code}\n${stdout}${stderr}`;
  if (code !== 0 && code !== 1 && code !== 2 && code !== 3) throw new Error(`another exit code: ${said}`);
  if (/\n\s+at |error: unexpected|installation is broken/.test(stdout + stderr)) throw new Error(said);
  judgeText(stderr);
}

describe('the program', () => {
  it('looks at any project without a stack trace, and leaves its files alone', {
    timeout: PATIENCE_MS,
  }, async () => {
    await slowHunt(4, tapes(400), async (tape) => {
      const files = project(tape);
      await using sandbox = new Sandbox({ 'gastown.toml': '', ...files });
      const spoilt = sandbox.path(tape.one(Object.keys(files)));
      if (tape.rarely(2)) writeFileSync(spoilt, damaged(readFileSync(spoilt), tape));
      const before = contents(sandbox);
      for (const words of [['validate'], ['graph'], ['run', '--dry-run']])
        judgeEnd(words, await sandbox.gastown([...words, '--formula', 'formula.toml']));
      expect(contents(sandbox)).toEqual(before);
    });
  });

  it('reads any journal without a stack trace, and goes on with it or refuses', {
    timeout: PATIENCE_MS,
  }, async () => {
    await slowHunt(2, tapes(60), async (tape) => {
      await using sandbox = new Sandbox(convoy({ a: {}, b: { requires: ['a'], run: 'false' } }));
      await sandbox.gastown(['run']);
      const database = openDatabase(sandbox.path('.gastown/state/journal.db'), 'write');
      database.exec('PRAGMA foreign_keys = OFF');
      spoil(database, tape);
      database.close();
      for (const words of [['status'], ['why', 'b'], ['retry', 'b'], ['resume']])
        judgeEnd(words, await sandbox.gastown(words));
    });
  });

  it('does not wait for a doorbell that is a pipe', { timeout: PATIENCE_MS }, async () => {
    await using sandbox = new Sandbox(convoy({ a: { run: 'false' } }));
    await sandbox.gastown(['run']);
    rmSync(sandbox.path('.gastown/state/doorbell'), { force: true });
    execFileSync('mkfifo', ['-m', '600', sandbox.path('.gastown/state/doorbell')]);
    for (const words of [['retry', 'a'], ['resume']]) {
      const { code, stderr } = await sandbox.gastown(words);
      expect([words, code]).toEqual([words, 2]);
      expect(stderr).toContain('"doorbell" that is not a regular file');
    }
  });
});

/** Every file that is not ours, by path. */
const contents = (sandbox: Sandbox): ReadonlyMap<string, string> =>
  new Map(
    sandbox
      .list()
      .filter((path) => /\.(?:toml|md)$/.test(path))
      .map((path) => [path, readFileSync(sandbox.path(path)).toString('latin1')]),
  );
