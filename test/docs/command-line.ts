/** What the program's own help says there is, and what documents say about it. */
import { run } from '@stricli/core';
import { makeApplication } from '../../src/cli/app.ts';
import type { Context } from '../../src/cli/context.ts';
import { makeConsole } from '../../src/cli/terminal/console.ts';
import type { Document } from './documents.ts';

/** Flags (`--long`, `-s`) of every command by name, as its help prints them. */
export async function flagsByCommand(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = [...(await helpOf([])).matchAll(/^ {2}([a-z]+) {2,}\S/gm)].flatMap(([, name]) => name ?? []);
  const flags = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const table = /^FLAGS\n((?: .*\n?)*)/m.exec(await helpOf([name]))?.[1] ?? '';
    const words = table
      .split('\n')
      .flatMap((line) => line.slice(0, line.search(/\S {2,}[^-[\s]/) + 1).split(/[\s[\].]+/));
    flags.set(name, new Set(words.filter((word) => /^--?[a-z]/.test(word))));
  }
  return flags;
}

async function helpOf(command: readonly string[]): Promise<string> {
  let text = '';
  const stream = {
    write(data: string | Uint8Array): void {
      text += String(data);
    },
  };
  const context: Context = {
    process: { stdout: stream, stderr: stream },
    console: makeConsole(stream, stream, {}, '/'),
    exit: () => {},
    propose: async () => [],
  };
  await run(makeApplication('0.0.0'), [...command, '--help'], context);
  return text;
}

/** One use of the program in a document: `gastown run --bead x`. */
export interface Usage {
  readonly document: string;
  readonly text: string;
  /** Undefined where only flags of the program itself follow. */
  readonly command: string | undefined;
  readonly flags: readonly string[];
}

/** Finds uses in code spans and in blocks that are shell or have no language. */
export function usagesIn(document: Document): readonly Usage[] {
  const blocks = document.fences.filter(({ info }) => ['', 'sh', 'bash', 'shell', 'console'].includes(info));
  const lines = blocks.flatMap(({ text }) => text.split('\n'));
  return [...document.codeSpans, ...lines].flatMap((text) => {
    const found = /(?:^|[;&|(]|\$ )\s*(?:node \S*)?gastown(?:\.js)? +([^|;&#>)]*)/.exec(text)?.[1];
    if (found === undefined) return [];
    const words = found.trim().split(/\s+/);
    const command = words.find((word) => /^[a-z]+$/.test(word) && word === words[0]);
    if (command === undefined && words[0]?.startsWith('-') !== true) return [];
    const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*$/, ''));
    return [{ document: document.path, text, command, flags }];
  });
}
