/** The schema of the user's own configuration, config.toml. */
import type { TomlString } from '../toml/toml-tree.ts';
import { list } from './containers.ts';
import { text, withoutNul, word } from './kinds.ts';
import { type Kind, type Out, optional, table } from './schema.ts';

/** A string of one form; a wrong one is reported without being quoted, because it may be a secret. */
const secretive = (pattern: RegExp, expected: string, hints: readonly string[] = []): Kind<TomlString> => ({
  json: { type: 'string', pattern: pattern.source },
  read(value, reading) {
    const read = text.read(value, reading);
    if (read === undefined || pattern.test(read.value)) return read;
    reading.report('schema/bad-value', `\`${reading.path()}\` must be ${expected}`, read, hints);
    return undefined;
  },
});

const ADDRESS = /^https?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?$/;
const SECRET = /^env:[A-Za-z_][A-Za-z0-9_]*$/;

const notify = table({
  on: optional(
    list(word('needs-person', 'paused', 'failed', 'done')),
    'When to tell. Default: "needs-person", "paused", "failed".',
  ),
  command: optional(list(withoutNul), 'Program and arguments; JSON arrives on its standard input.'),
  webhook: optional(
    secretive(ADDRESS, 'an address that begins with http:// or https://, without a user in it'),
    'Where ids and states are posted, signed.',
  ),
  webhook_secret: optional(
    secretive(SECRET, '"env:" and the name of an environment variable', [
      'the secret itself does not belong into a file',
    ]),
    'Where the secret of the signature is: "env:" and the name of an environment variable.',
  ),
});

/** config.toml as a whole. */
export const userFile = table({
  notify: optional(notify, 'Who is told when a run needs a person or ends.'),
});

/** `[notify]` as it was read. */
export type NotifyTable = Out<typeof notify>;
