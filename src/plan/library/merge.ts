import type { BeadTable } from '../dialects/bead-schema.ts';
import type { LibraryBead } from './library.ts';

/**
 * A bead over the library bead it uses: every key that the bead writes wins as a whole. Two keys that mean the same count as
 * one; the tables `task`, `acceptance`, `context` and `execution` are no values, so their keys are taken one by one.
 */
export function merged(own: BeadTable, library: LibraryBead['table']): BeadTable {
  const { task, execution } = own;
  const hasArtifacts = own.artifacts !== undefined || task?.artifacts !== undefined;
  return {
    ...library,
    ...own,
    artifacts: hasArtifacts ? own.artifacts : library.artifacts,
    task: over(library.task, task, {
      description: task?.description ?? own.description ?? library.task?.description ?? library.description,
      artifacts: hasArtifacts ? task?.artifacts : library.task?.artifacts,
    }),
    acceptance: over(library.acceptance, own.acceptance, {}),
    context:
      own.context && library.context
        ? new Map([...library.context, ...own.context])
        : (own.context ?? library.context),
    execution: over(library.execution, execution, {
      timeout: execution?.timeout ?? execution?.timeout_minutes ?? library.execution?.timeout,
    }),
  };
}

/** One table over another; `resolved` are the keys that are not simply the upper one's. */
function over<Table extends object>(
  below: Table | undefined,
  above: Table | undefined,
  resolved: Partial<Table>,
): Table | undefined {
  const base = above ?? below;
  return base && { ...below, ...base, ...resolved };
}
