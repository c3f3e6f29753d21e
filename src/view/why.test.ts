import { describe, expect, it } from 'vitest';
import { nodeId, syncId } from '../core/ids.ts';
import type { BeadNode, NodeSpec } from '../core/plan.ts';
import { bead, Machine } from '../testing/machine.ts';
import { why } from './why.ts';
import type { WhyFacts } from './why-sentence.ts';

const explain = (machine: Machine, id: string, more: Partial<WhyFacts> = {}) =>
  why(machine.store, nodeId(id), {
    driver: 'alive',
    pause: machine.store.run.phase.phase === 'paused' ? 'somebody asked for it' : undefined,
    now: machine.now,
    name: (node) => node.replace('~', ''),
    ...more,
  });

/** The chain as text, what is said of the run, and what to type. */
const said = (machine: Machine, id: string, more: Partial<WhyFacts> = {}): string[] => {
  const { chain, run, commands } = explain(machine, id, more);
  return [
    ...chain.map(({ node, sentence }) => `${node} ${sentence}`),
    ...(run === undefined ? [] : [run]),
    ...commands.map((command) => `> ${command}`),
  ];
};

const made = (nodes: readonly NodeSpec[], ...acts: ((machine: Machine) => void)[]): Machine => {
  const machine = new Machine(nodes);
  for (const act of acts) act(machine);
  return machine;
};
const asks = (machine: Machine): void => {
  const effect = { node: nodeId('a'), attempt: 1, step: 'work' } as const;
  machine.tell({ type: 'step-asked', effect, question: 'Which one?' });
};
const judged = (verdict: 'holds' | 'fails') => (machine: Machine) => {
  machine.tell({ type: 'condition-judged', node: nodeId('a'), verdict, message: undefined });
};
const skips: Partial<BeadNode> = { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' } };
const twice: Partial<BeadNode> = { policy: { retries: 1, timeoutMs: undefined, onFailure: 'pause' } };
const sync = (more: { readonly gate?: string } = {}): NodeSpec => ({
  kind: 'sync',
  id: syncId(0),
  needs: [{ node: nodeId('a'), on: 'settled' }],
  level: 0,
  quorum: 'all',
  ...more,
});
const afterSync = bead('b', ['a'], {
  needs: [
    { node: nodeId('a'), on: 'succeeded' },
    { node: syncId(0), on: 'settled' },
  ],
  level: 1,
});

describe('why', () => {
  it.each<[string, () => string[], string[]]>([
    [
      'it runs',
      () =>
        said(
          made([bead('a')], (m) => (m.now += 4000)),
          'a',
        ),
      ['a attempt 1 is running (work) for 4.0s'],
    ],
    [
      'it is done',
      () =>
        said(
          made([bead('a'), bead('b')], (m) => m.succeed('a')),
          'a',
        ),
      ['a is done'],
    ],
    [
      'what it requires runs',
      () => said(made([bead('a'), bead('b', ['a'])]), 'b'),
      ['b waits for a', 'a attempt 1 is running (work) for 0.0s'],
    ],
    [
      'several requirements are open',
      () => said(made([bead('a'), bead('b'), bead('d'), bead('c', ['a', 'b', 'd'])]), 'c'),
      ['c waits for a and 2 others', 'a attempt 1 is running (work) for 0.0s'],
    ],
    [
      'a requirement failed, and the run stands still for it',
      () =>
        said(
          made([bead('a'), bead('b', ['a'])], (m) => m.fail('a')),
          'b',
        ),
      [
        'b waits for a',
        'a failed: exit 1',
        'the run is paused: somebody asked for it',
        '> gastown logs a',
        '> gastown retry a',
        '> gastown resume',
      ],
    ],
    [
      'it could start, but the run stands still for another one',
      () =>
        said(
          made(
            [bead('a'), bead('b', ['c']), bead('c')].toSorted((x, y) => x.needs.length - y.needs.length),
            (m) => m.fail('a'),
            (m) => m.succeed('c'),
          ),
          'b',
        ),
      [
        'b could start, but the run is paused',
        'a failed: exit 1',
        'the run is paused: somebody asked for it',
        '> gastown logs a',
        '> gastown retry a',
        '> gastown resume',
      ],
    ],
    [
      'it was skipped for another one',
      () =>
        said(
          made([bead('a', [], skips), bead('b', ['a']), bead('c', ['b']), bead('d')], (m) => m.fail('a')),
          'c',
        ),
      [
        'c was skipped because a did not succeed',
        'a failed: exit 1',
        '> gastown logs a',
        '> gastown retry a',
      ],
    ],
    [
      'its gate is shut',
      () => said(made([bead('a', [], { gate: 'Ship it?' })]), 'a'),
      ['a waits for approval: Ship it?', '> gastown approve a'],
    ],
    [
      'a sync point before it waits for approval',
      () =>
        said(
          made([bead('a'), sync({ gate: '' }), afterSync], (m) => m.succeed('a')),
          'b',
        ),
      ['b waits for sync/0', 'sync/0 waits for approval', '> gastown approve sync/0'],
    ],
    [
      'a sync point before it waits for its level',
      () => said(made([bead('a'), sync(), afterSync]), 'b'),
      ['b waits for a', 'a attempt 1 is running (work) for 0.0s'],
    ],
    [
      'it asks',
      () => said(made([bead('a')], asks), 'a'),
      ['a waits for an answer: Which one?', '> gastown answer a TEXT'],
    ],
    [
      'its retry waits its turn',
      () =>
        said(
          made([bead('a', [], twice)], (m) => m.fail('a')),
          'a',
        ),
      [expect.stringMatching(/^a attempt 1 failed \(exit 1\); the next one starts in \d/)],
    ],
    [
      'all slots are taken',
      () => said(new Machine([bead('a'), bead('b')], { parallel: 1 }), 'b'),
      ['b waits for a slot: 1 may run at once, now a'],
    ],
    [
      'its agent is busy',
      () => said(new Machine([bead('a'), bead('b')], { agents: { shell: 1 } }), 'b'),
      ['b waits for its agent: shell takes 1 at once, now a'],
    ],
    [
      'its rig is busy',
      () => said(new Machine([bead('a'), bead('b')], { rigs: { default: 1 } }), 'b'),
      ['b waits for its rig: default takes 1 at once, now a'],
    ],
    [
      'another one holds its lock',
      () => said(made([bead('a', [], { locks: ['out.txt'] }), bead('b', [], { locks: ['out.txt'] })]), 'b'),
      ['b waits for a, which holds out.txt', 'a attempt 1 is running (work) for 0.0s'],
    ],
    [
      'a person paused the run',
      () =>
        said(
          made(
            [bead('a'), bead('b', ['a'])],
            (m) => m.tell({ type: 'pause', by: 'anna' }),
            (m) => m.succeed('a'),
          ),
          'b',
        ),
      [
        'b could start, but the run is paused',
        'the run is paused: somebody asked for it',
        '> gastown resume',
      ],
    ],
    [
      'nobody drives',
      () => said(made([bead('a'), bead('b', ['a'])]), 'b', { driver: 'gone' }),
      [
        'b waits for a',
        'a attempt 1 was at work (work) when its gastown went',
        'nobody drives the run',
        '> gastown resume',
      ],
    ],
    [
      'its gate is shut and nobody drives',
      () => said(made([bead('a', [], { gate: '' })]), 'a', { driver: 'none' }),
      ['a waits for approval', 'nobody drives the run', '> gastown approve a', '> gastown resume'],
    ],
    [
      'nobody asked for it',
      () => said(new Machine([bead('a'), bead('b', ['a'])], {}, ['b']), 'b'),
      ['b waits for a', 'a is waiting, and no terminal has asked for it', '> gastown run --bead a'],
    ],
    [
      'its condition does not hold',
      () => said(made([bead('a', [], { condition: '1 > 2' }), bead('b')], judged('fails')), 'a'),
      ['a was not taken: its condition does not hold: 1 > 2'],
    ],
    [
      'its condition is to be judged',
      () => said(made([bead('a', [], { condition: 'true' })]), 'a'),
      ['a its requirements are done, and its condition is judged next'],
    ],
    [
      'a person left it out',
      () =>
        said(
          made([bead('a', [], { gate: '' }), bead('b')], (m) =>
            m.tell({ type: 'skip', node: nodeId('a'), by: 'anna' }),
          ),
          'a',
        ),
      ['a was left out by a person', '> gastown retry a'],
    ],
    [
      'the run was cancelled',
      () =>
        said(
          made([bead('a', [], { gate: '' })], (m) => m.tell({ type: 'cancel', by: 'anna' })),
          'a',
        ),
      ['a was cancelled with its run', '> gastown run'],
    ],
    [
      'it is being stopped',
      () =>
        said(
          made([bead('a')], (m) => m.tell({ type: 'skip', node: nodeId('a'), by: 'anna' })),
          'a',
        ),
      ['a is being stopped'],
    ],
    [
      'a join needs fewer than all',
      () => said(made([bead('a'), bead('b'), bead('c', ['a', 'b'], { join: { type: 'any' } })]), 'c'),
      [
        'c waits for a and 1 other (0 of the 1 that it needs are done)',
        'a attempt 1 is running (work) for 0.0s',
      ],
    ],
  ])('%s', (_, answer, expected) => {
    expect(answer()).toEqual(expected);
  });

  it('leads to who needs a person rather than to who works', () => {
    const machine = made([bead('a'), bead('b', [], { gate: '' }), bead('c', ['a', 'b'])]);
    expect(said(machine, 'c')).toEqual([
      'c waits for b and 1 other',
      'b waits for approval',
      '> gastown approve b',
    ]);
  });

  it('shortens a long chain in the middle, however long it is', () => {
    const nodes = Array.from({ length: 20_000 }, (_, at) => bead(`b${at}`, at === 0 ? [] : [`b${at - 1}`]));
    const { chain, left } = explain(new Machine(nodes), 'b19999');
    expect(chain.map(({ node }) => node)).toEqual([
      ...['b19999', 'b19998', 'b19997', 'b19996', 'b19995'],
      ...['b4', 'b3', 'b2', 'b1', 'b0'],
    ]);
    expect(left).toEqual({ after: 5, count: 19_990 });
  });
});
