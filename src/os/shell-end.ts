/** How commands end, for those who run them and those who adopt them. */

/** How a command ended. */
export type ShellEnd =
  /** `leftovers`: processes it left behind in its session, now killed. */
  | { readonly type: 'exited'; readonly status: number; readonly leftovers: number }
  /** It was stopped, or never started because a stop was asked for before. */
  | { readonly type: 'stopped' }
  /** It was not run: the record was taken before. */
  | { readonly type: 'refused' }
  /** It was not run: something it needs cannot be opened. */
  | { readonly type: 'unable'; readonly what: 'directory' | 'log' | 'input' | 'record' }
  /** Its helper was killed; proven that nothing of it lives. */
  | { readonly type: 'lost' };

/** What an earlier process may have left. */
export interface ShellTrace {
  readonly record: string;
  /** `NAME=value` as the command had it in its environment. */
  readonly marker: string;
}
