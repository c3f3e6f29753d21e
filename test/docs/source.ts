/** Facts that only the source text holds: numbers in constants, and codes in literals. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './documents.ts';

/** The value of `const NAME = 5 * 60_000;` in a file; undefined when there is none. */
export function numberInSource(file: string, name: string): number | undefined {
  const text = readFileSync(join(root, file), 'utf8');
  const product = new RegExp(`^(?:export )?const ${name} = ([\\d_ *]+);$`, 'm').exec(text)?.[1];
  return product?.split('*').reduce((value, factor) => value * Number(factor.replaceAll('_', '')), 1);
}

/** Every code that a failure of an attempt can carry. */
export function failureCodesInSource(): ReadonlySet<string> {
  const rooms = ['core', 'engine', 'agents', 'rigs', 'verify'];
  const found = new Set<string>();
  for (const room of rooms) {
    for (const file of readdirSync(join(root, 'src', room))) {
      if (file.endsWith('.test.ts')) continue;
      const text = readFileSync(join(root, 'src', room, file), 'utf8');
      for (const [, code = ''] of text.matchAll(/(?:\bcode: |\b(?:failure|infrastructure)\(\s*)'([a-z-]+)'/g))
        found.add(code);
    }
  }
  return found;
}

/** Every comment of the source, in one line each. */
export function commentsInSource(): readonly string[] {
  const files = readdirSync(join(root, 'src'), { encoding: 'utf8', recursive: true });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, 'src', file), 'utf8');
      const found = text.match(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm) ?? [];
      return found.map((comment) => comment.replace(/\n\s*\* ?/g, ' '));
    });
}
