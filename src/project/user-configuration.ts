/** Finds and reads the user's own configuration. Nothing in a project can name another one. */
import { isAbsolute, join } from 'node:path';
import { unreachable } from '../core/invariant.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { quote } from '../diagnostic/neutralise.ts';
import { readOwnFile } from '../os/own-file.ts';
import { loadUserSettings, NO_USER_SETTINGS, type UserSettings } from '../plan/user-settings.ts';

/** What is configured, and sentences on what is wrong with it, which name the place. */
export interface UserConfiguration {
  readonly settings: UserSettings;
  /** Whether the file, if there is one, is acted on. */
  readonly isUsable: boolean;
  readonly warnings: readonly string[];
}

const NOTHING: UserConfiguration = { settings: NO_USER_SETTINGS, isUsable: true, warnings: [] };

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of the user whose environment this is. What cannot be believed or understood configures nothing. */
export function loadUserConfiguration(env: Environment): UserConfiguration {
  const named = env['GASTOWN_CONFIG'] || undefined;
  if (named !== undefined && !isAbsolute(named))
    return unusable(`$GASTOWN_CONFIG, ${quote(named)}, must be an absolute path`);
  const path = named ?? usualPath(env);
  if (path === undefined) return NOTHING;
  const read = readOwnFile(path);
  switch (read.type) {
    case 'missing':
      // Nobody has to have a configuration, but one that is named has to be there.
      return named === undefined
        ? NOTHING
        : unusable(`the configuration ${quote(path)} ($GASTOWN_CONFIG) does not exist`);
    case 'refused':
      return unusable(`the configuration ${quote(path)} ${read.why}`);
    case 'text': {
      const { settings, diagnostics } = loadUserSettings(path, read.text);
      const isUsable = !diagnostics.some(({ severity }) => severity === 'error');
      return { settings, isUsable, warnings: diagnostics.map(sentenceOf) };
    }
    default:
      return unreachable(read);
  }
}

/** The XDG base directory specification: a relative `XDG_CONFIG_HOME` counts as none. */
function usualPath(env: Environment): string | undefined {
  const { XDG_CONFIG_HOME: configured = '', HOME: home = '' } = env;
  const base = isAbsolute(configured) ? configured : isAbsolute(home) ? join(home, '.config') : undefined;
  return base === undefined ? undefined : join(base, 'gastown', 'config.toml');
}

const unusable = (warning: string): UserConfiguration => ({
  settings: NO_USER_SETTINGS,
  isUsable: false,
  warnings: [warning],
});

/** Without the line itself: somebody may have written a secret there. */
function sentenceOf({ span, message, hints }: Diagnostic): string {
  const place = span === undefined ? '' : `${span.file}:${span.start.line}:${span.start.column}: `;
  return `${place}${message}${hints.length === 0 ? '' : ` (${hints.join('; ')})`}`;
}
