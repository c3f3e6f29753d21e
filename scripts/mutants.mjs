// npm run mutants [-- --only <words>] [--sample <n> --seed <text>] [--jobs <n>] [--write]: deliberate mistakes in the source,
// each of which the tests must notice (docs/mutants.md). The program is test/mutants/main.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'gastown-mutants-'));
try {
  const outfile = join(folder, 'main.mjs');
  await build({
    entryPoints: ['test/mutants/main.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'warning',
  });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
