import type { RunLimits } from '../core/events.ts';
import type { Settings } from '../plan/settings.ts';

/** How many beads each rig and each agent takes at once, where the settings say so. */
export const namedLimits = ({ rigs, agents }: Settings): Pick<RunLimits, 'rigs' | 'agents'> => ({
  rigs: limitsOf(rigs),
  agents: limitsOf(agents),
});

function limitsOf(
  named: Readonly<Record<string, { readonly parallel: number | undefined }>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, { parallel }]) =>
      parallel === undefined ? [] : [[name, parallel]],
    ),
  );
}
