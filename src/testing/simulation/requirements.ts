/**
 * What a node owes before it may start, be skipped or pass, worked out from the plan and from how its sources stand: the
 * documented rules once more, in other words than the core's.
 */
import type { NodeId, Step } from '../../core/ids.ts';
import type { Need, NodeSpec } from '../../core/plan.ts';
import { demand } from './violation.ts';

/** What the oracle knows of a node. */
export interface Known {
  readonly spec: NodeSpec;
  stands: 'open' | 'done' | 'failed' | 'skipped' | 'cancelled';
  /** Of a failure: who answers for it. */
  standing: 'held' | 'deferred' | 'accepted' | 'handled' | undefined;
  /** Of a skip: nobody failed for it. */
  isExcused: boolean;
  isApproved: boolean;
  /** Its own work is done; what it added may not be. */
  isWorked: boolean;
  /** It was in work when it was last said what is asked for. */
  isCarried: boolean;
  attempts: number;
  /** The one in work, and the steps that it still owes. */
  attempt: { readonly number: number; readonly steps: Step[]; isStopping: boolean } | undefined;
  failures: number;
  troubles: number;
  /** In this commit still: a failure has to follow; an end has to follow. */
  mustFail: boolean;
  mustEnd: boolean;
}

/** A run as far as it is asked here. */
export interface Situation {
  readonly nodes: ReadonlyMap<NodeId, Known>;
  readonly selections: ReadonlyMap<string, readonly NodeId[] | 'all'>;
  known(id: NodeId): Known;
}

/** Some terminal asked for it, for something behind this barrier, or for the bead that added it. */
export function isWanted(run: Situation, { spec, isCarried }: Known): boolean {
  const { selections, nodes } = run;
  if (spec.kind === 'sync' && isCarried) return true;
  for (const wish of selections.values()) {
    if (wish === 'all') return true;
    if (spec.kind === 'sync') {
      if (wish.some((id) => (nodes.get(id)?.spec.level ?? -1) > spec.level)) return true;
    } else if (wish.includes(spec.id)) return true;
  }
  if (spec.kind !== 'bead' || spec.parent === undefined) return false;
  const parent = nodes.get(spec.parent);
  // What was begun is finished, with what it adds.
  return parent !== undefined && (parent.isCarried || isWanted(run, parent));
}

type Standing = 'met' | 'excused' | 'open' | 'lost';

function standingOf(run: Situation, { node: id, on }: Need): Standing {
  const source = run.known(id);
  const { stands, standing } = source;
  switch (on) {
    case 'settled':
      if (stands === 'failed') return standing === 'held' ? 'open' : 'met';
      if (stands !== 'open') return 'met';
      return isWanted(run, source) || source.attempt !== undefined ? 'open' : 'met';
    case 'worked':
      if (source.isWorked && stands === 'open') return 'met';
      break;
    case 'failed':
      if (stands === 'failed') return standing === 'accepted' || standing === 'handled' ? 'met' : 'open';
      if (stands === 'cancelled' || (stands === 'skipped' && !source.isExcused)) return 'lost';
      return stands === 'open' ? 'open' : 'excused';
    case 'succeeded':
      break;
  }
  switch (stands) {
    case 'done':
      return 'met';
    case 'skipped':
      return source.isExcused ? 'excused' : 'lost';
    case 'cancelled':
      return 'lost';
    case 'failed':
      return standing === 'held' || standing === 'deferred' ? 'open' : 'lost';
    case 'open':
      return 'open';
  }
}

const count = (all: readonly Standing[], one: Standing): number => all.filter((each) => each === one).length;

/** Nothing starts before what it requires. */
export function mayStart(run: Situation, { spec, isApproved }: Known): void {
  const { id } = spec;
  for (const need of spec.needs)
    if (need.on === 'settled')
      demand(standingOf(run, need) === 'met', `${id} starts, and ${need.node} before it is not settled`);
  if (spec.kind === 'sync') return;
  demand(spec.gate === undefined || isApproved, `${id} starts, and nobody approved it`);
  const needs = spec.needs.filter(({ on }) => on !== 'settled');
  const stand = needs.map((need) => standingOf(run, need));
  const met = count(stand, 'met');
  const excused = count(stand, 'excused');
  const enough = spec.join.type === 'all' ? needs.length : spec.join.type === 'any' ? 1 : spec.join.atLeast;
  const owed = Math.min(enough, needs.length);
  demand(owed === 0 || (met > 0 && met + excused >= owed), `${id} starts, and ${met} of ${owed} are done`);
  for (const need of needs)
    if (need.on === 'failed' && spec.join.type === 'all')
      demand(standingOf(run, need) === 'met', `${id} starts, and ${need.node} did not fail`);
}

/** Nothing is skipped for a requirement unless one is lost, and with it the join. */
export function maySkip(run: Situation, { spec }: Known): void {
  demand(spec.kind === 'bead', `${spec.id} is no bead, and is skipped`);
  const needs = spec.needs.filter(({ on }) => on !== 'settled');
  const stand = needs.map((need) => standingOf(run, need));
  const lost = count(stand, 'lost');
  demand(lost > 0, `${spec.id} is skipped, and nothing that it requires is lost`);
  if (spec.join.type === 'all') return;
  const enough = spec.join.type === 'any' ? 1 : spec.join.atLeast;
  const hope = count(stand, 'met') + count(stand, 'open');
  demand(hope === 0 || hope + count(stand, 'excused') < enough, `${spec.id} is skipped, and could start`);
}

/** A level passes when all of it is settled, and enough of it is done. */
export function mayPass(run: Situation, { spec, isApproved }: Known): void {
  demand(spec.kind === 'sync', `${spec.id} is no sync point, and passes`);
  for (const need of spec.needs)
    demand(standingOf(run, need) === 'met', `${spec.id} passes, and ${need.node} is not settled`);
  demand(spec.gate === undefined || isApproved, `${spec.id} passes, and nobody approved it`);
  const members = spec.needs
    .map(({ node }) => run.known(node))
    .filter((member) => isWanted(run, member) && !(member.stands === 'skipped' && member.isExcused))
    .filter((member) => !(member.stands === 'failed' && member.standing === 'handled'));
  const done = members.filter(({ stands }) => stands === 'done').length;
  if (spec.quorum === 'majority')
    demand(members.length === 0 || done * 2 > members.length, `${spec.id} passes with ${done}`);
  if (spec.quorum === 'any') demand(members.length === 0 || done > 0, `${spec.id} passes with nothing done`);
}
