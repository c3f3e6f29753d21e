/** What stands in documents: right words for each key, and words that something might stumble over. */
import type { Tape } from './tape.ts';

/** Ids of the beads that made-up projects have. */
export const IDS: readonly string[] = ['a', 'b', 'c'];

/** Characters that terminals obey, parsers trip over, or objects treat as their own. */
export const HOSTILE: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u202egnp.exe',
  '\u2066x\u2069',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\u0000',
  '\u0085',
  '\u2028',
  '\r',
  '\r\n',
  '\n',
  '\t',
  '\u{e0041}',
  '\u{1f600}',
  'e\u0301',
  '\uffff',
  'ﷺ',
  '../../etc/passwd',
  '/etc/passwd',
  'C:\\x',
  '~/x',
  'a/../b',
  '{{',
  '{{v}}',
  '{{ v . x }}',
  '}}',
  '\\{{',
  '$(touch x)',
  '`x`',
  '$HOME',
  '-rf',
  '',
  ' ',
  'x'.repeat(300),
  '\u{1f600}'.repeat(90),
];

const TEXTS = ['Do it.', 'A {{v}} text', 'x', '**bold** `code`', 'two\nlines'];
const EXPRESSIONS = [
  'beads.a.outcome == "done"',
  'beads["b"].outputs.list',
  'beads.a.outputs["x"] > 3 && !(env.HOME == "")',
  'vars.v == "x"',
  '[1, 2, 3]',
  '[{"id": "x"}].map(i, i.id)',
  'beads.c.outcome == "failde"',
  'file.exists("x/y")',
  'file.exists("../x")',
  'size(beads.a.artifacts) > 0 ? true : false',
  `${'('.repeat(60)}1${')'.repeat(60)}`,
  `[${'[1],'.repeat(600)}]`,
  '"\\ud800" == "\\x1b"',
  '1 / 0 == 9223372036854775807',
  'x.all(y, y.all(z, z))',
  'beads.a-b.outcome',
  '"',
];
const GLOBS = [
  'out/a.txt',
  'out/*.txt',
  '**',
  '**/**/**/**/x',
  'a/**/b/*/c?',
  '{a,b}/{c,d}',
  '{{a,b},{c,{d,e}}}',
  '{a,b}'.repeat(12),
  '[!a-z]*',
  '[z-a]',
  '*'.repeat(60),
  '{,..}/x',
  './/a//./b/',
  'src/',
];
const PATTERNS = [
  '[a-z]+',
  '(a+)+$',
  '(a|a)*b',
  '(?=x)',
  '[',
  '(x{50}){50}',
  '\\p{L}',
  '(?i)x',
  '^x$',
  '\\Q\\E{9}',
];
const REFERENCES = ['pets', 'spec.pets', 'Spec.3.1', 'a.b.c.d.e.f.g', '.', 'errors', '3.1 pets', '# x', '…'];
const DURATIONS = ['30s', '1h30m', '0s', '9999999d', '1.5.5s', '366d', '1e3s'];
const COMMANDS = ['true', 'echo "$GASTOWN_VAR_V"', 'echo {{v}}', 'x\u0000y', 'false'];

const BY_KEY: ReadonlyMap<string, readonly string[]> = new Map([
  ['id', IDS],
  ['requires', IDS],
  ['blocked_by', IDS],
  ['on_failure_of', IDS],
  ['order', IDS],
  ['type', ['convoy', 'workflow', 'expansion', 'string', 'integer', 'shell', 'm']],
  ['use', ['l', 'go/l', '../l', 'm']],
  ['rig', ['default', 'r', 's']],
  ['agent', ['m', 'shell', 'n']],
  ['when', EXPRESSIONS],
  ['in', EXPRESSIONS],
  ['for_each', EXPRESSIONS],
  ['run', COMMANDS],
  ['check', COMMANDS],
  ['checks', COMMANDS],
  ['setup', COMMANDS],
  ['command', ['program', '/bin/x', 'a/b']],
  ['artifacts', GLOBS],
  ['timeout', DURATIONS],
  ['pattern', PATTERNS],
  ['root', ['.', 'out', '..', '/']],
  ['env', ['HOME', 'PATH', '1x']],
  ['directory', ['beads', '.', '..', 'nowhere']],
  ['webhook', ['https://example.org/x', 'http://u:p@h', 'javascript:1']],
  ['webhook_secret', ['env:SECRET', 'secret']],
  ['status', ['done', 'ready', 'Completed']],
  ['spec', ['docs/spec.md', 'spec.md', '../spec.md']],
  ['from_spec', REFERENCES],
  ['name', ['Name', ...TEXTS]],
]);

/** A word that may stand under this key, or one that may not. */
export function word(key: string, tape: Tape): string {
  if (tape.rarely(12)) return hostile(tape);
  return tape.one(BY_KEY.get(key) ?? TEXTS);
}

/** Words that nobody should stumble over, one or several. */
export const hostile = (tape: Tape): string =>
  tape.one(HOSTILE) + (tape.rarely(3) ? tape.one(HOSTILE) : '') + (tape.rarely(3) ? tape.one(TEXTS) : '');

/** Names for keys, as people mistype them. */
export function mistyped(key: string, tape: Tape): string {
  const at = tape.below(key.length + 1);
  const [before, after] = [key.slice(0, at), key.slice(at)];
  switch (tape.below(5)) {
    case 0:
      return before + after.slice(1);
    case 1:
      return `${before}x${after}`;
    case 2:
      return `${before}${after.slice(1, 2)}${after.slice(0, 1)}${after.slice(2)}`;
    case 3:
      return key.toUpperCase();
    default:
      return hostile(tape);
  }
}
