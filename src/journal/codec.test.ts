import { describe, expect, it } from 'vitest';
import type { Event } from '../core/events.ts';
import { nodeId } from '../core/ids.ts';
import { Bug } from '../core/invariant.ts';
import { decodeEvents, encodeEvent, UndecodableEvent, UPCASTS, type Upcasts } from './codec.ts';

const done: Event = { type: 'bead-done', at: 7, node: nodeId('a'), attempt: 2 };
const reasonOf = (texts: string, upcasts: Upcasts = UPCASTS): string => {
  try {
    decodeEvents(texts, upcasts);
  } catch (error) {
    if (error instanceof UndecodableEvent) return error.reason;
    throw error;
  }
  return 'none';
};

describe('codec', () => {
  it('stores the version beside the event', () => {
    expect(encodeEvent(done)).toBe('[1,{"type":"bead-done","at":7,"node":"a","attempt":2}]');
  });

  it('reads many at once, and none', () => {
    expect(decodeEvents(`${encodeEvent(done)},${encodeEvent(done)}`)).toEqual([done, done]);
    expect(decodeEvents('')).toEqual([]);
  });

  it('upcasts an old version step by step, and leaves the present one alone', () => {
    const upcasts: Upcasts = {
      'bead-done': [
        ({ bead, ...rest }) => ({ ...rest, node: bead }),
        (event) => ({ ...event, attempt: Number(event['attempt']) + 1 }),
      ],
    };
    const first = '[1,{"type":"bead-done","at":7,"bead":"a","attempt":1}]';
    const second = '[2,{"type":"bead-done","at":7,"node":"a","attempt":1}]';
    expect(decodeEvents(`${first},${second},${encodeEvent(done, upcasts)}`, upcasts)).toEqual([
      done,
      done,
      done,
    ]);
  });

  it.each([
    ['an unknown type', '[1,{"type":"bead-sang","at":1}]', 'newer'],
    ['a name that every object has', '[1,{"type":"constructor","at":1}]', 'newer'],
    ['an unknown version', '[2,{"type":"bead-done","at":1}]', 'newer'],
    ['no version', '{"type":"bead-done","at":1}', 'damaged'],
    ['version 0', '[0,{"type":"bead-done","at":1}]', 'damaged'],
    ['half a version', '[1.5,{"type":"bead-done","at":1}]', 'damaged'],
    ['no type', '[1,{"at":1}]', 'damaged'],
    ['no event', '[1]', 'damaged'],
    ['a torn text', '[1,{"type":"bead-do', 'damaged'],
  ])('calls %s by its name', (_, texts, reason) => {
    expect(reasonOf(texts)).toBe(reason);
  });

  it('refuses to store what it could not read back', () => {
    expect(() => encodeEvent({ ...done, at: Number.NaN })).toThrow(Bug);
    expect(() => encodeEvent(done, {})).toThrow(Bug);
  });
});
