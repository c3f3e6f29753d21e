/** The bead files of a formula. */
import type { Collector } from '../diagnostic/collector.ts';
import { quote } from '../diagnostic/neutralise.ts';
import { type BeadDraft, readBead } from './dialects/bead-draft.ts';
import type { FormulaDraft } from './dialects/formula-draft.ts';
import { reportFile } from './file-problems.ts';
import type { Completion } from './library/completion.ts';
import type { ProjectFiles } from './load-request.ts';
import { folderOf, joinPath, stemOf } from './path.ts';
import { Source } from './toml/source.ts';
import { readToml } from './toml/toml.ts';

export interface BeadFiles {
  readonly drafts: readonly BeadDraft[];
  /** Ids that files which could not be read would probably have had. */
  readonly broken: ReadonlySet<string>;
  readonly sources: ReadonlyMap<string, string>;
}

const NOTHING: BeadFiles = { drafts: [], broken: new Set(), sources: new Map() };

/** Reads every `*.toml` in the formula's folder of beads, in the order of their names. */
export function readBeadFiles(
  formula: FormulaDraft,
  files: ProjectFiles,
  collector: Collector,
  strict: boolean,
  completion: Completion,
): BeadFiles {
  const written = formula.beadsDirectory;
  const span = formula.source.span(written ?? formula.place);
  const folder = joinPath(folderOf(formula.source.file), written?.value ?? 'beads');
  if (folder === undefined) {
    collector.report(
      'file/outside',
      `the folder of the beads, ${quote(written?.value ?? '')}, lies outside the project`,
      { span },
    );
    return NOTHING;
  }
  const listed = files.list(folder);
  if (listed.type === 'problem') {
    if (listed.problem === 'missing') {
      collector.report('file/missing', `the folder of the beads is missing: ${quote(folder)}`, {
        span,
        hints: [`put the bead files there: ${folder}/<id>.toml`],
      });
    } else {
      reportFile(collector, listed, `the folder of the beads, ${quote(folder)},`, span);
    }
    return NOTHING;
  }
  const names = listed.entries.flatMap(({ name }) =>
    name.endsWith('.toml') && !name.startsWith('.') ? [name] : [],
  );
  if (names.length === 0) {
    collector.report('plan/no-beads', `the formula has no beads: no *.toml in ${quote(folder)}`, { span });
    return NOTHING;
  }
  return readAll(
    names.map((name) => (folder === '' ? name : `${folder}/${name}`)),
    files,
    collector,
    strict,
    completion,
  );
}

function readAll(
  paths: readonly string[],
  files: ProjectFiles,
  collector: Collector,
  strict: boolean,
  completion: Completion,
): BeadFiles {
  const drafts: BeadDraft[] = [];
  const broken = new Set<string>();
  const sources = new Map<string, string>();
  for (const path of paths) {
    const read = files.read(path);
    if (read.type === 'problem') {
      reportFile(collector, read, `bead file ${quote(path)}`, undefined);
      broken.add(stemOf(path));
      continue;
    }
    sources.set(path, read.text);
    const source = new Source(path, read.text);
    const root = readToml(source, collector);
    const draft = root === undefined ? undefined : readBead(root, source, collector, strict, completion);
    if (draft === undefined) broken.add(stemOf(path));
    else drafts.push(draft);
  }
  return { drafts, broken, sources };
}
