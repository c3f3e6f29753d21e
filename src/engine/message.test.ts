import { describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../ports/journal.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { dismissStale } from './message.ts';

const self: ProcessIdentity = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };

describe('messages that nobody answered', () => {
  it('keep what outlives the driver that was asked, and dismiss the rest with a sentence', () => {
    const journal = new MemoryJournal();
    const lease = journal.acquire(self, 1, () => true);
    if ('heldBy' in lease) throw new Error('the lease is free');
    const requests = [
      { type: 'approve', node: 'a' },
      { type: 'reject', node: 'a', reason: 'no' },
      { type: 'answer', node: 'a', answer: 'yes' },
      { type: 'retry', node: 'a' },
      { type: 'skip', node: 'a' },
      { type: 'pause' },
      { type: 'unpause' },
      { type: 'cancel' },
      { type: 'nonsense' },
    ];
    const post = (key: string, type: string, body: unknown): void =>
      journal.post({ key, type, body, from: 'anna', at: 1 });
    post('stop', 'stop', null);
    for (const body of requests) post(body.type, 'request', body);
    dismissStale(journal, lease.epoch, journal.inbox());
    expect(journal.inbox().map(({ body }) => body)).toEqual(requests.slice(0, 5));
    for (const key of ['stop', 'pause', 'unpause', 'cancel', 'nonsense'])
      expect(journal.replyTo(key)).toEqual({
        type: 'refused',
        sentence: 'the gastown that was asked is gone; ask again',
      });
  });
});
