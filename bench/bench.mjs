// What every part of the benchmark is given: where to work, how to run things, and the table that it writes into.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { layered, writeBeads } from './dag.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const gastown = [process.execPath, join(root, 'bin', 'gastown.js')];
export const node = [process.execPath, '-e', '0'];

export const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const times = (value) => `${value.toFixed(2)} ×`;

/** One run of the benchmark. */
export class Bench {
  /** @param {{ smoke: boolean, isFull: boolean, peers: readonly string[] }} options */
  constructor(options) {
    this.options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'gastown-bench-'));
    this.rows = [];
    this.projects = new Map();
  }

  /** How often what takes long is run: once to see that it works. */
  rounds(many) {
    return this.options.smoke ? 1 : many;
  }

  /** A size, or a small one to see that it works. */
  size(full, small = 200) {
    return this.options.smoke ? Math.min(full, small) : full;
  }

  /** A project with so many no-op beads in layers, 8 at once; made once. Gives its folder. */
  project(count, rich = false) {
    const name = `${rich ? 'rich-' : ''}${count}`;
    const known = this.projects.get(name);
    if (known !== undefined) return known;
    const folder = join(this.folder, name);
    writeBeads(folder, layered(count), 8, rich);
    this.projects.set(name, folder);
    return folder;
  }

  /** Forgets that a project was ever run. */
  fresh(folder) {
    rmSync(join(folder, '.gastown'), { recursive: true, force: true });
  }

  /** One line of the table; `bar` is what we promise, `holds` whether it was kept. */
  report({ what, measured, against = '', difference = '', bar = '', holds }) {
    this.rows.push({ what, measured, against, difference, bar, holds });
    const verdict = holds === undefined ? '    ' : holds ? 'ok  ' : 'MISS';
    console.log(`${verdict} ${what}: ${measured} (${against}; ${difference}; bar ${bar})`);
  }

  /** A line whose promise is a ratio. */
  ratio({ what, measured, against, ratio, bar, holds = true }) {
    this.report({
      what,
      measured,
      against,
      difference: times(ratio),
      bar: `${bar} ×`,
      holds: holds && ratio <= bar,
    });
  }

  /** Runs a program of this folder that is written in TypeScript, and reads the JSON that it prints. */
  async bundled(name, ...args) {
    // Beside the program, where the packages are that it does not bundle.
    const outfile = join(root, 'dist', `bench-${name}.mjs`);
    try {
      await build({
        entryPoints: [join(root, 'bench', `${name}.ts`)],
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node20.19',
        outfile,
        logLevel: 'error',
      });
      const command = ['--max-old-space-size=4096', outfile, ...args];
      const stdio = ['ignore', 'pipe', 'inherit'];
      return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8', stdio }));
    } finally {
      rmSync(outfile, { force: true });
    }
  }

  /** Puts the table into docs/benchmarks.md. */
  write() {
    const file = join(root, 'docs', 'benchmarks.md');
    const verdict = { true: 'holds', false: 'missed', undefined: '' };
    const table = [
      '| what | measured | against | difference | bar | |',
      '|---|---|---|---|---|---|',
      ...this.rows.map(
        ({ what, measured, against, difference, bar, holds }) =>
          `| ${what} | ${measured} | ${against} | ${difference} | ${bar} | ${verdict[String(holds)]} |`,
      ),
    ].join('\n');
    const [processor] = cpus();
    const machine = `${cpus().length} × ${processor?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
    const text = readFileSync(file, 'utf8');
    const between = /(<!-- table -->)[\s\S]*(<!-- \/table -->)/;
    writeFileSync(file, text.replace(between, `$1\n${table}\n\nMachine: ${machine}.\n$2`));
  }

  dispose() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
