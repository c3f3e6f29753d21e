/**
 * Starts attempts while there are slots: the documented order, nothing else, so the same events never give two
 * schedules. Cost: one heap operation per start.
 */
import type { Emit } from './events.ts';
import type { Store } from './store.ts';

/** Starts what may start now; the checks of a sync point first, since a whole level waits for them. */
export function schedule(store: Store, emit: Emit): void {
  const { run } = store;
  for (const id of store.readySyncs) {
    if (run.phase.phase !== 'active' || run.working >= run.limits.parallel) return;
    emit({ type: 'attempt-started', node: id, attempt: store.node(id).attempts + 1 });
  }
  while (run.phase.phase === 'active' && run.working < run.limits.parallel) {
    const bead = store.ready.take(run, (candidate) => {
      const { spec, phase } = store.node(candidate.id);
      // A replaced bead is in the queue twice: only its present definition counts.
      return spec === candidate && phase.phase === 'ready';
    });
    if (bead === undefined) return;
    emit({ type: 'attempt-started', node: bead.id, attempt: store.node(bead.id).attempts + 1 });
  }
}
