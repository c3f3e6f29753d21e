import { describe, expect, it } from 'vitest';
import { nodeId } from '../core/ids.ts';
import type { BeadNode, Need } from '../core/plan.ts';
import { bead, Machine } from '../testing/machine.ts';
import { joinInputs } from './inbox.ts';
import { standingOf, unmetOf } from './selection.ts';
import { type Unmet, Wish } from './wish.ts';

const ids = (...names: readonly string[]) => names.map(nodeId);
const skip = { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' as const } };
const failureOf = (node: string): Need => ({ node: nodeId(node), on: 'failed' });

describe('the standing of a selection', () => {
  it('is open, done or failed by its own beads alone', () => {
    const machine = new Machine([bead('a', [], skip), bead('b'), bead('c')]);
    machine.fail('a');
    machine.succeed('b');
    const standing = (...names: string[]) => standingOf(machine.store, ids(...names));
    expect([standing('b'), standing('a', 'b'), standing('b', 'c'), standing('a', 'c')]).toEqual([
      'done',
      'failed',
      'open',
      'open',
    ]);
  });

  it('is failed where a failure was left to a branch that was left out', () => {
    const branch = bead('branch', [], { needs: [failureOf('a')], condition: 'a question' });
    const machine = new Machine([bead('a'), branch]);
    machine.fail('a');
    machine.tell({ type: 'condition-judged', node: branch.id, verdict: 'fails', message: undefined });
    expect(standingOf(machine.store, 'all')).toBe('failed');
    const handled = new Machine([bead('a', [], skip), bead('branch', [], { needs: [failureOf('a')] })]);
    handled.fail('a');
    handled.succeed('branch');
    expect(standingOf(handled.store, 'all')).toBe('done');
  });
});

describe('what nobody asks for', () => {
  /** `x` and `y` are not asked for; `z` is. */
  const unmet = (
    last: Partial<BeadNode>,
    ...more: readonly BeadNode[]
  ): Record<string, readonly string[]> => {
    const nodes = [bead('x'), bead('y'), bead('z'), bead('b', ['x', 'y', 'z'], last), ...more];
    const selected = ids('z', 'b', ...more.map(({ id }) => id));
    const { store } = new Machine(nodes, {}, selected);
    return Object.fromEntries(unmetOf(store, selected));
  };

  it('keeps what requires all of it from starting', () => {
    expect(unmet({})).toEqual({ b: ['x', 'y'] });
  });

  it('keeps what requires some of it from starting only where there are too few', () => {
    expect(unmet({ join: { type: 'any' } })).toEqual({});
    expect(unmet({ join: { type: 'quorum', atLeast: 1 } })).toEqual({});
    expect(unmet({ join: { type: 'quorum', atLeast: 2 } })).toEqual({ b: ['x', 'y'] });
  });

  it('keeps what requires that from starting, too', () => {
    expect(unmet({}, bead('c', ['b']), bead('d', ['c']))).toEqual({ b: ['x', 'y'], c: [], d: [] });
  });
});

describe('the patience of a wish', () => {
  it('begins anew when somebody asks for what was missing and takes it back', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])], {}, ['b']);
    const waits: string[] = [];
    const onWait = (unmet: Unmet): void => void waits.push([...unmet.keys()].join());
    const wish = new Wish({ terminal: '', waitMs: 1000, onWait }, ids('b'));
    const asked = { type: 'select', terminal: 't2', nodes: ids('a') } as const;
    expect([wish.weigh(machine.store, 0), wish.weigh(machine.store, 999)]).toEqual(['waits', 'waits']);
    machine.tell(asked);
    expect(wish.weigh(machine.store, 2000)).toBe('fine');
    machine.tell({ type: 'withdraw', terminal: 't2' });
    machine.stopped('a');
    expect([wish.weigh(machine.store, 3000), wish.weigh(machine.store, 3999)]).toEqual(['waits', 'waits']);
    expect([wish.weigh(machine.store, 4000), wish.selection]).toEqual(['smaller', []]);
    expect(waits).toEqual(['b', 'b']);
  });
});

describe('a new wish', () => {
  it('gives new attempts to what failed of it, and first to what that requires', () => {
    const machine = new Machine([bead('a', [], skip), bead('b', ['a'], skip), bead('c', [], skip)]);
    machine.fail('a');
    machine.fail('c');
    const told = (selection: readonly string[], isNew: boolean): string[] =>
      joinInputs(machine.store, { terminal: 't', selection: ids(...selection), isNew }, 'test').map(
        (input) => (input.type === 'retry' ? `retry ${input.node}` : input.type),
      );
    expect(told(['a', 'b'], true)).toEqual(['select', 'retry a', 'retry b']);
    expect(told(['a', 'b'], false), 'it was taken on before').toEqual(['select']);
    const alone = new Machine([bead('a', [], skip), bead('b', ['a'])], {}, ['a']);
    alone.fail('a');
    const inputs = joinInputs(alone.store, { terminal: 't', selection: ids('b'), isNew: true }, 'test');
    // Where `b` is skipped while nobody asks for it, it is tried again when somebody does.
    alone.tell({ type: 'resume', by: 'test', limits: alone.limits, select: ids(), reopen: [] });
    expect(inputs[0]?.type).toBe('select');
    const again = joinInputs(alone.store, { terminal: 't', selection: ids('b'), isNew: true }, 'test');
    expect(again[0]).toEqual({ type: 'retry', node: 'a', by: 'test' });
  });
});
