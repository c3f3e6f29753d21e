/** The program: answers `--version` at once, and loads the command line for everything else. */
import module from 'node:module';

declare const __VERSION__: string;

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
  process.stdout.write(`${__VERSION__}\n`);
} else if (process.platform === 'win32') {
  process.stderr.write('error: gastown does not run on Windows yet; in WSL it does\n');
  process.exitCode = 2;
} else {
  // Newer releases of Node keep what they compiled; the types are those of the oldest one.
  if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
    module.enableCompileCache();
  void import('./cli/main.ts').then(async ({ main }) => {
    process.exitCode = await main(words, __VERSION__);
  });
}
