/** `gastown explain`: what is behind the code of a diagnostic. */
import { type Code, codes, isCode } from '../../diagnostic/codes.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import { similar } from '../../plan/similar.ts';

import { type Context, EXIT } from '../context.ts';
import { print } from '../terminal/console.ts';
import { wrapText } from '../terminal/wrap.ts';

export function explain(this: Context, _flags: Readonly<Record<never, never>>, asked?: string): void {
  const { stdout, stderr, paint, columns } = this.console;
  if (asked === undefined) {
    print(stdout, overview(this));
    return;
  }
  const code = bareCode(asked);
  if (isCode(code)) {
    const { severity, title, explanation } = codes[code];
    print(stdout, [
      `${paint(severity === 'error' ? 'failed' : 'problem', `${severity}[${code}]`)}${paint('heading', `: ${title}`)}`,
      '',
      ...wrapText(explanation, Math.min(columns, 100)),
    ]);
    return;
  }
  const near = similar(code, Object.keys(codes)) ?? withSlug(code);
  print(stderr, [
    `error: no diagnostic has the code ${quote(code)}`,
    near === undefined ? '  = hint: gastown explain lists them all' : `  = hint: did you mean ${near}?`,
  ]);
  this.exit(EXIT.usage);
}

/** People copy the code with what stands around it: `error[plan/cycle]:`. */
const bareCode = (asked: string): string => /\[([^\]]*)\]/.exec(asked)?.[1] ?? asked.trim();

/** The code whose last part was given alone. */
function withSlug(slug: string): Code | undefined {
  return allCodes().find((code) => code.endsWith(`/${slug}`));
}

const allCodes = (): Code[] => Object.keys(codes).filter(isCode);

function overview({ console }: Context): string[] {
  const { paint } = console;
  const all = allCodes();
  const width = Math.max(...all.map((code) => code.length));
  let area = '';
  const lines = all.flatMap((code) => {
    const [own = ''] = code.split('/');
    const heading = own === area ? [] : ['', paint('heading', own)];
    area = own;
    return [...heading, `  ${code.padEnd(width)}  ${paint('dim', codes[code].title)}`];
  });
  return [...lines.slice(1), '', 'gastown explain CODE tells more about one of them.'];
}
