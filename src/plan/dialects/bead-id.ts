/** Ids of beads, and names of rigs and agents: one path segment, so that they can name folders and branches. */
import { type NodeId, nodeId } from '../../core/ids.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether outside text may serve as an id or a name. */
export const isId = (text: string): boolean => ID.test(text) && !text.includes('..');

/** Mints an id; undefined when the text may not be one. */
export const beadId = (text: string): NodeId | undefined => (isId(text) ? nodeId(text) : undefined);

/** Why text may not be an id, for a sentence that begins with "an id". */
export function idProblem(text: string): string {
  if (text === '') return 'must not be empty';
  if (text.length > 128) return 'may have 128 characters';
  if (text.includes('/') || text.includes('\\')) return 'must be one segment, without slashes';
  if (text.includes('..')) return 'must not contain ".."';
  if (!/^[A-Za-z0-9]/.test(text)) return 'must begin with a letter or a digit';
  return 'may contain only letters, digits, ".", "_" and "-"';
}
