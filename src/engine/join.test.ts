/** One terminal that follows a run, by hand: what it says to which driver, and when it has seen enough. */
import { describe, expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { Store } from '../core/store.ts';
import type { Reply, RunHeader } from '../ports/journal.ts';
import { bead } from '../testing/machine.ts';
import { MemoryDisk, MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { identity } from '../testing/session-samples.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { replay } from './history.ts';
import { type FollowEnd, Follower } from './join.ts';
import type { RunRequest } from './opening.ts';
import { accepted, refused } from './reply.ts';
import { Wish } from './wish.ts';

const plan = planAround({
  nodes: [bead('a'), bead('b', ['a']), bead('free')],
  parallel: 3,
  timeoutMs: undefined,
  agents: {},
});
const limits = { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {} };
const header: RunHeader = {
  run: runId('r1'),
  formula: 'f',
  formulaFile: plan.formula.file,
  planHash: plan.hash,
  createdAt: 1,
};

/** A follower `9-9` of a run that drivers made by hand drive, of whom only the last one lives. */
class Scene {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly journal = new MemoryJournal(this.disk);
  readonly interruption = new AbortController();
  end: FollowEnd | undefined;
  #epoch = 0;
  #driver = 0;

  /** Another driver has the lease. */
  drive(): void {
    const lease = this.journal.acquire(identity(++this.#driver), 1, () => true);
    if ('heldBy' in lease) throw new Error('everybody before is gone');
    this.#epoch = lease.epoch;
  }

  /** The run begins, with what its driver wants. */
  begin(select: readonly string[] | 'all'): void {
    this.drive();
    this.journal.createRun(this.#epoch, header);
    this.tell({
      type: 'create',
      run: header.run,
      planHash: plan.hash,
      seed: 1,
      limits,
      nodes: plan.nodes,
      credits: [],
      select: select === 'all' ? 'all' : select.map(nodeId),
      terminal: '1-1',
    });
  }

  /** What the driver decides on is stored. */
  tell(input: Input): void {
    const { store, chronicle } = replay(this.journal, header, plan);
    const events = decide(store, input, this.clock.now());
    for (const event of events) chronicle.note(event);
    this.journal.append(this.#epoch, header.run, events, chronicle.project(store, store.takeChanged()));
  }

  /** The driver answers the last message. */
  answer(reply: Reply): void {
    this.journal.handled(this.#epoch, this.disk.messages.length, reply);
  }

  follow(select: readonly string[], more: Partial<RunRequest> = {}): void {
    const request = {
      plan,
      limits,
      select: select.map(nodeId),
      rerun: false,
      waitMs: 1000,
      by: 'test',
      ...more,
    };
    const wish = new Wish(
      { terminal: '9-9', waitMs: request.waitMs, onWait: () => undefined },
      select.map(nodeId),
    );
    void new Follower({
      journal: this.journal,
      clock: this.clock,
      request,
      wish,
      holds: ({ holder }) => holder.pid === this.#driver,
      ring: () => undefined,
      onJoined: () => undefined,
      onFollowed: () => undefined,
      interruption: this.interruption.signal,
    })
      .follow()
      .then((end) => {
        this.end = end;
      });
  }

  /** Lets time pass. */
  async pass(ms = 1000): Promise<void> {
    const until = this.clock.now() + ms;
    this.clock.after(ms, () => undefined);
    await this.clock.run(() => this.end !== undefined || this.clock.now() >= until);
  }

  said(): unknown[] {
    return this.disk.messages.map(({ type, body }) => {
      const { selection, isNew } = body as { selection?: unknown; isNew?: unknown };
      return type === 'select' ? [selection, isNew] : type;
    });
  }

  store(): Store {
    return replay(this.journal, header, plan).store;
  }
}

const joins = (nodes: readonly string[]): Input => ({
  type: 'select',
  terminal: '9-9',
  nodes: nodes.map(nodeId),
});
const effect = (node: string) => ({ node: nodeId(node), attempt: 1, step: 'work' }) as const;

describe('a follower', () => {
  it('says what it wants to every driver anew, until the run holds it', async () => {
    const scene = new Scene();
    scene.begin(['a']);
    scene.follow(['free']);
    await scene.pass();
    expect(scene.said(), 'once').toEqual([[['free'], true]]);
    scene.drive();
    await scene.pass();
    expect(scene.said()).toEqual([
      [['free'], true],
      [['free'], true],
    ]);
    scene.tell(joins(['free']));
    await scene.pass();
    scene.drive();
    await scene.pass();
    expect(scene.said().at(-1), 'to be taken on, not to be tried again').toEqual([['free'], false]);
    scene.tell({ type: 'step-succeeded', effect: effect('free'), report: null });
    await scene.pass();
    expect(scene.end).toMatchObject({ type: 'ended', standing: 'done' });
  });

  it('says another time what is left of its wish', async () => {
    const scene = new Scene();
    scene.begin(['free']);
    scene.follow(['b', 'free']);
    await scene.pass(100);
    scene.tell(joins(['b', 'free']));
    await scene.pass(3000);
    expect(scene.said()).toEqual([
      [['b', 'free'], true],
      [['free'], false],
    ]);
    expect(new Set(scene.disk.messages.map(({ key }) => key)).size).toBe(2);
  });

  it('ends with what a driver refuses', async () => {
    const scene = new Scene();
    scene.begin(['a']);
    scene.follow(['free']);
    await scene.pass();
    scene.answer(refused('not now'));
    await scene.pass();
    expect(scene.end).toMatchObject({ type: 'refused', why: 'not now' });
  });

  it('goes when the driver knows that it does', async () => {
    const scene = new Scene();
    scene.begin(['a']);
    scene.follow(['free']);
    await scene.pass();
    scene.interruption.abort();
    await scene.pass();
    expect([scene.said().at(-1), scene.end]).toEqual(['withdraw', undefined]);
    scene.answer(accepted('the run does without it'));
    await scene.pass();
    expect(scene.end).toEqual({ type: 'interrupted' });
  });

  it('goes at once when nobody drives', async () => {
    const scene = new Scene();
    scene.begin(['a']);
    scene.follow(['free']);
    await scene.pass();
    scene.journal.release(1);
    scene.interruption.abort();
    await scene.pass();
    expect(scene.end).toEqual({ type: 'interrupted' });
  });

  it('sees a run that is being cancelled to its end', async () => {
    const scene = new Scene();
    scene.begin('all');
    scene.follow(['b']);
    await scene.pass();
    scene.tell(joins(['b']));
    await scene.pass();
    scene.tell({ type: 'cancel', by: 'anna' });
    await scene.pass();
    expect([scene.store().node(nodeId('b')).phase.phase, scene.end]).toEqual(['cancelled', undefined]);
    for (const node of ['a', 'free']) scene.tell({ type: 'step-stopped', effect: effect(node) });
    await scene.pass();
    expect(scene.end).toMatchObject({ type: 'ended', standing: 'failed', phase: { outcome: 'aborted' } });
  });

  it('leaves the run to be driven when nobody does', async () => {
    const scene = new Scene();
    scene.begin(['a']);
    scene.follow(['free']);
    await scene.pass();
    scene.journal.release(1);
    await scene.pass();
    expect(scene.end).toEqual({ type: 'vacant' });
  });
});
