/** What an attempt's folder is called: one path segment for every id, and no two ids the same one. */
import { type NodeId, nodeId } from '../core/ids.ts';

/** Ids of added beads and of sync points have slashes (`parent/child`, `~sync/0`); no id has a `%`. */
export const attemptName = (node: string, attempt: number): string =>
  `${node.replaceAll('/', '%2F')}.${attempt}`;

/** The node and the number of the attempt whose folder has this name. */
export function attemptNamed(name: string): { readonly node: NodeId; readonly attempt: number } {
  const dot = name.lastIndexOf('.');
  return { node: nodeId(name.slice(0, dot).replaceAll('%2F', '/')), attempt: Number(name.slice(dot + 1)) };
}
