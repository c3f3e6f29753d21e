import { neutralise } from '../diagnostic/neutralise.ts';

/** Why a selection cannot run: beads with the requirements that neither are done nor selected. */
export const unmetLines = (requirements: ReadonlyMap<string, readonly string[]>): string[] => [
  ...[...requirements].map(
    ([bead, missing]) =>
      `error: bead "${neutralise(bead)}" requires what is not done: ${missing.map(neutralise).join(', ')}`,
  ),
  '  = hint: --with-deps runs what it requires, too',
];
