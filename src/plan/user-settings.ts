/** The user's own configuration as data (docs/formats.md, "User configuration"). A project cannot set any of it. */
import { Collector } from '../diagnostic/collector.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { Reading } from './dialects/reading.ts';
import { type NotifyTable, userFile } from './dialects/user-schema.ts';
import { Source } from './toml/source.ts';
import { readToml } from './toml/toml.ts';

/** What can be told about a run. */
export type NotificationEvent = 'needs-person' | 'paused' | 'failed' | 'done';

/** `[notify]`. */
export interface NotifySettings {
  readonly on: ReadonlySet<NotificationEvent>;
  /** Program and arguments: a name in `PATH` or an absolute path. */
  readonly command: readonly string[] | undefined;
  readonly webhook: { readonly address: string; readonly secretVariable: string } | undefined;
}

/** What a user has configured for every project. */
export interface UserSettings {
  readonly notify: NotifySettings | undefined;
}

/** Configuration that says nothing. */
export const NO_USER_SETTINGS: UserSettings = { notify: undefined };

const DEFAULT_ON: readonly NotificationEvent[] = ['needs-person', 'paused', 'failed'];

/** Reads config.toml. A file with an error in it configures nothing. */
export function loadUserSettings(
  file: string,
  text: string,
): { readonly settings: UserSettings; readonly diagnostics: readonly Diagnostic[] } {
  const collector = new Collector();
  const source = new Source(file, text);
  const root = readToml(source, collector);
  const reading = new Reading(source, collector, false);
  const tables = root === undefined ? undefined : userFile.read(root, reading);
  const notify = tables?.notify === undefined ? undefined : notifySettings(tables.notify, reading);
  const { diagnostics, hasErrors } = collector;
  return { settings: hasErrors ? NO_USER_SETTINGS : { notify }, diagnostics };
}

function notifySettings(
  { on, command, webhook, webhook_secret: secret, table }: NotifyTable,
  reading: Reading,
): NotifySettings {
  if (!table.entries.has('command') && !table.entries.has('webhook'))
    reading.report(
      'schema/missing-key',
      '`notify` has neither a `command` nor a `webhook`: nobody would be told',
      table,
    );
  if (webhook !== undefined && !table.entries.has('webhook_secret'))
    reading.report('schema/missing-key', '`notify.webhook_secret` is missing', webhook, [
      'what is posted is signed: webhook_secret = "env:NAME"',
    ]);
  const program = command?.items[0]?.value ?? '';
  if (command !== undefined && (program.trim() === '' || (program.includes('/') && !program.startsWith('/'))))
    reading.report(
      'schema/bad-value',
      '`notify.command` must begin with a program: a name in PATH or an absolute path',
      command,
    );
  return {
    on: new Set(on?.items.map(({ value }) => value) ?? DEFAULT_ON),
    command: command?.items.map(({ value }) => value),
    webhook:
      webhook === undefined || secret === undefined
        ? undefined
        : { address: webhook.value, secretVariable: secret.value.slice('env:'.length) },
  };
}
