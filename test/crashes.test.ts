/**
 * Random plans, run by the real program, which is killed at random moments in every way we know, and resumed until it ends. The
 * judge is an uninterrupted run of the same plan: the same outcome, nothing twice, nothing left behind.
 *
 * GASTOWN_LONG=1: hundreds of cases. GASTOWN_SEED=N: this one alone. A seed determines the plan, the faults and the pauses
 * between them; the kernel decides the rest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft, type Outcome, outcomeOf, troubles } from './support/aftermath.ts';
import { changeHolder, childrenOf, commandsOf, cutPower } from './support/faults.ts';
import { linesOf } from './support/ledger.ts';
import { killIfAlive } from './support/leftovers.ts';
import { type Random, randomFrom } from './support/random.ts';
import { randomProject } from './support/random-project.ts';
import { Sandbox, type Started } from './support/sandbox.ts';
import { leaseOf } from './support/status.ts';

const FAULTS = [
  'the driver',
  'a helper',
  'a helper and what it runs',
  'what a helper runs',
  'everything',
  'the driver while it starts',
  'the driver while it stops',
  'the driver frozen, replaced and woken up',
] as const;
type Fault = (typeof FAULTS)[number];

/** A busy machine takes its time over two dozen beads. */
const PATIENT = { patienceMs: 120_000 };
const CASES_PER_PLAN = 4;
const single = process.env['GASTOWN_SEED'];
const seeds =
  single === undefined
    ? Array.from({ length: process.env['GASTOWN_LONG'] === '1' ? 400 : 24 }, (_, at) => at)
    : [Number(single)];

const planOf = (seed: number): Record<string, string> =>
  randomProject(randomFrom(1 + Math.floor(seed / CASES_PER_PLAN)));

/** Outcomes of uninterrupted runs, by plan. */
const uninterrupted = new Map<number, Promise<Outcome | undefined>>();

function expected(seed: number): Promise<Outcome | undefined> {
  const plan = Math.floor(seed / CASES_PER_PLAN);
  const run = uninterrupted.get(plan) ?? runThrough(planOf(seed));
  uninterrupted.set(plan, run);
  return run;
}

async function runThrough(files: Record<string, string>): Promise<Outcome | undefined> {
  await using sandbox = new Sandbox(files);
  const end = await sandbox.gastown(['run'], PATIENT);
  expect([0, 1], end.stdout + end.stderr).toContain(end.code);
  expect(troubles(sandbox)).toEqual([]);
  await expectNothingLeft(sandbox);
  return outcomeOf(sandbox);
}

/** One run under fire. Owns: who drives now, and what was done to whom. */
class Siege {
  readonly history: string[] = [];
  readonly #sandbox: Sandbox;
  readonly #random: Random;
  /** Beads of which a command was made to fail: the plan forgives each once. */
  readonly harmed = new Set<string>();
  #driver: Started | undefined;

  constructor(sandbox: Sandbox, random: Random) {
    this.#sandbox = sandbox;
    this.#random = random;
  }

  async strike(fault: Fault): Promise<void> {
    if (fault === 'the driver while it starts') {
      await this.#kill(this.#driver);
      this.#driver = this.#start();
      await delay(this.#random(150));
      this.#note(fault);
      await this.#kill(this.#driver);
      return;
    }
    this.#driver ??= this.#start();
    const driver = this.#driver;
    await this.#someProgress(driver);
    if (driver.process.exitCode !== null) return;
    this.#note(fault);
    switch (fault) {
      case 'the driver':
        await this.#kill(driver);
        // Time for what works to end unseen, or none.
        await delay(this.#random(2) * this.#random(600));
        break;
      case 'the driver while it stops':
        driver.process.kill('SIGINT');
        await delay(this.#random(80));
        await this.#kill(driver);
        break;
      case 'everything':
        cutPower(this.#sandbox, driver.process.pid);
        await this.#kill(driver);
        break;
      case 'the driver frozen, replaced and woken up':
        await this.#replace(driver);
        break;
      default:
        this.#harm(fault);
    }
  }

  /** Lets whoever drives go on to its end, and resumes until the run is over. */
  async finish(): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      this.#driver ??= this.#start();
      const { code, stdout, stderr } = await this.#driver.ended;
      this.#driver = undefined;
      this.history.push(`exit code ${code}`);
      expect([0, 1, 3], stdout + stderr).toContain(code);
      if (outcomeOf(this.#sandbox)?.phase === 'settled') return;
    }
    throw new Error('the run never came to its end');
  }

  #note(fault: Fault): void {
    this.history.push(`${fault}, after ${linesOf(this.#sandbox, 'log/ledger').length} lines`);
  }

  #start(): Started {
    // Without a run there is nothing to resume.
    const word = outcomeOf(this.#sandbox) === undefined ? 'run' : 'resume';
    this.history.push(word);
    return this.#sandbox.start([word], PATIENT);
  }

  async #kill(driver: Started | undefined): Promise<void> {
    if (driver === undefined) return;
    driver.process.kill('SIGKILL');
    await driver.ended;
    this.#driver = undefined;
  }

  /** Waits until the beads have written some more, and then for a moment. */
  async #someProgress({ process: driver }: Started): Promise<void> {
    const lines = (): number => linesOf(this.#sandbox, 'log/ledger').length;
    const enough = lines() + this.#random(6);
    await this.#sandbox.until(
      'there is progress',
      () => driver.exitCode !== null || lines() >= enough,
      PATIENT,
    );
    await delay(this.#random(200));
  }

  #harm(fault: Exclude<Fault, 'the driver'>): void {
    const isFatal = fault === 'what a helper runs';
    const commands = commandsOf(this.#sandbox).filter(({ node }) => !isFatal || !this.harmed.has(node));
    const victim = commands[this.#random(Math.max(1, commands.length))];
    if (victim === undefined) return;
    const children = childrenOf(victim.helper);
    this.history.push(`  which was ${victim.record.split('/').slice(-2).join('/')}`);
    if (isFatal) this.harmed.add(victim.node);
    else process.kill(victim.helper.pid, 'SIGKILL');
    if (fault !== 'a helper') for (const pid of isFatal ? children.slice(0, 1) : children) killIfAlive(pid);
  }

  /** As on a machine that was suspended, whose work somebody else was told to take over. */
  async #replace(driver: Started): Promise<void> {
    driver.process.kill('SIGSTOP');
    // Frozen over a commit it locks everybody out; and it may have been done already.
    const isHolder = leaseOf(this.#sandbox)?.holder.pid === driver.process.pid;
    if (!isHolder || !changeHolder(this.#sandbox, { host: 'elsewhere' })) {
      driver.process.kill('SIGCONT');
      return;
    }
    const successor = this.#sandbox.start(['resume', '--steal'], PATIENT);
    const { pid } = successor.process;
    await this.#sandbox.until(
      'the successor drives',
      () => successor.process.exitCode !== null || leaseOf(this.#sandbox)?.holder.pid === pid,
      PATIENT,
    );
    await delay(this.#random(400));
    driver.process.kill('SIGCONT');
    const { code, stdout, stderr } = await driver.ended;
    this.history.push(`the frozen one: ${code} ${stderr.split('\n').at(-3)}`);
    expect([code, stderr], stdout).toEqual([1, expect.stringContaining('has taken over this run')]);
    this.#driver = successor;
  }
}

describe('a run under kill -9', () => {
  it.each(seeds.map((seed) => [seed, FAULTS[seed % FAULTS.length] ?? FAULTS[0]] as const))(
    'seed %i, first of all %s: ends as if nothing had happened',
    async (seed, first) => {
      const wanted = await expected(seed);
      const random = randomFrom((seed + 1) * 7919);
      await using sandbox = new Sandbox(planOf(seed));
      const siege = new Siege(sandbox, random);
      try {
        await siege.strike(first);
        for (let more = random(3); more > 0; more -= 1)
          await siege.strike(FAULTS[random(FAULTS.length)] ?? first);
        await siege.finish();
        expect(troubles(sandbox, siege.harmed)).toEqual([]);
        expect(outcomeOf(sandbox)).toEqual(wanted);
        await expectNothingLeft(sandbox);
      } catch (error) {
        const ledger = linesOf(sandbox, 'log/ledger').join('\n  ');
        console.error(`GASTOWN_SEED=${seed}\n${siege.history.join('\n')}\nledger:\n  ${ledger}`);
        throw error;
      }
    },
    300_000,
  );
});
