/**
 * A second opinion on one run: told its plan and its events, and nothing that the core makes of them, it says whether each
 * event was allowed. It shares no code with the core, and looks everything up afresh each time.
 *
 * Owns: what it knows of the run. I1 What a commit says is judged before the next one.
 */
import type { Event, RunLimits } from '../../core/events.ts';
import type { NodeId, Step } from '../../core/ids.ts';
import type { NodeSpec } from '../../core/plan.ts';
import { childrenOf, fits, mayGrow, spend } from './bounds.ts';
import { isWanted, type Known, mayPass, maySkip, mayStart } from './requirements.ts';
import { demand } from './violation.ts';

export class Oracle {
  readonly nodes = new Map<NodeId, Known>();
  readonly selections = new Map<string, readonly NodeId[] | 'all'>();
  phase: 'active' | 'paused' | 'halted' | 'aborting' | 'settled' = 'active';
  limits: RunLimits = { parallel: 0, timeoutMs: undefined, rigs: {}, agents: {} };
  /** Nodes with an attempt that has not ended. */
  readonly working = new Set<Known>();
  #lastAt = 0;

  /** One commit. */
  take(events: readonly Event[]): void {
    for (const event of events) {
      demand(event.at >= this.#lastAt, `the date of ${event.type} goes back`);
      this.#lastAt = event.at;
      this.#judge(event);
    }
    for (const node of this.nodes.values()) {
      demand(!node.mustFail, `${node.spec.id} has no attempts left, and does not fail`);
      demand(!node.mustEnd, `the last step of ${node.spec.id} succeeded, and nothing comes of it`);
    }
  }

  known(id: NodeId): Known {
    const node = this.nodes.get(id);
    demand(node !== undefined, `${id} is no node of the run`);
    return node;
  }

  #judge(event: Event): void {
    switch (event.type) {
      case 'run-created':
        this.limits = event.limits;
        return;
      case 'nodes-added':
        for (const spec of event.nodes) this.#add(spec);
        return;
      case 'beads-added':
        this.#grow(event.parent, event.nodes);
        return;
      case 'beads-selected':
        if (event.joins !== true) this.selections.clear();
        this.selections.set(event.terminal ?? '', event.nodes);
        this.#carry();
        return;
      case 'selection-withdrawn':
        demand(this.selections.delete(event.terminal), `${event.terminal} takes back what it never wanted`);
        this.#carry();
        return;
      case 'bead-credited':
        this.#settle(event.node, 'done');
        return;
      case 'condition-judged':
        if (event.verdict === 'error') this.known(event.node).mustFail = true;
        return;
      case 'approved': {
        this.known(event.node).isApproved = true;
        return;
      }
      case 'attempt-started':
        this.#start(event.node, event.attempt);
        return;
      case 'step-succeeded':
        this.#succeed(event.node, event.attempt, event.step);
        return;
      case 'question-asked':
        this.#end(event.node, event.attempt);
        return;
      case 'attempt-cancelled': {
        // Right after its failure: nobody wants another one.
        const node = this.known(event.node);
        if (node.attempt !== undefined) this.#end(event.node, event.attempt);
        else
          demand(
            node.attempts === event.attempt,
            `attempt ${event.attempt} of ${event.node} is not its last`,
          );
        return;
      }
      case 'attempt-failed':
        this.#fail(event);
        return;
      case 'approval-requested': {
        const node = this.known(event.node);
        if (node.attempt !== undefined) this.#end(event.node, node.attempt.number);
        return;
      }
      case 'bead-worked': {
        const node = this.known(event.node);
        if (node.attempt !== undefined) this.#end(event.node, event.attempt);
        node.isWorked = true;
        return;
      }
      case 'bead-done': {
        const node = this.known(event.node);
        demand(node.mustEnd || node.isWorked, `${event.node} is done, and nothing says that its work is`);
        for (const child of childrenOf(this, event.node))
          demand(
            child.stands === 'done' || (child.stands === 'skipped' && child.isExcused),
            `${event.node} is done, and ${child.spec.id} that it added is ${child.stands}`,
          );
        if (node.attempt !== undefined) this.#end(event.node, event.attempt);
        this.#settle(event.node, 'done');
        return;
      }
      case 'bead-failed': {
        const node = this.known(event.node);
        node.standing = event.standing;
        this.#settle(event.node, 'failed');
        return;
      }
      case 'failure-accepted':
        this.known(event.node).standing = 'accepted';
        return;
      case 'bead-skipped': {
        const node = this.known(event.node);
        node.isExcused = event.how !== undefined;
        if (event.how === undefined) maySkip(this, node);
        this.#settle(event.node, 'skipped');
        return;
      }
      case 'bead-cancelled':
        demand(this.phase === 'aborting', `${event.node} is cancelled in a run that is not`);
        this.#leave(this.known(event.node));
        this.#settle(event.node, 'cancelled');
        return;
      case 'bead-reopened': {
        const node = this.known(event.node);
        demand(
          node.stands !== 'done' || (event.afresh === true && node.spec.kind === 'bead'),
          `${event.node} is done, and is opened again`,
        );
        demand(node.attempt === undefined, `${event.node} is in work, and is opened again`);
        Object.assign(node, { stands: 'open', failures: 0, troubles: 0, isApproved: false, mustFail: false });
        if (event.afresh === true) node.isWorked = false;
        return;
      }
      case 'sync-passed':
        mayPass(this, this.known(event.node));
        this.#settle(event.node, 'done');
        return;
      case 'run-paused': {
        demand(this.phase !== 'settled' && this.phase !== 'aborting', `a run that is ${this.phase} pauses`);
        const halts = event.reason.type === 'timeout' || event.reason.type === 'stop';
        demand(this.phase !== 'halted' || halts, 'a halt is weakened');
        this.phase = halts ? 'halted' : 'paused';
        return;
      }
      case 'run-resumed':
        this.phase = 'active';
        this.limits = event.limits;
        return;
      case 'run-aborted':
        this.phase = 'aborting';
        return;
      case 'run-settled':
        this.#over(event.outcome);
        return;
      case 'stop-requested': {
        const { attempt } = this.known(event.node);
        demand(attempt?.number === event.attempt, `${event.node} is stopped, and is not in work`);
        attempt.isStopping = true;
        return;
      }
      case 'delay-ended':
      case 'answered':
      case 'rejected':
        return;
    }
  }

  /** Barriers whose checks run when what is asked for changes stay asked for. */
  #carry(): void {
    for (const node of this.nodes.values()) node.isCarried = node.attempt !== undefined;
  }

  #add(spec: NodeSpec): void {
    demand(!this.nodes.has(spec.id), `${spec.id} joins the run twice`);
    this.nodes.set(spec.id, {
      spec,
      stands: 'open',
      standing: undefined,
      isExcused: false,
      isApproved: false,
      isWorked: false,
      isCarried: false,
      attempts: 0,
      attempt: undefined,
      failures: 0,
      troubles: 0,
      mustFail: false,
      mustEnd: false,
    });
  }

  #grow(parent: NodeId, nodes: readonly (NodeSpec & { kind: 'bead' })[]): void {
    for (const spec of nodes) {
      demand(spec.parent === parent, `${spec.id} joins below a bead that is not its own`);
      const before = this.nodes.get(spec.id);
      demand((before?.attempts ?? 0) === 0, `${spec.id} was started, and is replaced`);
      this.nodes.delete(spec.id);
      this.#add(spec);
    }
    mayGrow(this, parent);
  }

  #start(id: NodeId, number: number): void {
    const node = this.known(id);
    demand(this.phase === 'active', `${id} starts in a run that is ${this.phase}`);
    demand(node.stands === 'open', `${id} is ${node.stands}, and starts`);
    demand(node.attempt === undefined, `${id} is in work, and starts`);
    demand(number === node.attempts + 1, `attempt ${number} of ${id} follows attempt ${node.attempts}`);
    demand(isWanted(this, node), `${id} starts, and nobody asked for it`);
    mayStart(this, node);
    fits(this, node);
    node.attempts = number;
    const steps: readonly Step[] = node.spec.kind === 'bead' ? node.spec.steps : ['verify'];
    node.attempt = { number, steps: [...steps], isStopping: false };
    this.working.add(node);
  }

  #succeed(id: NodeId, number: number, step: Step): void {
    const node = this.known(id);
    demand(node.attempt?.number === number, `a step of ${id} succeeds, and its attempt ${number} is over`);
    demand(node.attempt.steps.shift() === step, `${step} of ${id} succeeds, and it is not its turn`);
    if (node.attempt.steps.length > 0) return;
    if (node.spec.kind === 'sync') this.#end(id, number);
    else node.mustEnd = true;
  }

  #fail({ node: id, attempt, failure, retryAfterMs }: Extract<Event, { type: 'attempt-failed' }>): void {
    const node = this.known(id);
    // What it added was lost, or refused by a person: that is its attempt's failure, though nothing works any more.
    const wasInWork = node.attempt !== undefined;
    if (wasInWork) this.#end(id, attempt);
    spend(node, failure, retryAfterMs);
    node.mustFail ||= retryAfterMs === undefined;
  }

  #end(id: NodeId, number: number): void {
    const node = this.known(id);
    demand(node.attempt?.number === number, `attempt ${number} of ${id} ends, and is not in work`);
    this.#leave(node);
  }

  #leave(node: Known): void {
    node.attempt = undefined;
    node.mustEnd = false;
    this.working.delete(node);
  }

  #settle(id: NodeId, stands: Known['stands']): void {
    const node = this.known(id);
    demand(node.stands !== 'done', `${id} is done, and becomes ${stands}`);
    demand(node.attempt === undefined, `${id} is in work, and becomes ${stands}`);
    node.stands = stands;
    node.mustFail = false;
  }

  #over(outcome: string): void {
    demand(this.phase !== 'settled', 'the run ends twice');
    demand(this.working.size === 0, `the run ends, and ${this.working.size} are in work`);
    const asked = [...this.nodes.values()].filter((node) => isWanted(this, node));
    const bad = asked.filter(
      ({ stands, standing, isExcused }) =>
        stands === 'cancelled' ||
        (stands === 'skipped' && !isExcused) ||
        (stands === 'failed' && standing !== 'handled'),
    );
    if (outcome !== 'aborted')
      demand(
        asked.every(({ stands }) => stands !== 'open'),
        'the run ends, and something is left to do',
      );
    if (outcome === 'done')
      demand(bad.length === 0, `the run is done, and ${bad[0]?.spec.id} is ${bad[0]?.stands}`);
    this.phase = 'settled';
  }
}
