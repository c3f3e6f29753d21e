// Other tools that run graphs, each with the same one: what is on the machine, and what npm has for those who ask for it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { name, writeMake, writeNinja } from './dag.mjs';
import { once } from './measure.mjs';

const has = (program) => spawnSync(program, ['--version']).status === 0;

/**
 * Functions that run a graph once from scratch, 8 at once, by the name of the tool. `asked`: those of wireit, turbo and nx
 * that shall be fetched from npm.
 */
export function peersFor(folder, nodes, asked = []) {
  const peers = {};
  if (has('ninja')) {
    const place = join(folder, 'ninja');
    writeNinja(place, nodes);
    peers.ninja = () => {
      rmSync(join(place, '.ninja_log'), { force: true });
      return once(['ninja', '-j8', '--quiet'], { cwd: place });
    };
  }
  if (has('make')) {
    const place = join(folder, 'make');
    writeMake(place, nodes);
    peers.make = () => once(['make', '-s', '-j8'], { cwd: place });
  }
  for (const tool of asked) peers[tool] = FROM_NPM[tool](join(folder, tool), nodes);
  return peers;
}

const json = (file, value) => writeFileSync(file, JSON.stringify(value));
function install(place, ...packages) {
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], { cwd: place });
}
const forget = (place, ...folders) => {
  for (const folder of folders) rmSync(join(place, folder), { recursive: true, force: true });
};

/** One package for each node, which depends on those it requires. */
function writePackages(place, nodes, scripts) {
  for (const [index, requires] of nodes.entries()) {
    const folder = join(place, 'packages', name(index));
    mkdirSync(folder, { recursive: true });
    json(join(folder, 'package.json'), {
      name: name(index),
      version: '1.0.0',
      scripts,
      dependencies: Object.fromEntries(requires.map((at) => [name(at), '1.0.0'])),
    });
  }
}

const FROM_NPM = {
  wireit(place, nodes) {
    mkdirSync(place, { recursive: true });
    const names = nodes.map((_, index) => name(index));
    json(join(place, 'package.json'), {
      name: 'bench',
      private: true,
      scripts: Object.fromEntries(['all', ...names].map((script) => [script, 'wireit'])),
      wireit: {
        all: { dependencies: names },
        ...Object.fromEntries(
          nodes.map((requires, index) => [
            name(index),
            { command: 'true', dependencies: requires.map(name) },
          ]),
        ),
      },
    });
    install(place, 'wireit');
    return () => {
      forget(place, '.wireit');
      return once(['npm', 'run', '--silent', 'all'], { cwd: place, env: { WIREIT_PARALLEL: '8' } });
    };
  },
  turbo(place, nodes) {
    mkdirSync(place, { recursive: true });
    json(join(place, 'package.json'), {
      name: 'bench',
      private: true,
      workspaces: ['packages/*'],
      packageManager: `npm@${execFileSync('npm', ['--version'], { encoding: 'utf8' }).trim()}`,
    });
    json(join(place, 'turbo.json'), { tasks: { noop: { dependsOn: ['^noop'], outputs: [] } } });
    writePackages(place, nodes, { noop: 'true' });
    install(place, 'turbo');
    return () => {
      forget(place, '.turbo', 'node_modules/.cache');
      const command = ['node_modules/.bin/turbo', 'run', 'noop', '--concurrency=8', '--force', '--no-daemon'];
      return once(command, { cwd: place, env: { TURBO_TELEMETRY_DISABLED: '1' } });
    };
  },
  nx(place, nodes) {
    mkdirSync(place, { recursive: true });
    json(join(place, 'package.json'), { name: 'bench', private: true });
    json(join(place, 'nx.json'), { parallel: 8, targetDefaults: { noop: { dependsOn: ['^noop'] } } });
    for (const [index, requires] of nodes.entries()) {
      const folder = join(place, 'packages', name(index));
      mkdirSync(folder, { recursive: true });
      json(join(folder, 'project.json'), {
        name: name(index),
        implicitDependencies: requires.map(name),
        targets: { noop: { command: 'true' } },
      });
    }
    install(place, 'nx');
    return () => {
      forget(place, '.nx');
      const command = ['node_modules/.bin/nx', 'run-many', '-t', 'noop', '--skip-nx-cache'];
      return once(command, { cwd: place, env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', CI: 'true' } });
    };
  },
};
