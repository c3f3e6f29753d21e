// Writes schemas/*.schema.json from the declarations that read and print these files; --check only compares.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gastown-schemas-'));
let stale = 0;
try {
  const outfile = join(folder, 'schemas.mjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { z } from 'zod';
        import { jsonSchemas } from './src/plan/dialects/json-schemas.ts';
        import { statusDocument } from './src/cli/status-schema.ts';
        export const schemas = new Map([
          ...jsonSchemas(),
          ['status.schema.json', {
            $schema: 'http://json-schema.org/draft-07/schema#',
            title: 'What gastown status --json prints',
            ...z.toJSONSchema(statusDocument, { target: 'draft-7' }),
          }],
        ]);`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const { schemas } = await import(pathToFileURL(outfile).href);
  for (const [name, schema] of schemas) {
    const path = join(root, 'schemas', name);
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    stale += 1;
    if (process.argv.includes('--check')) console.error(`schemas/${name} is out of date: npm run schemas`);
    else {
      writeFileSync(path, text);
      console.log(`wrote schemas/${name}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes('--check') && stale > 0) process.exitCode = 1;
