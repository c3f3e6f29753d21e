/** One session by hand, on virtual time: what it does with what others left, and with what comes while it goes. */
import { describe, expect, it } from 'vitest';
import type { Step } from '../core/ids.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { BeadNode } from '../core/plan.ts';
import type { ProcessIdentity } from '../ports/journal.ts';
import type { Performers } from '../ports/work.ts';
import { FakeWorld, type Fate } from '../testing/fake-world.ts';
import { bead } from '../testing/machine.ts';
import { MemoryDisk, MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { judgedByFate, silentObserver } from '../testing/session-samples.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { OTHER_PLAN } from './join-message.ts';
import type { RunRequest } from './opening.ts';
import { runSession, type SessionEnd, type SessionHandle } from './session.ts';
import type { SessionParts } from './session-parts.ts';

const identity = (pid: number): ProcessIdentity => ({
  host: 'h',
  bootId: 'b',
  pidNamespace: 'n',
  pid,
  startTime: `at ${pid}`,
});
/** The name of a terminal that lives and does nothing but ask. */
const OTHER = '9-at 9';

/** A place where sessions follow each other; everything takes a second, unless `fates` say otherwise. */
class Place {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly journal = new MemoryJournal(this.disk);
  readonly world: FakeWorld;
  #pid = 0;
  #messages = 0;

  constructor(fates: Readonly<Record<string, Fate>> = {}) {
    this.world = new FakeWorld(
      this.clock,
      (key) =>
        Object.entries(fates).find(([text]) => key.includes(text))?.[1] ?? { afterMs: 1000, end: 'succeeds' },
    );
  }

  /** Posts that the other terminal wants these beads, or that somebody asks this; rings nobody. */
  post(type: 'select' | 'request', body: object, nodes: readonly BeadNode[]): string {
    const key = `k${this.#messages++}`;
    const { formula, hash } = this.planOf(nodes);
    const more =
      type === 'select'
        ? { terminal: OTHER, isNew: true, formulaFile: formula.file, planHash: hash }
        : { run: 'r1' };
    this.journal.post({ key, type, body: { ...more, ...body }, from: 'test', at: 1 });
    return key;
  }

  /** A session from its beginning to its end; `killedAfterMs`: it dies instead. */
  async run(
    nodes: readonly BeadNode[],
    options: {
      readonly request?: Partial<RunRequest>;
      readonly parts?: Partial<SessionParts>;
      readonly performers?: Partial<Performers>;
      readonly killedAfterMs?: number;
      readonly onHandle?: (handle: SessionHandle) => void;
    } = {},
  ): Promise<SessionEnd | undefined> {
    const pid = ++this.#pid;
    let isDead = false;
    let end: SessionEnd | undefined;
    let broken: unknown;
    const unlessDead = (call: () => void) => () => {
      if (!isDead) call();
    };
    if (options.killedAfterMs !== undefined)
      this.clock.after(options.killedAfterMs, () => {
        isDead = true;
        this.world.crash();
      });
    runSession(
      {
        journal: this.journal,
        clock: {
          now: () => this.clock.now(),
          soon: (call) => this.clock.soon(unlessDead(call)),
          after: (ms, call) => this.clock.after(ms, unlessDead(call)),
        },
        self: identity(pid),
        isAlive: (one) => one.pid === 9 || one.pid === this.#pid,
        steal: false,
        performers: () => ({ ...this.world.performers(), ...options.performers }),
        folder: () => '/',
        isStillThere: () => true,
        judge: (_plan, _run, node) => judgedByFate(node),
        leavesPeople: false,
        onStall: (_run, { node }) => {
          throw new Error(`the run stalled at ${node}`);
        },
        listen: () => ({ [Symbol.dispose]: () => undefined }),
        ring: () => undefined,
        observer: silentObserver,
        ...options.parts,
      },
      {
        plan: this.planOf(nodes),
        limits: { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {} },
        select: 'all',
        rerun: false,
        waitMs: 0,
        by: 'test',
        ...options.request,
      },
      options.onHandle ?? (() => undefined),
    ).then(
      (found) => {
        end = found;
      },
      (error: unknown) => {
        broken = error;
      },
    );
    expect(await this.clock.run(() => isDead || end !== undefined || broken !== undefined)).toBe('over');
    if (broken !== undefined && !isDead) throw broken;
    return end;
  }

  planOf(nodes: readonly BeadNode[]) {
    return planAround({ nodes, parallel: 3, timeoutMs: undefined, agents: {} });
  }

  began(): string[] {
    return [...this.world.began().keys()];
  }
}

const long: Fate = { afterMs: 60_000, end: 'succeeds' };

describe('a session that comes after another one', () => {
  it('has looked for what its ended attempts left behind, and not for what is adopted', async () => {
    const place = new Place({ long });
    const nodes = [bead('a'), bead('long')];
    const swept: ReadonlyMap<string, Step>[] = [];
    const performers: Partial<Performers> = {
      sweepRun: async (_run, inWork) => {
        swept.push(inWork);
        return [];
      },
    };
    await place.run(nodes, { killedAfterMs: 1500, performers });
    expect(swept, 'there was nobody before').toEqual([]);
    expect(await place.run(nodes, { performers })).toMatchObject({ type: 'ended', standing: 'done' });
    expect(swept).toEqual([new Map([['long.1', 'work']])]);
    await place.run(nodes, { performers, request: { rerun: true, select: [nodeId('a')] } });
    expect(swept, 'its predecessor has looked').toHaveLength(1);
  });

  it('ends the work of a run that it does not go on with', async () => {
    const place = new Place({ long });
    await place.run([bead('long')], { killedAfterMs: 500 });
    expect(place.world.alive()).toEqual(['r1/long/1/work']);
    expect(await place.run([bead('other', [], { priority: 1 })])).toMatchObject({
      type: 'ended',
      standing: 'done',
    });
    expect(place.world.alive()).toEqual([]);
    expect([...place.journal.events(runId('r1'))].at(-1)?.type).toBe('attempt-cancelled');
    expect(place.began()).toEqual(['r1/long/1/work', 'r2/other/1/work']);
  });
});

describe('a session that takes over', () => {
  it('does what it wanted itself, though no driver before has ever heard of it', async () => {
    const place = new Place({ a: long });
    const nodes = [bead('a'), bead('free')];
    await place.run(nodes, { request: { select: [nodeId('a')] }, killedAfterMs: 500 });
    // Somebody drives when it comes, and is dead before it has said a word to him.
    place.journal.acquire(identity(9), 1, () => true);
    let looks = 0;
    const end = await place.run(nodes, {
      request: { select: [nodeId('free')] },
      parts: { isAlive: ({ pid }) => (pid === 9 ? ++looks === 1 : pid === 2) },
    });
    expect(looks).toBeGreaterThan(1);
    expect(end).toMatchObject({ type: 'ended', standing: 'done' });
    expect(place.began()).toEqual(['r1/a/1/work', 'r1/free/1/work']);
  });
});

describe('a message without a ring', () => {
  it('that came while the lease was taken is read before anything else', async () => {
    const place = new Place();
    const nodes = [bead('a'), bead('b', ['a'])];
    let key = '';
    const end = await place.run(nodes, {
      parts: {
        listen: () => {
          key = place.post('request', { type: 'pause' }, nodes);
          return { [Symbol.dispose]: () => undefined };
        },
      },
    });
    expect(end).toMatchObject({ type: 'ended', phase: { phase: 'paused' } });
    expect(place.journal.replyTo(key)?.type).toBe('accepted');
    expect(place.began()).toEqual(['r1/a/1/work']);
  });

  it('that came as the run ended keeps its driver', async () => {
    const place = new Place();
    const nodes = [bead('a'), bead('b')];
    let key: string | undefined;
    const release = place.journal.release.bind(place.journal);
    // Between the last look into the inbox and giving the lease back.
    place.journal.release = (epoch, when) => {
      if (when === 'inbox-empty') key ??= place.post('select', { selection: ['b'] }, nodes);
      return release(epoch, when);
    };
    const end = await place.run(nodes, { request: { select: [nodeId('a')] } });
    expect(end).toMatchObject({ type: 'ended', standing: 'done' });
    expect(place.journal.replyTo(key ?? '')?.type).toBe('accepted');
    expect(place.began()).toEqual(['r1/a/1/work', 'r1/b/1/work']);
    expect(place.journal.lease()).toBeUndefined();
  });

  it('of a terminal that has only just asked keeps alive what it wants', async () => {
    const place = new Place({ long });
    const nodes = [bead('a'), bead('long')];
    const end = await place.run(nodes, {
      onHandle: (handle) =>
        place.clock.after(500, () => {
          place.post('select', { selection: ['long'] }, nodes);
          handle.interrupt('test');
        }),
    });
    expect(end).toEqual({ type: 'interrupted' });
    expect(place.world.alive()).toEqual(['r1/long/1/work']);
  });
});

describe('a wish', () => {
  const nodes = [bead('a', [], { gate: '' }), bead('b')];

  /** What a driver that waits for a person answers to a wish. */
  async function answerTo(body: object): Promise<string | undefined> {
    const place = new Place();
    let key = '';
    await place.run(nodes, {
      request: { select: [nodeId('a')] },
      parts: {
        listen: (onRing) => {
          place.clock.after(100, () => {
            key = place.post('select', body, nodes);
            onRing();
          });
          place.clock.after(500, () => {
            place.post('request', { type: 'pause' }, nodes);
            onRing();
          });
          return { [Symbol.dispose]: () => undefined };
        },
      },
    });
    expect(place.began()).toEqual(place.journal.replyTo(key)?.type === 'accepted' ? ['r1/b/1/work'] : []);
    return place.journal.replyTo(key)?.sentence;
  }

  it('for the same plan joins the run', async () => {
    expect(await answerTo({ selection: ['b'] })).toBe('the run does that, too');
  });

  it.each<[string, object, string]>([
    ['for another plan', { selection: ['b'], planHash: 'other' }, OTHER_PLAN],
    ['for another formula', { selection: ['b'], formulaFile: 'other.toml' }, 'another formula'],
    ['for a bead that does not exist', { selection: ['b', 'nobody'] }, 'no bead nobody'],
    ['of a terminal that is gone', { selection: ['b'], terminal: '7-at 7' }, 'gone'],
    ['of no terminal', { selection: ['b'], terminal: 7 }, 'no selection'],
  ])('%s does not', async (_, body, why) => {
    expect(await answerTo(body)).toContain(why);
  });
});
