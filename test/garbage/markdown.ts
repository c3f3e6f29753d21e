/** Context documents: headings of every kind among everything that could look like one. */
import type { Tape } from './tape.ts';
import { hostile } from './words.ts';

const TITLES = [
  'Spec',
  'Pets',
  '3.1 Pets',
  'Errors',
  '`code` & *more*',
  '[a](b)',
  '<b>',
  '\\# x',
  '&amp;',
  '![',
  '',
  'e\u0301',
];

export function markdown(tape: Tape): string {
  const parts = tape.many(12, () => block(tape));
  return tape.rarely(6)
    ? `${tape.one(['---', '+++', '---\r'])}\ntitle: x\n# x\n${parts.join('')}`
    : parts.join('');
}

function block(tape: Tape): string {
  const title = tape.rarely(6) ? hostile(tape) : tape.one(TITLES);
  const end = tape.one(['\n', '\n\n', '\r\n', '\r', '']);
  switch (tape.below(9)) {
    case 0:
    case 1:
      return `${'#'.repeat(1 + tape.below(8))} ${title}${tape.rarely(4) ? ' ##' : ''}${end}`;
    case 2:
      return `${title}\n${tape.one(['===', '---', '- - -', '=', ' ==='])}${end}`;
    case 3:
      return `${tape.one(['```', '~~~', '````'])}\n# ${title}${end}${tape.one(['```', '~~~', ''])}${end}`;
    case 4:
      return `${tape.one(['> ', '- ', '1. ', '    ', '\t', '> - 1. > '])}# ${title}${end}`;
    case 5:
      return `${tape.one(['<!--', '<div>', '<?', '<![CDATA[', '<script>'])}\n# ${title}${end}${tape.one(['-->', '</div>', ''])}${end}`;
    case 6:
      return `${title}${end}`;
    case 7:
      return `# ${tape
        .one(['[', '*', '_', '`', '<', '![](', '&', '\\', '[a](', '<a '])
        .repeat(1 + tape.below(200))}${end}`;
    default:
      return `[${title}]: ${hostile(tape)}${end}`;
  }
}
