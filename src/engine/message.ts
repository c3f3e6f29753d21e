/** What a message of the inbox asks for. Its content is data: whatever is not exactly a request is refused with a sentence. */
import { type NodeId, nodeId } from '../core/ids.ts';
import type { Input, Request } from '../core/input.ts';
import { unreachable } from '../core/invariant.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { InboxMessage, Journal } from '../ports/journal.ts';
import type { SpawnFile } from '../ports/work.ts';
import { refused } from './reply.ts';

/** The requests that a message can hold as they are; beads to be added come as their descriptions. */
export type Posted = Exclude<Request, { type: 'add' }>;

/** Beads that a person wants to add below one of the run. */
export interface Addition {
  readonly type: 'add';
  readonly node: NodeId;
  readonly files: readonly Pick<SpawnFile, 'name' | 'text'>[];
}

/** The body of a message of type `request`; who asks is in the message's `from`. */
export type RequestBody = ((Posted extends infer One ? Omit<One, 'by'> : never) | Addition) & {
  /** The run it is meant for; absent: whichever is driven. */
  readonly run?: string;
};

/** What a message turns out to ask. */
export type Asked =
  | { readonly type: 'halt'; readonly input: Extract<Input, { type: 'halt' }> }
  | { readonly type: 'request'; readonly request: Posted; readonly run: string | undefined }
  | {
      readonly type: 'addition';
      readonly addition: Addition;
      readonly by: string;
      readonly run: string | undefined;
    }
  | { readonly type: 'nothing'; readonly why: string };

/** Ids are short; a reason or an answer may be a page, not a book. */
export const LONGEST_NAME = 500;
const LONGEST_TEXT = 20_000;
const MOST_NODES = 200_000;
const MOST_FILES = 1000;
const LONGEST_FILE = 64 * 1024;

/** Reads a message; never throws. */
export function readMessage({ type, body, from }: InboxMessage): Asked {
  if (type === 'stop') return { type: 'halt', input: { type: 'halt', by: from } };
  if (type !== 'request') return nothing(`this version knows no message of type ${quote(type)}`);
  if (!isRecord(body)) return nothing('the message holds no request');
  const run = body['run'];
  if (run !== undefined && !isText(run, LONGEST_NAME)) return nothing('the message names no run');
  if (body['type'] === 'add') {
    const addition = additionIn(body);
    return typeof addition === 'string' ? nothing(addition) : { type: 'addition', addition, by: from, run };
  }
  const request = requestIn(body, from);
  if (typeof request === 'string') return nothing(request);
  return { type: 'request', request, run };
}

/**
 * What was asked of an earlier driver died with it, where it was about that driver: a run that somebody resumes is not to
 * be stopped for yesterday's wish. An approval or an answer still stands, and is left for the driver to judge; so is what
 * terminals say that follow the run.
 */
export function dismissStale(journal: Journal, epoch: number, stale: readonly InboxMessage[]): void {
  for (const message of stale) {
    if (isJoinMessage(message)) continue;
    const asked = readMessage(message);
    if (asked.type === 'request' && OUTLIVES_DRIVER[asked.request.type]) continue;
    journal.handled(epoch, message.id, refused('the gastown that was asked is gone; ask again'));
  }
}

/** What terminals that follow a run say to its driver (`join-message.ts`). */
export const isJoinMessage = ({ type }: InboxMessage): boolean => type === 'select' || type === 'withdraw';

const OUTLIVES_DRIVER: Readonly<Record<Posted['type'], boolean>> = {
  approve: true,
  reject: true,
  answer: true,
  retry: true,
  skip: true,
  pause: false,
  unpause: false,
  cancel: false,
};

const nothing = (why: string): Asked => ({ type: 'nothing', why });

function requestIn(body: Readonly<Record<string, unknown>>, by: string): Posted | string {
  const { type } = body;
  if (typeof type !== 'string' || !isPosted(type)) return `nobody can ask for ${quote(String(type))}`;
  const text = (key: string, longest: number): string | undefined => {
    const value = body[key];
    return isText(value, longest) ? value : undefined;
  };
  const name = text('node', LONGEST_NAME);
  const node = name === undefined ? undefined : nodeId(name);
  switch (type) {
    case 'pause':
    case 'unpause':
    case 'cancel':
      return { type, by };
    case 'approve':
    case 'retry':
    case 'skip':
      return node === undefined ? without('bead', type) : { type, node, by };
    case 'reject': {
      const reason = text('reason', LONGEST_TEXT);
      if (node === undefined) return without('bead', type);
      return reason === undefined ? without('reason', type) : { type, node, by, reason };
    }
    case 'answer': {
      const answer = text('answer', LONGEST_TEXT);
      if (node === undefined) return without('bead', type);
      return answer === undefined ? without('answer', type) : { type, node, by, answer };
    }
    default:
      return unreachable(type);
  }
}

function additionIn({ node, files }: Readonly<Record<string, unknown>>): Addition | string {
  if (!isText(node, LONGEST_NAME)) return without('bead', 'add');
  if (!Array.isArray(files) || files.length > MOST_FILES) return without('list of descriptions', 'add');
  const read: Addition['files'][number][] = [];
  for (const file of files) {
    if (!isRecord(file) || !isText(file['name'], LONGEST_NAME) || !isText(file['text'], LONGEST_FILE))
      return without('list of descriptions', 'add');
    read.push({ name: file['name'], text: file['text'] });
  }
  return { type: 'add', node: nodeId(node), files: read };
}

const without = (what: string, type: string): string => `the message asks to ${type}, but has no ${what}`;

const isPosted = (type: string): type is Posted['type'] => Object.hasOwn(OUTLIVES_DRIVER, type);

export function nodesIn(value: unknown): readonly NodeId[] | 'all' | undefined {
  if (value === 'all') return value;
  if (!Array.isArray(value) || value.length > MOST_NODES) return undefined;
  const nodes: NodeId[] = [];
  for (const one of value) {
    if (!isText(one, LONGEST_NAME)) return undefined;
    nodes.push(nodeId(one));
  }
  return nodes;
}

export const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
