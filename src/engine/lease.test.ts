import { describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../ports/journal.ts';
import { bead, Machine } from '../testing/machine.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { claim } from './lease.ts';
import { Terminals } from './terminals.ts';

const self: ProcessIdentity = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 2, startTime: '2' };

/** What comes of asking for a lease that somebody holds. */
function ask(holder: Partial<ProcessIdentity>, isAlive: boolean, steal = false): string {
  const journal = new MemoryJournal();
  journal.acquire({ ...self, pid: 1, startTime: '1', ...holder }, 0, () => true);
  const claimed = claim({ journal, self, now: 1, isAlive: () => isAlive, steal });
  const isOurs = journal.lease()?.holder.pid === self.pid;
  expect(isOurs).toBe(claimed.type === 'held-by-us');
  return claimed.type === 'held-by-us' ? 'ours' : claimed.judged;
}

describe('the lease', () => {
  it('is taken when it is free', () => {
    const claimed = claim({ journal: new MemoryJournal(), self, now: 1, isAlive: () => true, steal: false });
    expect(claimed).toMatchObject({ type: 'held-by-us', lease: { epoch: 1, holder: self, acquiredAt: 1 } });
  });

  it.each<[string, Partial<ProcessIdentity>, boolean, boolean, string]>([
    ['of one that lives stays', {}, true, false, 'alive'],
    ['of one that lives stays whatever a person says', {}, true, true, 'alive'],
    ['of one that is dead is taken', {}, false, false, 'ours'],
    ['of another machine stays, since nothing is known of it', { host: 'i' }, false, false, 'elsewhere'],
    ['of another machine is taken when a person says so', { host: 'i' }, false, true, 'ours'],
    ['of another container stays', { pidNamespace: 'm' }, false, false, 'elsewhere'],
    ['of before a reboot is taken', { bootId: 'a', pidNamespace: 'm' }, false, false, 'ours'],
  ])('%s', (_, holder, isAlive, steal, judged) => {
    expect(ask(holder, isAlive, steal)).toBe(judged);
  });
});

describe('a terminal', () => {
  const name = new Terminals({ self, isAlive: () => false }).own;

  it('is known by its number and its start, on this machine', () => {
    const asked: ProcessIdentity[] = [];
    const terminals = new Terminals({
      self: { ...self, pid: 9, startTime: '9' },
      isAlive: (identity) => asked.push(identity) > 0,
    });
    expect(terminals.isAlive(name)).toBe(true);
    expect(asked).toEqual([self]);
  });

  it('is no company to itself', () => {
    const terminals = new Terminals({ self, isAlive: () => true });
    const { store } = new Machine([bead('a')]);
    store.run.selections.set(terminals.own, 'all');
    store.run.selections.delete('');
    expect(terminals.hasCompany(store)).toBe(false);
    store.run.selections.set('9-9', 'all');
    expect(terminals.hasCompany(store)).toBe(true);
  });

  it('that has no such name is not alive', () => {
    const terminals = new Terminals({ self, isAlive: () => true });
    for (const other of ['', 'anna', '12', '-1', '12345678901-1', 'x2-2'])
      expect(terminals.isAlive(other)).toBe(false);
  });
});
