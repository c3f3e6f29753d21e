// Builds dist/: the command line as small chunks that load when they are needed, and the filter that redacts output.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version, dependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const root = new URL('..', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: decodeURIComponent(root),
  entryPoints: { main: 'src/main.ts', index: 'src/index.ts', 'redact-filter': 'src/os/redact-filter.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  define: { __VERSION__: JSON.stringify(version) },
  // The native binary must be found beside its package; everything else is bundled, so that starting reads few files.
  external: Object.keys(dependencies).filter((name) => name.startsWith('@photostructure/')),
  logLevel: 'warning',
});
