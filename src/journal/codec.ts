/**
 * Events as text and back. Each stored event carries the version of its type; older ones are upcast on reading,
 * step by step, so that the machine only ever meets the present shape.
 */
import type { Event, EventType } from '../core/events.ts';
import { invariant } from '../core/invariant.ts';
import { isRecord } from './rows.ts';

/** The fields of a stored event. */
type StoredEvent = Readonly<Record<string, unknown>>;
/** Turns an event of one version into the next version. */
export type Upcast = (event: StoredEvent) => StoredEvent;
/** Per type, the steps from version 1 to the present one; the present version is their number + 1. */
export type Upcasts = Readonly<Record<string, readonly Upcast[]>>;

/** Every type this version knows; total, so a new type cannot be forgotten here. */
export const UPCASTS: Readonly<Record<EventType, readonly Upcast[]>> = {
  'run-created': [],
  'nodes-added': [],
  'beads-added': [],
  'selection-withdrawn': [],
  'condition-judged': [],
  'approval-requested': [],
  approved: [],
  rejected: [],
  'question-asked': [],
  answered: [],
  'bead-worked': [],
  'bead-credited': [],
  'beads-selected': [],
  'attempt-started': [],
  'step-succeeded': [],
  'attempt-failed': [],
  'stop-requested': [],
  'attempt-cancelled': [],
  'bead-done': [],
  'bead-failed': [],
  'failure-accepted': [],
  'bead-skipped': [],
  'bead-cancelled': [],
  'bead-reopened': [],
  'sync-passed': [],
  'run-paused': [],
  'run-resumed': [],
  'run-aborted': [],
  'run-settled': [],
  'delay-ended': [],
};

/** What reading a stored event can come to, besides the event. */
export class UndecodableEvent extends Error {
  override readonly name = 'UndecodableEvent';
  /** `newer`: a type or version that this program does not know. `damaged`: not an event at all. */
  readonly reason: 'newer' | 'damaged';
  constructor(reason: UndecodableEvent['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The text of one event: `[version, event]`. Fields that are undefined are left out. */
export function encodeEvent(event: Event, upcasts: Upcasts = UPCASTS): string {
  invariant(Number.isFinite(event.at), `event ${event.type} has no date`);
  const steps = upcasts[event.type];
  invariant(steps !== undefined, `event type ${event.type} is not in the table of upcasts`);
  return `[${steps.length + 1},${JSON.stringify(event)}]`;
}

/** Reads many events at once, `texts` joined by commas; throws {@link UndecodableEvent}. */
export function decodeEvents(texts: string, upcasts: Upcasts = UPCASTS): readonly Event[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(`[${texts}]`);
  } catch {
    throw new UndecodableEvent('damaged', 'an event is not valid JSON');
  }
  invariant(Array.isArray(parsed), 'brackets make an array');
  return parsed.map((stored: unknown) => decodeStored(stored, upcasts));
}

function decodeStored(stored: unknown, upcasts: Upcasts): Event {
  if (!Array.isArray(stored)) throw new UndecodableEvent('damaged', 'an event has no version');
  const [version, body]: unknown[] = stored;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new UndecodableEvent('damaged', 'an event has no version');
  }
  if (!isRecord(body) || typeof body['type'] !== 'string') {
    throw new UndecodableEvent('damaged', 'an event has no type');
  }
  if (typeof body['at'] !== 'number') throw new UndecodableEvent('damaged', 'an event has no date');
  const type = body['type'];
  const steps = Object.hasOwn(upcasts, type) ? upcasts[type] : undefined;
  if (steps === undefined) throw new UndecodableEvent('newer', `it holds an event "${type}"`);
  if (version > steps.length + 1) {
    throw new UndecodableEvent('newer', `it holds version ${version} of the event "${type}"`);
  }
  let event: StoredEvent = body;
  for (const step of steps.slice(version - 1)) event = step(event);
  // The journal is ours and was checked when it was written: this is the boundary at which its text gets its type.
  return event as unknown as Event;
}
