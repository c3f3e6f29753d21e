/** `gastown approve`, `reject`, `answer`, `pause`, `retry`, `skip`, `cancel`: what people ask of a run. */
import { type Context, EXIT } from '../context.ts';
import { type PetitionFlags, petition } from '../petition.ts';
import { print } from '../terminal/console.ts';

export function approve(this: Context, flags: PetitionFlags, node: string): Promise<void> {
  return petition(this, { command: 'approve', flags, node, body: (id) => ({ type: 'approve', node: id }) });
}

interface RejectFlags extends PetitionFlags {
  readonly reason: string;
}

export function reject(this: Context, flags: RejectFlags, node: string): Promise<void> | void {
  const { reason } = flags;
  if (reason.trim() === '') return sayEmpty(this, 'the reason is empty');
  return petition(this, {
    command: 'reject',
    flags,
    node,
    body: (id) => ({ type: 'reject', node: id, reason }),
  });
}

export function answer(
  this: Context,
  flags: PetitionFlags,
  node: string,
  ...words: readonly string[]
): Promise<void> | void {
  const text = words.join(' ');
  if (text.trim() === '') return sayEmpty(this, 'the answer is empty');
  return petition(this, {
    command: 'answer',
    flags,
    node,
    body: (id) => ({ type: 'answer', node: id, answer: text }),
  });
}

export function retry(this: Context, flags: PetitionFlags, node: string): Promise<void> {
  return petition(this, { command: 'retry', flags, node, body: (id) => ({ type: 'retry', node: id }) });
}

export function skip(this: Context, flags: PetitionFlags, node: string): Promise<void> {
  return petition(this, { command: 'skip', flags, node, body: (id) => ({ type: 'skip', node: id }) });
}

export function pause(this: Context, flags: PetitionFlags): Promise<void> {
  return petition(this, { command: 'pause', flags, body: () => ({ type: 'pause' }) });
}

export function cancel(this: Context, flags: PetitionFlags): Promise<void> {
  return petition(this, { command: 'cancel', flags, body: () => ({ type: 'cancel' }) });
}

/** A person who has to read it later is owed more than nothing. */
function sayEmpty(context: Context, what: string): void {
  print(context.console.stderr, [`error: ${what}`]);
  context.exit(EXIT.usage);
}
