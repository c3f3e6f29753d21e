/**
 * Stands in for an AI agent, so that the example runs without one: for the bead named by GASTOWN_BEAD it copies the
 * files that were prepared in work/<bead>/ into the current folder. A real agent would read the same prompt from
 * standard input and write the files itself. Doing it again gives the same files; a kill leaves no file half-written.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const WORK = fileURLToPath(new URL('./work/', import.meta.url));

function fail(message) {
  console.error(`stand-in: ${message}`);
  process.exit(1);
}

function delayMs() {
  const given = process.env.STAND_IN_DELAY_MS ?? '700';
  const ms = Number(given);
  if (given.trim() === '' || !Number.isFinite(ms) || ms < 0) {
    fail(`STAND_IN_DELAY_MS must be a number of milliseconds, not "${printable(given)}"`);
  }
  return ms;
}

/** Text from outside, fit for a terminal. */
function printable(given) {
  return given.replace(/[^\x20-\x7e\xa0-\u200d\u2010-\u2027\u2030-\u2065\u2070-\uffff]/g, '?').slice(0, 120);
}

function copyWhole(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const partial = join(dirname(to), `.${basename(to)}.partial`);
  copyFileSync(from, partial);
  renameSync(partial, to);
}

const bead = process.env.GASTOWN_BEAD ?? '';
const prepared = readdirSync(WORK);
if (!prepared.includes(bead)) {
  fail(`no work is prepared for the bead "${printable(bead)}" in GASTOWN_BEAD; prepared: ${prepared.join(', ')}`);
}

if (process.stdin.isTTY) fail('the prompt belongs on standard input; GasTown puts it there');
const firstLine = (await text(process.stdin)).split('\n').find((line) => line.trim() !== '');
if (firstLine === undefined) fail('the prompt on standard input is empty');

console.log(`I am the example's stand-in for an AI agent: no model is asked, prepared files are copied.`);
console.log(`Prompt received: ${printable(firstLine.trim())}`);

const source = join(WORK, bead);
const files = readdirSync(source, { recursive: true })
  .filter((file) => statSync(join(source, file)).isFile())
  .sort();
const pauseMs = delayMs() / files.length;
for (const file of files) {
  await delay(pauseMs);
  const again = existsSync(file);
  copyWhole(join(source, file), file);
  console.log(`${again ? 'Rewrote' : 'Wrote'} ${file}`);
}
console.log(`Done: ${bead}, ${files.length} ${files.length === 1 ? 'file' : 'files'}.`);
