/**
 * `gastown add`: hands beads over that the work of a bead has found, or that a person wants below a bead of a live run. Says
 * at once what is wrong with them, and changes nothing then.
 */
import { join, relative, resolve } from 'node:path';
import { MAX_SPAWN_FILE_BYTES } from '../../agents/exchange.ts';
import { admit } from '../../core/additions.ts';
import { type NodeId, nodeId } from '../../core/ids.ts';
import { unreachable } from '../../core/invariant.ts';
import type { Plan } from '../../core/plan.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { neutralise, quote } from '../../diagnostic/neutralise.ts';
import { type History, replay } from '../../engine/history.ts';
import { openReader } from '../../journal/open.ts';
import { ring } from '../../os/doorbell.ts';
import { writeFileAtomic } from '../../os/files.ts';
import { namesLeftIn, readLeftFile } from '../../os/left-file.ts';
import { type AdditionFile, planAdditions } from '../../plan/additions/additions.ts';
import type { Settings } from '../../plan/settings.ts';
import { contentHash } from '../../project/content-hash.ts';
import { loadProject } from '../../project/load-project.ts';
import { projectFiles } from '../../project/project-files.ts';
import { doorbellOf, stateFolderOf } from '../../project/state-folder.ts';
import { type Context, EXIT } from '../context.ts';
import { type DiagnosticsOf, printDiagnostics } from '../diagnostics.ts';
import { type PetitionFlags, petition } from '../petition.ts';
import { print } from '../terminal/console.ts';

export interface AddFlags extends PetitionFlags {
  readonly parent?: string;
}

export async function add(this: Context, flags: AddFlags, ...paths: readonly string[]): Promise<void> {
  const { stdout, stderr, env, cwd } = this.console;
  const { parent } = flags;
  const end = parent === undefined ? handOver(placeIn(env), paths, cwd) : readAll(paths, cwd);
  switch (end.type) {
    case 'handed-over':
      print(stdout, end.lines);
      return;
    case 'read':
      await petition(this, {
        command: 'add',
        flags,
        ...(parent === undefined ? {} : { node: parent }),
        body: (node) => ({ type: 'add', node, files: end.files }),
      });
      return;
    case 'refused':
      print(stderr, [`error: ${neutralise(end.message)}`, `  = hint: ${neutralise(end.hint)}`]);
      this.exit(EXIT.usage);
      return;
    case 'wrong':
      printDiagnostics(this, end.diagnostics, { ...end, json: false });
      this.exit(EXIT.usage);
      return;
    default:
      unreachable(end);
  }
}

type End =
  | { readonly type: 'handed-over'; readonly lines: string[] }
  | { readonly type: 'read'; readonly files: readonly { readonly name: string; readonly text: string }[] }
  | { readonly type: 'refused'; readonly message: string; readonly hint: string }
  | ({ readonly type: 'wrong'; readonly diagnostics: readonly Diagnostic[] } & DiagnosticsOf);

const refused = (message: string, hint: string): End => ({ type: 'refused', message, hint });

/** What a person wants to add; whoever drives the run judges it. */
function readAll(paths: readonly string[], cwd: string): End {
  const files: { name: string; text: string }[] = [];
  for (const name of paths) {
    const left = readLeftFile(resolve(cwd, name), MAX_SPAWN_FILE_BYTES);
    if (left.type === 'none') return refused(`the file ${quote(name)} does not exist`, FILES);
    if (left.type === 'problem') return refused(`the file ${quote(name)} ${left.why}`, FILES);
    files.push({ name, text: left.text });
  }
  return { type: 'read', files };
}

const PLACE =
  'GASTOWN_PROJECT, GASTOWN_RUN and GASTOWN_BEAD are set for the work of a bead; leave them as they are';
const FILES = 'each file describes one bead: [bead] id = "…"';

function handOver(place: Place | undefined, paths: readonly string[], cwd: string): End {
  if (place === undefined)
    return refused(
      'gastown add is called by the work of a bead, or says below which bead it adds: --parent BEAD',
      'the formula has to allow it: allowed = true in [formula.spawn]',
    );
  const { root, folder, bead } = place;
  const files = filesOf(place, paths, cwd);
  if (typeof files === 'string') return refused(files, FILES);
  const opened = openRun(place);
  if (opened.type === 'no-run')
    return refused(`there is no run ${quote(place.run)} in ${quote(root)}`, PLACE);
  if (opened.type === 'no-plan')
    return refused(
      `the plan of bead ${quote(bead)} cannot be read`,
      'gastown validate says what is wrong with it',
    );
  const { plan, settings, history } = opened;
  const parent = history.roster.find(bead);
  const state = history.store.nodes.get(bead);
  if (parent === undefined || state?.spec.kind !== 'bead')
    return refused(`run ${place.run} has no bead ${quote(bead)}`, PLACE);
  const mayRun = plan.formula.spawn?.approval ?? false;
  const addition = planAdditions({
    parent,
    node: state.spec,
    files: files.map(({ file }) => file),
    find: (id) => history.roster.find(id),
    formula: plan.formula,
    settings,
    hash: contentHash,
    documents: projectFiles(root),
    mayRun,
  });
  if (addition.type === 'refused') return { ...addition, type: 'wrong', root };
  const admission = admit(history.store, state, addition.proposal);
  if (admission.type === 'refused')
    return refused(`the beads cannot be added: ${admission.why}`, 'nothing was handed over');
  const given = new Map(files.flatMap(({ file, isNew }) => (isNew ? [[file.path, file.text]] : [])));
  const fresh = addition.proposal.beads.filter(({ file }) => given.has(file));
  for (const { id, file } of fresh) writeFileAtomic(join(folder, fileName(id)), given.get(file) ?? '', 0o600);
  ring(doorbellOf(stateFolderOf(root)));
  const when = mayRun
    ? 'once a person has approved'
    : state.spec.spawns === 'live'
      ? 'now'
      : 'once this work has ended well';
  const what =
    fresh.length === 1 ? '1 bead handed over: it joins' : `${fresh.length} beads handed over: they join`;
  const lines = admission.kept.map((id) => `${neutralise(id)} was begun already, and stays as it is`);
  return { type: 'handed-over', lines: [`${what} the run ${when}`, ...lines] };
}

interface Place {
  readonly folder: string;
  readonly root: string;
  readonly run: string;
  readonly bead: NodeId;
}

/** Where the work that calls is; undefined elsewhere. */
function placeIn(env: Readonly<Record<string, string | undefined>>): Place | undefined {
  const folder = env['GASTOWN_SPAWN_DIR'];
  const [root, run, bead] = [env['GASTOWN_PROJECT'], env['GASTOWN_RUN'], env['GASTOWN_BEAD']];
  if (folder === undefined || root === undefined || run === undefined || bead === undefined) return undefined;
  return { folder, root, run, bead: nodeId(bead) };
}

type OpenedRun =
  | { readonly type: 'run'; readonly plan: Plan; readonly settings: Settings; readonly history: History }
  | { readonly type: 'no-run' }
  | { readonly type: 'no-plan' };

function openRun({ root, run: id }: Place): OpenedRun {
  using reader = openReader(stateFolderOf(root));
  const run = reader?.runs().find((candidate) => candidate.run === id);
  if (reader === undefined || run === undefined) return { type: 'no-run' };
  const { plan, settings } = loadProject({ root, formulaFile: run.formulaFile }, { strict: false });
  return plan === undefined
    ? { type: 'no-plan' }
    : { type: 'run', plan, settings, history: replay(reader, run, plan) };
}

/** What is there already, and what is new; of a bead that is handed over again, the new description counts. */
function filesOf(
  { folder, root }: Place,
  paths: readonly string[],
  cwd: string,
): readonly { readonly file: AdditionFile; readonly isNew: boolean }[] | string {
  const files = new Map<string, { file: AdditionFile; isNew: boolean }>();
  const read = (path: string, isNew: boolean): string | undefined => {
    const left = readLeftFile(path, MAX_SPAWN_FILE_BYTES);
    const name = relative(root, path);
    if (left.type === 'none') return `the file ${quote(name)} does not exist`;
    if (left.type === 'problem') return `the file ${quote(name)} ${left.why}`;
    const key = isNew ? (idIn(left.text) ?? path) : path.slice(folder.length + 1);
    // Two new ones of the same name are a mistake, which is found later.
    files.set(files.get(key)?.isNew === true ? path : key, { file: { name, path, text: left.text }, isNew });
    return undefined;
  };
  const found = namesLeftIn(folder);
  if (found.type === 'none')
    return `the folder ${quote(folder)}, where beads are handed over, does not exist`;
  if (found.type === 'problem')
    return `the folder ${quote(folder)}, where beads are handed over, ${found.why}`;
  for (const name of found.names)
    if (name.endsWith('.toml') && !name.startsWith('.')) {
      const problem = read(join(folder, name), false);
      if (problem !== undefined) return problem;
    }
  for (const path of paths) {
    const problem = read(resolve(cwd, path), true);
    if (problem !== undefined) return problem;
  }
  return [...files.values()];
}

/** The name under which a description of this bead is kept; undefined where its id cannot be seen at a glance. */
function idIn(text: string): string | undefined {
  const id = /^\s*id\s*=\s*["']([^"'\n]+)["']/m.exec(text)?.[1];
  return id === undefined ? undefined : `${id}.toml`;
}

const fileName = (id: string): string => `${id.slice(id.lastIndexOf('/') + 1)}.toml`;
