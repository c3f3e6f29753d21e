import { describe, expect, it } from 'vitest';
import { nodeId, syncId } from '../core/ids.ts';
import type { Request } from '../core/input.ts';
import type { NodeSpec } from '../core/plan.ts';
import { bead, Machine } from '../testing/machine.ts';
import { answerMessage, answerRequest } from './control.ts';

const gated = { gate: 'Ship it?' };
const about = (type: 'approve' | 'retry' | 'skip', node: string, by = 'bob'): Request => ({
  type,
  node: nodeId(node),
  by,
});
const reject = (node: string): Request => ({ type: 'reject', node: nodeId(node), by: 'bob', reason: 'no' });
const answer = (node: string): Request => ({ type: 'answer', node: nodeId(node), by: 'bob', answer: 'yes' });

const sync: NodeSpec = {
  kind: 'sync',
  id: syncId(0),
  needs: [{ node: nodeId('a'), on: 'settled' }],
  level: 0,
  quorum: 'all',
  gate: '',
};

/** A machine that something was done with. */
const made = (nodes: readonly NodeSpec[], ...acts: ((machine: Machine) => void)[]): Machine => {
  const machine = new Machine(nodes);
  for (const act of acts) act(machine);
  return machine;
};

const approvedByAnna = (machine: Machine): void => {
  machine.tell(about('approve', 'a', 'anna'));
};

const asks = (machine: Machine): void => {
  const effect = { node: nodeId('a'), attempt: 1, step: 'work' } as const;
  machine.tell({ type: 'step-asked', effect, question: 'Which?' });
};

describe('a request is answered with what will happen, or why not', () => {
  it.each<[string, Machine, Request, 'accepted' | 'refused', string]>([
    [
      'an open gate',
      made([bead('a', [], gated)]),
      about('approve', 'a'),
      'accepted',
      'a is approved: it starts as soon as there is a slot',
    ],
    [
      'a gate in a paused run',
      made([bead('a', [], gated)], (m) => m.tell({ type: 'pause', by: 'anna' })),
      about('approve', 'a'),
      'accepted',
      'a is approved: it starts when the run goes on',
    ],
    [
      'no gate',
      made([bead('a')]),
      about('approve', 'a'),
      'refused',
      'a is not waiting for approval: it is running (attempt 1)',
    ],
    [
      'no gate yet',
      made([bead('a'), bead('b', ['a'], gated)]),
      about('approve', 'b'),
      'refused',
      'b is not waiting for approval: it waits for what it requires',
    ],
    [
      'a gate that somebody approved',
      made([bead('a', [], gated)], approvedByAnna),
      about('approve', 'a'),
      'refused',
      'a was approved by anna already: it is running (attempt 1)',
    ],
    [
      'rejecting what somebody approved',
      made([bead('a', [], gated)], approvedByAnna),
      reject('a'),
      'refused',
      'a was approved by anna already: it is running (attempt 1)',
    ],
    [
      'approving what somebody rejected',
      made([bead('a', [], gated)], (m) => m.tell(reject('a'))),
      about('approve', 'a'),
      'refused',
      'a was rejected by bob already: it failed',
    ],
    [
      'rejecting an open gate',
      made([bead('a', [], gated)]),
      reject('a'),
      'accepted',
      'a is rejected: it counts as failed',
    ],
    [
      'a sync point whose level is open',
      made([bead('a'), sync]),
      about('approve', '~sync/0'),
      'refused',
      'sync/0 is not waiting for approval: its level is not settled',
    ],
    [
      'a sync point',
      made([bead('a'), sync, bead('b', ['a'])], (m) => m.succeed('a')),
      about('approve', '~sync/0'),
      'accepted',
      'sync/0 is approved: the next level may start',
    ],
    [
      'a bead that is not there',
      made([bead('a')]),
      about('approve', 'b'),
      'refused',
      'the run has no bead "b"',
    ],
    [
      'a sync point that is not there',
      made([bead('a')]),
      about('approve', '~sync/7'),
      'refused',
      'the run has no bead "sync/7"',
    ],
    [
      'an open question',
      made([bead('a')], asks),
      answer('a'),
      'accepted',
      'a has its answer: its next attempt starts',
    ],
    ['no question', made([bead('a')]), answer('a'), 'refused', 'a asks nothing: it is running (attempt 1)'],
    [
      'a question that somebody answered',
      made([bead('a')], asks, (m) =>
        m.tell({ type: 'answer', node: nodeId('a'), by: 'anna', answer: 'this' }),
      ),
      answer('a'),
      'refused',
      'anna answered a already: it is running (attempt 2)',
    ],
    [
      'pausing',
      made([bead('a')]),
      { type: 'pause', by: 'bob' },
      'accepted',
      'nothing new starts; what runs (1) is finished first',
    ],
    [
      'pausing twice',
      made([bead('a')], (m) => m.tell({ type: 'pause', by: 'anna' })),
      { type: 'pause', by: 'bob' },
      'refused',
      'the run stands still already: anna asked for it',
    ],
    [
      'pausing what stands still for a failure',
      made([bead('a')], (m) => m.fail('a')),
      { type: 'pause', by: 'bob' },
      'accepted',
      'the run stands still already, and stays so until gastown resume',
    ],
    [
      'going on',
      made([bead('a')], (m) => m.tell({ type: 'pause', by: 'anna' })),
      { type: 'unpause', by: 'bob' },
      'accepted',
      'the run goes on',
    ],
    [
      'going on with what goes on',
      made([bead('a')]),
      { type: 'unpause', by: 'bob' },
      'refused',
      'the run is not paused',
    ],
    [
      'retrying what failed',
      made([bead('a')], (m) => m.fail('a')),
      about('retry', 'a'),
      'accepted',
      'a is tried again, with all its attempts',
    ],
    [
      'retrying what runs',
      made([bead('a')]),
      about('retry', 'a'),
      'refused',
      'a cannot be tried again: it is running (attempt 1)',
    ],
    [
      'retrying what is done',
      made([bead('a'), bead('b')], (m) => m.succeed('a')),
      about('retry', 'a'),
      'refused',
      'a cannot be tried again: it is done',
    ],
    ['skipping what runs', made([bead('a')]), about('skip', 'a'), 'accepted', 'a is stopped, then left out'],
    [
      'skipping what waits',
      made([bead('a'), bead('b', ['a'])]),
      about('skip', 'b'),
      'accepted',
      'b is left out, as if its condition did not hold',
    ],
    [
      'skipping what is done',
      made([bead('a'), bead('b')], (m) => m.succeed('a')),
      about('skip', 'a'),
      'refused',
      'a cannot be left out: it is done',
    ],
    [
      'skipping a sync point',
      made([bead('a'), sync]),
      about('skip', '~sync/0'),
      'refused',
      'sync/0 is no bead, and cannot be left out',
    ],
    [
      'cancelling',
      made([bead('a')]),
      { type: 'cancel', by: 'bob' },
      'accepted',
      'the run is over as soon as what runs (1) is stopped',
    ],
    [
      'cancelling twice',
      made([bead('a')], (m) => m.tell({ type: 'cancel', by: 'anna' })),
      { type: 'cancel', by: 'bob' },
      'refused',
      'the run is being cancelled',
    ],
    [
      'anything about a run that is over',
      made([bead('a')], (m) => m.succeed('a')),
      about('retry', 'a'),
      'refused',
      'run r1 is over (done)',
    ],
  ])('%s', (_, machine, request, type, sentence) => {
    expect(answerRequest(machine.store, request, () => machine.events)).toEqual({ type, sentence });
  });

  it('says yes exactly to what changes something, and then says no', () => {
    const machines = () => [
      made([bead('a', [], gated), bead('b', ['a'])]),
      made([bead('a', [], gated), bead('b', ['a'])], approvedByAnna),
      made([bead('a'), bead('b', ['a'])], asks),
      made([bead('a'), bead('b')], (m) => m.fail('a')),
      made([bead('a'), bead('b')], (m) => m.tell({ type: 'pause', by: 'anna' })),
      made([bead('a'), bead('b')], (m) => m.tell({ type: 'cancel', by: 'anna' })),
      made([bead('a'), bead('b', ['a'])], (m) => m.succeed('a')),
    ];
    const requests: readonly Request[] = [
      about('approve', 'a'),
      reject('a'),
      answer('a'),
      about('retry', 'a'),
      { type: 'unpause', by: 'bob' },
    ];
    for (const at of machines().keys())
      for (const request of requests) {
        const machine = machines()[at];
        if (machine === undefined) throw new Error('a machine');
        const said = answerRequest(machine.store, request, () => machine.events);
        // A retry while everything is being cancelled would do something: that is why it is refused before.
        if (said.type === 'refused' && machine.store.run.phase.phase === 'aborting') continue;
        const events = machine.tell(request);
        expect([request.type, at, said.type, events.length > 0]).toEqual([
          request.type,
          at,
          said.type,
          said.type === 'accepted',
        ]);
        if (said.type === 'accepted')
          expect(answerRequest(machine.store, request, () => machine.events).type).toBe('refused');
      }
  });
});

describe('a message', () => {
  const message = (type: string, body: unknown) => ({ id: 1, type, body, from: 'bob', at: 1 });
  const said = (type: string, body: unknown) =>
    answerMessage(made([bead('a', [], gated)]).store, message(type, body), () => []);

  it('becomes the request of whoever posted it', () => {
    expect(said('request', { type: 'approve', node: 'a', run: 'r1', by: 'somebody else' })).toMatchObject({
      input: { type: 'approve', node: 'a', by: 'bob' },
      reply: { type: 'accepted' },
    });
    expect(said('stop', null)).toMatchObject({ input: { type: 'halt', by: 'bob' } });
  });

  it('for another run changes nothing', () => {
    expect(said('request', { type: 'approve', node: 'a', run: 'r2' })).toEqual({
      input: undefined,
      reply: { type: 'refused', sentence: 'the gastown of this project is working on run r1, not on r2' },
    });
  });

  it.each<[string, string, unknown]>([
    ['of an unknown type', 'dance', {}],
    ['that is no JSON', 'request', undefined],
    ['that is a list', 'request', [{ type: 'pause' }]],
    ['that asks for nothing', 'request', {}],
    ['that asks for something unknown', 'request', { type: 'constructor' }],
    ['that adds beads', 'request', { type: 'add', node: 'a', proposal: { beads: [], nodes: [] } }],
    ['without its bead', 'request', { type: 'approve' }],
    ['whose bead is a number', 'request', { type: 'approve', node: 7 }],
    ['whose bead is too long', 'request', { type: 'approve', node: 'a'.repeat(501) }],
    ['without its reason', 'request', { type: 'reject', node: 'a', reason: '  ' }],
    ['without its answer', 'request', { type: 'answer', node: 'a', answer: {} }],
    ['of a terminal that does not say so itself', 'request', { type: 'select', terminal: 't', nodes: 'all' }],
    ['whose run is no text', 'request', { type: 'pause', run: 1 }],
  ])('%s is refused with a sentence', (_, type, body) => {
    const { input, reply } = said(type, body);
    expect([input, reply.type]).toEqual([undefined, 'refused']);
    expect(reply.sentence).toMatch(/^\S.{10,}/);
  });
});
