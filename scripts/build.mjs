// Builds dist/. The program is CommonJS, one bundle per entry: Node starts those faster than a graph of modules. What the
// source imports with `import()` is an entry of its own, so that a command reads only what it needs; so are the packages of
// `SELDOM`. The library is one ES module.
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** A hash of the sources and of what they are built with. */
function buildOf() {
  const hash = createHash('sha256').update(readFileSync(`${root}package-lock.json`));
  for (const file of readdirSync(`${root}src`, { recursive: true }).sort())
    if (file.endsWith('.ts')) hash.update(`${file}\0`).update(readFileSync(`${root}src/${file}`));
  return hash.digest('hex').slice(0, 16);
}

const defined = { __VERSION__: JSON.stringify(version), __BUILD__: JSON.stringify(buildOf()) };

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Half of the time a small command takes is reading its code.
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  // The native binary must be found beside its package; everything else is bundled, so that starting reads few files.
  external: Object.keys(dependencies).filter((name) => name.startsWith('@photostructure/')),
};

/**
 * Packages that few projects need, or none whose plan is known already, and whose code takes long to compile: read when
 * something of them is used.
 */
const SELDOM = ['re2js', '@marcbachmann/cel-js', 'markdown-it', 'toml-eslint-parser'];
const onlySeldom = new RegExp(`^(${SELDOM.join('|')})$`);

/** `src/cli/commands/run.ts` → `cli-commands-run`. */
const nameOf = (file) => relative(`${root}src`, file).replace(/\.ts$/, '').replaceAll('/', '-');

const fileOf = (name) => `${name.replace(/^@[^/]+\//, '')}.cjs`;

/** Bundles one file, and then everything that it imports when it needs it. */
async function program(file, built = new Set()) {
  built.add(file);
  const later = new Set();
  await build({
    ...common,
    entryPoints: [file],
    outfile: `${into}/${nameOf(file)}.cjs`,
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { ...defined, 'import.meta.url': '__here' },
    banner: { js: "const __here=require('node:url').pathToFileURL(__filename).href;" },
    plugins: [
      {
        name: 'later',
        setup({ onResolve }) {
          onResolve({ filter: /^\..*\.ts$/ }, ({ path, kind, resolveDir }) => {
            if (kind !== 'dynamic-import') return undefined;
            const target = resolve(resolveDir, path);
            later.add(target);
            return { path: `./${nameOf(target)}.cjs`, external: true };
          });
        },
      },
      // In place of the package: an object whose getters read it; where all it exports is a class, one that makes its objects.
      {
        name: 'seldom',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: onlySeldom }, ({ path, kind }) =>
            kind === 'require-call'
              ? { path: `./${fileOf(path)}`, external: true }
              : { path, namespace: 'seldom' },
          );
          onLoad({ filter: onlySeldom, namespace: 'seldom' }, async ({ path }) => {
            const names = Object.keys(await import(path));
            const getters = names.map((name) => `get ${name}() { return require('${path}').${name}; }`);
            const stand = `new Proxy(class {}, { construct: (_, given) => new (require('${path}').default)(...given) })`;
            const exported = names.join() === 'default' ? stand : `{${getters.join()}}`;
            return { resolveDir: root, contents: `module.exports = ${exported};` };
          });
        },
      },
    ],
  });
  await Promise.all(
    [...later].filter((target) => !built.has(target)).map((target) => program(target, built)),
  );
}

// Built beside the old one and then put in its place: a program that is starting finds one or the other.
const into = mkdtempSync(`${root}.dist-`);
await Promise.all([
  program(`${root}src/main.ts`),
  program(`${root}src/os/redact-filter.ts`),
  ...SELDOM.map((name) =>
    build({ ...common, entryPoints: [name], outfile: `${into}/${fileOf(name)}`, format: 'cjs' }),
  ),
  build({ ...common, entryPoints: { index: 'src/index.ts' }, outdir: into, format: 'esm', define: defined }),
]);
rmSync(`${root}dist`, { recursive: true, force: true });
chmodSync(into, 0o755);
renameSync(into, `${root}dist`);
