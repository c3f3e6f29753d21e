import { describe, expect, it } from 'vitest';
import type { Event } from '../../core/events.ts';
import { nodeId, syncId } from '../../core/ids.ts';
import { bead } from '../../testing/machine.ts';
import { madeUpWork } from '../../testing/work-samples.ts';
import { makeConsole } from './console.ts';
import { PeopleLines } from './people-lines.ts';
import { RunLines } from './run-lines.ts';

const sink = { write: (): void => undefined };
const console = makeConsole(sink, sink, { LANG: 'C.UTF-8' }, '/');
const a = nodeId('a');
type Undated<E> = E extends Event ? Omit<E, 'at'> : never;

describe('a run tells of', () => {
  it.each<[string, Undated<Event>, string | undefined]>([
    [
      'a condition that does not hold',
      { type: 'bead-skipped', node: a, because: a, how: 'condition' },
      '↷ a  not taken: its condition does not hold',
    ],
    [
      'a branch that is not taken',
      { type: 'bead-skipped', node: a, because: nodeId('b'), how: 'condition' },
      '↷ a  not taken: b was not, or did not fail',
    ],
    [
      'a bead left out',
      { type: 'bead-skipped', node: a, because: a, how: 'person' },
      '↷ a  left out by a person',
    ],
    [
      'a condition that cannot be judged',
      { type: 'condition-judged', node: a, verdict: 'error', message: 'no such key' },
      '✗ a  no such key',
    ],
    [
      'a template that fails',
      {
        type: 'attempt-failed',
        node: a,
        attempt: 0,
        step: 'work',
        failure: { class: 'task', code: 'added-bead', message: '1 of the beads it added did not succeed' },
        retryAfterMs: undefined,
      },
      '✗ a  failed: 1 of the beads it added did not succeed',
    ],
    ['an approval', { type: 'approved', node: syncId(0), by: 'anna' }, '○ sync/0  approved by anna'],
    [
      'a rejection, made safe',
      { type: 'rejected', node: a, by: 'anna', reason: 'no\u001b[2J' },
      '✗ a  rejected by anna: no\\x1b[2J',
    ],
    ['an answer', { type: 'answered', node: a, by: 'anna', answer: 'yes' }, '○ a  answered by anna'],
    [
      'added beads',
      {
        type: 'beads-added',
        parent: a,
        by: { type: 'attempt', attempt: 1 },
        beads: [madeUpWork('a.x')],
        nodes: [bead('a.x')],
      },
      '+ a  added 1 bead',
    ],
    [
      'beads that a person added',
      {
        type: 'beads-added',
        parent: a,
        by: { type: 'person', name: 'anna' },
        beads: [],
        nodes: [bead('a.x'), bead('a.y')],
      },
      '+ a  anna added 2 beads',
    ],
    [
      'own work that is done',
      { type: 'bead-worked', node: a, attempt: 1 },
      '· a  its own work is done; waiting for the beads it added',
    ],
    [
      'a pause that somebody asked for',
      { type: 'run-paused', reason: { type: 'pause', by: 'anna' } },
      '‖ anna paused the run; what runs is finished first',
    ],
    ['a cancellation', { type: 'run-aborted', node: undefined, by: 'anna' }, '⊘ anna cancelled the run'],
    [
      'a bead that is stopped to be left out',
      { type: 'stop-requested', node: a, attempt: 1, reason: 'skip' },
      '‖ a  left out, being stopped',
    ],
    [
      'nothing where a condition holds',
      { type: 'condition-judged', node: a, verdict: 'holds', message: undefined },
      undefined,
    ],
  ])('%s', (_, event, line) => {
    const lines = new RunLines(console, () => 'log');
    expect(lines.line({ ...event, at: 1 } as Event)).toBe(line);
  });
});

describe('what needs a person', () => {
  it('is said once when it begins, and again when it begins again', () => {
    const lines = new PeopleLines(console);
    const gate = { node: a, name: 'a', wants: 'approval', note: 'waits for approval: Ship?' } as const;
    const question = { node: nodeId('b'), name: 'b', wants: 'answer', note: 'asks: Which?' } as const;
    expect(lines.begun({ people: [gate] })).toEqual(['? a  waits for approval: Ship?  (gastown approve a)']);
    expect(lines.begun({ people: [gate, question] })).toEqual(['? b  asks: Which?  (gastown answer b TEXT)']);
    expect(lines.begun({ people: [gate] })).toEqual([]);
    expect(lines.begun({})).toEqual([]);
    expect(lines.begun({ people: [gate] })).toHaveLength(1);
  });
});
