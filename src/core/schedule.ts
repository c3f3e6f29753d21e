/**
 * Starts attempts while there are slots: the documented order, nothing else, so the same events never give two
 * schedules. Cost: one heap operation per start.
 */
import type { Emit } from './events.ts';
import type { Store } from './store.ts';

/** Starts what may start now. */
export function schedule(store: Store, emit: Emit): void {
  const { run } = store;
  while (run.phase.phase === 'active' && run.working < run.limits.parallel) {
    const bead = store.ready.take(run, (candidate) => store.node(candidate.id).phase.phase === 'ready');
    if (bead === undefined) return;
    emit({ type: 'attempt-started', node: bead.id, attempt: store.node(bead.id).attempts + 1 });
  }
}
