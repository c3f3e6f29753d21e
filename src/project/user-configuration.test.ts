import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadUserConfiguration } from './user-configuration.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gastown-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const programOf = (env: Record<string, string>): string | undefined =>
  loadUserConfiguration(env).settings.notify?.command?.[0];

const NOTHING = { settings: { notify: undefined }, isUsable: true, warnings: [] };

describe('the user’s configuration', () => {
  it('is $GASTOWN_CONFIG, else in $XDG_CONFIG_HOME, else in ~/.config', () => {
    write('.config/gastown/config.toml', '[notify]\ncommand = ["usual"]\n');
    write('xdg/gastown/config.toml', '[notify]\ncommand = ["xdg"]\n');
    const named = write('named.toml', '[notify]\ncommand = ["named"]\n');
    const xdg = { HOME: home, XDG_CONFIG_HOME: join(home, 'xdg') };
    expect(programOf({ ...xdg, GASTOWN_CONFIG: named })).toBe('named');
    expect(programOf({ ...xdg, GASTOWN_CONFIG: '' })).toBe('xdg');
    expect(programOf({ HOME: home, XDG_CONFIG_HOME: 'xdg' })).toBe('usual');
    expect(programOf({ HOME: home })).toBe('usual');
  });

  it('need not be there, unless it is named', () => {
    expect(loadUserConfiguration({ HOME: home })).toEqual(NOTHING);
    expect(loadUserConfiguration({})).toEqual(NOTHING);
    const missing = join(home, 'missing.toml');
    expect(loadUserConfiguration({ GASTOWN_CONFIG: missing })).toEqual({
      ...NOTHING,
      isUsable: false,
      warnings: [`the configuration "${missing}" ($GASTOWN_CONFIG) does not exist`],
    });
  });

  it('is named by an absolute path, so that no folder decides which one it is', () => {
    expect(loadUserConfiguration({ HOME: home, GASTOWN_CONFIG: 'config.toml' })).toEqual({
      ...NOTHING,
      isUsable: false,
      warnings: ['$GASTOWN_CONFIG, "config.toml", must be an absolute path'],
    });
  });

  it('is not believed when others can write it', () => {
    const file = write('.config/gastown/config.toml', '[notify]\ncommand = ["x"]\n');
    chmodSync(file, 0o622);
    expect(loadUserConfiguration({ HOME: home })).toEqual({
      ...NOTHING,
      isUsable: false,
      warnings: [`the configuration "${file}" can be written by other users`],
    });
  });

  it('with errors says where each is, and configures nothing', () => {
    const file = write('.config/gastown/config.toml', '[notify]\nkommand = ["x"]\non = ["never"]\n');
    expect(loadUserConfiguration({ HOME: home })).toEqual({
      ...NOTHING,
      isUsable: false,
      warnings: [
        `${file}:2:1: unknown key "notify.kommand" (did you mean \`notify.command\`?)`,
        `${file}:3:7: \`notify.on[0]\` is "never", but must be one of: needs-person, paused, failed, done`,
        `${file}:1:2: \`notify\` has neither a \`command\` nor a \`webhook\`: nobody would be told`,
      ],
    });
  });
});
