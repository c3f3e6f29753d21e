/** Terminals that share a run: what one of them adds to what the run is asked for, and takes back when it goes. */
import type { Emit } from './events.ts';
import type { Joining } from './input.ts';
import { unreachable } from './invariant.ts';
import { holdsRun } from './state.ts';
import type { Store } from './store.ts';
import { isAskedFor } from './transition.ts';

/** Decides on what a terminal wants. */
export function join(store: Store, input: Joining, emit: Emit): void {
  switch (input.type) {
    case 'select':
      select(store, input, emit);
      return;
    case 'withdraw':
      withdraw(store, input.terminal, emit);
      return;
    default:
      unreachable(input);
  }
}

function select(store: Store, { terminal, nodes }: Extract<Joining, { type: 'select' }>, emit: Emit): void {
  const { run } = store;
  emit({ type: 'beads-selected', terminal, nodes, joins: true });
  if (run.phase.phase === 'settled' && run.unsettled > 0)
    emit({ type: 'run-resumed', by: terminal, limits: run.limits });
  // A failure that would hold the run, had it been asked for when somebody resumed it, gets another try as it would have.
  if (run.phase.phase === 'active')
    for (const node of store.nodes.values())
      if (holdsRun(node)) emit({ type: 'bead-reopened', node: node.spec.id });
}

function withdraw(store: Store, terminal: string, emit: Emit): void {
  if (!store.run.selections.has(terminal)) return;
  emit({ type: 'selection-withdrawn', terminal });
  for (const id of store.inWork) {
    const node = store.node(id);
    const { phase } = node;
    if (phase.phase === 'running' && node.spec.kind === 'bead' && !isAskedFor(store, node))
      emit({ type: 'stop-requested', node: id, attempt: phase.attempt, reason: 'withdrawn' });
  }
}
