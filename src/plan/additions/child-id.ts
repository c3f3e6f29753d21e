/** Ids of added beads: that of the bead that adds them, a slash, and a segment of their own. */
import { type NodeId, nodeId } from '../../core/ids.ts';
import type { Bead } from '../../core/plan.ts';

/** Longest id with those of its parents, counted as the name of a folder: what every file system takes. */
export const LONGEST_ID = 200;

/** The id of a bead below another one; `segment` is an id. */
export const childId = (parent: Pick<Bead, 'id'>, segment: string): NodeId =>
  nodeId(`${parent.id}/${segment}`);

/** Whether no folder can be named after an id. */
export const isTooLong = (id: NodeId): boolean => id.replaceAll('/', '%2F').length > LONGEST_ID;
