/** The sections that an added bead refers to, in the documents as they are now. */
import type { ContextRef, Formula } from '../../core/plan.ts';
import { Collector } from '../../diagnostic/collector.ts';
import { ContextDocuments, type Section } from '../context.ts';
import type { ProjectFiles } from '../load-request.ts';
import { Source } from '../toml/source.ts';

/** Where sections are looked for. */
export interface SectionsRequest {
  readonly formula: Formula;
  readonly documents: ProjectFiles;
}

/** The documents of a formula that is loaded. */
export function openDocuments(
  { formula, documents }: SectionsRequest,
  collector: Collector,
): ContextDocuments {
  const context = Object.entries(formula.context).flatMap(([key, path]) =>
    path === undefined ? [] : [{ key, path: { value: path, ...NOWHERE } }],
  );
  return new ContextDocuments({ context, source: new Source(formula.file, '') }, documents, collector);
}

/** References with their places and texts; what is not found has none. */
export function sectionsOf(refs: readonly ContextRef[], request: SectionsRequest): readonly Section[] {
  if (refs.length === 0) return [];
  // That a section is missing is no error; whoever reads the prompt is told.
  const documents = openDocuments(request, new Collector());
  const wishes = refs.map(({ document, ref }) => ({
    document,
    key: NOWHERE,
    refs: [{ value: ref, ...NOWHERE }],
  }));
  return documents.sections({ id: '', source: new Source(request.formula.file, ''), context: wishes });
}

const NOWHERE = { start: 0, end: 0 };
