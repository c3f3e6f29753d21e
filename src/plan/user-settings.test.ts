import { describe, expect, it } from 'vitest';
import { loadUserSettings, NO_USER_SETTINGS } from './user-settings.ts';

const load = (text: string): ReturnType<typeof loadUserSettings> =>
  loadUserSettings('/home/u/config.toml', text);
const told = (text: string): string[] =>
  load(text).diagnostics.map(
    ({ code, span, message, hints }) =>
      `${code} ${span?.start.line}:${span?.start.column} ${message}${hints.map((hint) => ` (${hint})`).join('')}`,
  );

describe('the user’s configuration', () => {
  it('is read whole', () => {
    const text = `
[notify]
on = ["done", "needs-person", "done"]
command = ["notify-send", "GasTown"]
webhook = "http://127.0.0.1:8080/hook?a=b"
webhook_secret = "env:GASTOWN_WEBHOOK_SECRET"
`;
    expect(load(text)).toEqual({
      settings: {
        notify: {
          on: new Set(['done', 'needs-person']),
          command: ['notify-send', 'GasTown'],
          webhook: {
            address: 'http://127.0.0.1:8080/hook?a=b',
            secretVariable: 'GASTOWN_WEBHOOK_SECRET',
          },
        },
      },
      diagnostics: [],
    });
  });

  it('tells of three events unless it says otherwise, and of none if it says so', () => {
    const on = (line: string): unknown =>
      load(`[notify]\ncommand = ["/bin/true"]\n${line}`).settings.notify?.on;
    expect(on('')).toEqual(new Set(['needs-person', 'paused', 'failed']));
    expect(on('on = []')).toEqual(new Set());
  });

  it('may say nothing', () => {
    expect(load('')).toEqual({ settings: NO_USER_SETTINGS, diagnostics: [] });
  });

  it('is used in spite of a key that is not known', () => {
    const text = '[notify]\ncommand = ["x"]\nwebhok = "http://h/"\n';
    expect(told(text)).toEqual([
      'schema/unknown-key 3:1 unknown key "notify.webhok" (did you mean `notify.webhook`?)',
    ]);
    expect(load(text).settings.notify?.command).toEqual(['x']);
  });

  it.each([
    ['an unknown event', 'command = ["x"]\non = ["doen"]', 'schema/bad-value 3:7 ', '(did you mean "done"?)'],
    ['an event that is no list', 'command = ["x"]\non = "done"', 'schema/wrong-type 3:6 ', 'a list'],
    ['no program', 'command = []', 'schema/bad-value 2:11 ', 'must begin with a program'],
    ['an empty program', 'command = [" "]', 'schema/bad-value 2:11 ', 'must begin with a program'],
    [
      'a relative program',
      'command = ["./x"]',
      'schema/bad-value 2:11 ',
      'a name in PATH or an absolute path',
    ],
    ['a shell command', 'command = "notify-send x"', 'schema/wrong-type 2:11 ', 'write it as a list'],
    ['a NUL', 'command = ["x", "\\u0000"]', 'schema/bad-value 2:17 ', 'NUL'],
    ['nobody to tell', 'on = ["done"]', 'schema/missing-key 1:2 ', 'neither a `command` nor a `webhook`'],
    ['no secret', 'webhook = "https://h/"', 'schema/missing-key 2:11 ', '`notify.webhook_secret` is missing'],
    ['a protocol of its own', secretly('ftp://h/'), 'schema/bad-value 2:11 ', 'http:// or https://'],
    ['a file', secretly('file:///etc/passwd'), 'schema/bad-value 2:11 ', 'http:// or https://'],
    ['a user in the address', secretly('https://me:pw@h/'), 'schema/bad-value 2:11 ', 'without a user in it'],
    ['a line break in the address', secretly('https://h/\\nX: y'), 'schema/bad-value 2:11 ', 'an address'],
    ['an address without a host', secretly('http:///x'), 'schema/bad-value 2:11 ', 'an address'],
    ['broken TOML', 'command = [', 'toml/syntax 2:11 ', 'not closed'],
  ])('with %s configures nothing', (_, text, beginning, part) => {
    const [first = '', ...others] = told(`[notify]\n${text}\n`);
    expect(others).toEqual([]);
    expect(first.slice(0, beginning.length)).toBe(beginning);
    expect(first).toContain(part);
    expect(load(`[notify]\n${text}\n`).settings).toEqual(NO_USER_SETTINGS);
  });

  it('never repeats a secret that somebody wrote into it', () => {
    const text = '[notify]\nwebhook = "http://h/"\nwebhook_secret = "hunter2-hunter2"\n';
    expect(told(text)).toEqual([
      'schema/bad-value 3:18 `notify.webhook_secret` must be "env:" and the name of an environment variable (the secret itself does not belong into a file)',
    ]);
    expect(load(text).settings).toEqual(NO_USER_SETTINGS);
  });
});

function secretly(address: string): string {
  return `webhook = "${address}"\nwebhook_secret = "env:SECRET"`;
}
