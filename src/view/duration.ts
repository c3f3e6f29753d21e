/** Writes a duration in milliseconds the short way: `0.4s`, `12.0s`, `3m04s`, `2h05m`; what is no duration counts as none. */
export function formatDuration(ms: number): string {
  const tenths = Number.isFinite(ms) ? Math.max(0, Math.floor(ms / 100)) : 0;
  const seconds = Math.floor(tenths / 10);
  if (seconds < 60) return `${seconds}.${tenths % 10}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
