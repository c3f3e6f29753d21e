/**
 * The only file that names concrete adapters: what a local run is made of.
 */
import { createHash, randomBytes } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSpawnFiles } from './agents/exchange.ts';
import { HeadlessAgent, resolveCommand } from './agents/headless.ts';
import { ShellAgent } from './agents/shell.ts';
import { promptFor } from './context/prompt.ts';
import { type EffectKey, effectKey, type NodeId, nodeOfEffect } from './core/ids.ts';
import { Bug, invariant } from './core/invariant.ts';
import type { Bead } from './core/plan.ts';
import { judge, type Surroundings } from './engine/judgement.ts';
import type { RunRequest } from './engine/opening.ts';
import { nodeName } from './engine/sentences.ts';
import { runSession, type SessionEnd, type SessionHandle, type SessionObserver } from './engine/session.ts';
import type { Stall } from './engine/stall-watch.ts';
import { standIn } from './engine/stand-in.ts';
import { openJournal } from './journal/open.ts';
import { StatusKeeper } from './journal/status-keeper.ts';
import { systemClock } from './os/clock.ts';
import { listen, ring } from './os/doorbell.ts';
import { abandonedFor, discardFile, ensureDirectory, realDirectory, writeFileAtomic } from './os/files.ts';
import { isSame, ownIdentity } from './os/process-identity.ts';
import { sweepMarkers } from './os/process-tree.ts';
import { kindOf, realPath } from './os/read-files.ts';
import { ShellPool } from './os/shell-pool.ts';
import { entriesOf } from './os/tree-files.ts';
import { planAdditions, refusalText } from './plan/additions/additions.ts';
import { planItems } from './plan/additions/items.ts';
import type { Settings } from './plan/settings.ts';
import type { Journal, RunHeader } from './ports/journal.ts';
import { type Agent, MARKER_VARIABLE, type MarkerOf, type Performers } from './ports/work.ts';
import { contentHash } from './project/content-hash.ts';
import { projectFiles } from './project/project-files.ts';
import { attemptFolder, doorbellOf, stateFolderOf } from './project/state-folder.ts';
import { DirectoryRig, openDirectory, RigProblem } from './rigs/directory.ts';
import { remainsOf, settleStep } from './rigs/settlement.ts';
import { DirectoryVerifier } from './verify/verifier.ts';

/** Between the polite and the firm stop of a program. */
const GRACE_MS = 10_000;

/** What a run on this machine needs. */
export interface LocalRun {
  readonly projectRoot: string;
  readonly settings: Settings;
  readonly request: RunRequest;
  readonly steal: boolean;
  readonly observer: SessionObserver;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the user a sentence that ends nothing. */
  readonly say: (sentence: string) => void;
  readonly onHandle: (handle: SessionHandle & { killNow(): void }) => void;
  /** Pause when only people are waited for. */
  readonly leavesPeople: boolean;
}

/** Runs a plan on this machine; see {@link runSession}. Throws {@link JournalProblem} when state cannot be kept. */
export async function runLocally(local: LocalRun): Promise<SessionEnd> {
  const { projectRoot, request, observer } = local;
  const stateFolder = stateFolderOf(projectRoot);
  using journal = openJournal(stateFolder);
  const bench = makeBench(local, journal, stateFolder);
  await using pool = bench.pool;
  const keeper = new StatusKeeper(stateFolder, journal, systemClock);
  // Whoever waits for people alone has nothing else that would keep this process alive.
  using _awake = stayAwake();
  let drove = false;
  const end = await runSession(
    {
      journal,
      clock: systemClock,
      self: ownIdentity(),
      isAlive: isSame,
      steal: local.steal,
      performers: bench.performers,
      folder: (run, bead, attempt) => {
        const folder = attemptFolder(stateFolder, run.run, bead, attempt);
        ensureDirectory(folder);
        return folder;
      },
      isStillThere: bench.isStillThere,
      judge: ({ formula }, { store, roster }, node) =>
        judge({ formula, store, roster }, surroundingsOf(local), node),
      leavesPeople: local.leavesPeople,
      onStall: (run, stall) => tellStall(stateFolder, run, stall, local.say),
      listen: (onRing) => listen(doorbellOf(stateFolder), onRing),
      ring: () => ring(doorbellOf(stateFolder)),
      observer: {
        opened: (...about) => observer.opened(...about),
        joined: (...about) => observer.joined(...about),
        followed: (...about) => observer.followed(...about),
        waits: (...about) => observer.waits(...about),
        swept: (leftovers) => observer.swept(leftovers),
        committed: (...about) => {
          observer.committed(...about);
          keeper.changed();
          drove = true;
        },
      },
    },
    request,
    (handle) => local.onHandle({ ...handle, killNow: () => pool.killNow() }),
  );
  if (drove && end.type !== 'cut-off') saveStatus(keeper, local.say);
  return end;
}

/** What conditions and templates may look at. */
function surroundingsOf(local: LocalRun): Surroundings {
  const { projectRoot, env, request } = local;
  return {
    env: (name) => env[name],
    fileExists: (path) => {
      const real = realPath(join(projectRoot, path));
      return real?.startsWith(`${projectRoot}/`) === true && kindOf(real) === 'file';
    },
    fromItems: (template, node, items) =>
      planItems({ template, node, items, formula: request.plan.formula, ...planningOf(local) }),
  };
}

function saveStatus(keeper: StatusKeeper, say: (sentence: string) => void): void {
  const problem = keeper.save();
  if (problem !== undefined)
    say(`the snapshot for read-only folders could not be written: ${problem.message}`);
}

/** Answers what was asked of a run that nobody drives, as far as that is possible without driving it; see {@link standIn}. */
export async function standInLocally(
  projectRoot: string,
  journal: Journal,
  run: RunHeader,
  say: (sentence: string) => void,
): Promise<'answered' | 'driven'> {
  const stateFolder = stateFolderOf(projectRoot);
  await using pool = makePool(stateFolder, projectRoot);
  const worker = { pool, projectRoot, marker: markersOf(journal), graceMs: GRACE_MS };
  const settle = settlerOf(worker, stateFolder);
  const answered = await standIn(
    { journal, clock: systemClock, self: ownIdentity(), isAlive: isSame, settle },
    run,
  );
  if (answered === 'answered') saveStatus(new StatusKeeper(stateFolder, journal, systemClock), say);
  return answered;
}

/** The run goes on all the same, also where the dump cannot be kept. */
function tellStall(
  stateFolder: string,
  { run }: RunHeader,
  { node, dump }: Stall,
  say: (sentence: string) => void,
): void {
  const file = join(stateFolder, 'stall.json');
  const text = JSON.stringify({ run, at: systemClock.now(), ...dump }, undefined, 2);
  let where = `with ${file}`;
  try {
    writeFileAtomic(file, `${text}\n`, 0o600);
  } catch (error) {
    where = `(${file} could not be written: ${error instanceof Error ? error.message : String(error)})`;
  }
  say(
    `this is a bug of gastown: ${nodeName(node)} could run, and nothing starts it. Trying again; please report it ${where}`,
  );
}

function stayAwake(): Disposable {
  const timer = setInterval(() => undefined, 60_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const makePool = (stateFolder: string, projectRoot: string): ShellPool =>
  new ShellPool({
    filter: fileURLToPath(new URL('./os-redact-filter.cjs', import.meta.url)),
    prefixes: [stateFolder, projectRoot],
  });

/** `onMade`: told every marker with the effect it belongs to. */
function markersOf(
  journal: Journal,
  onMade: (value: string, key: EffectKey) => void = () => undefined,
): MarkerOf {
  // Asked for only by whoever holds the lease: two terminals that begin at once would make two.
  let secret: string | undefined;
  return (key, command) => {
    secret ??= secretOf(journal);
    const value = createHash('sha256').update(`${secret}\n${key}\n${command}`).digest('hex').slice(0, 32);
    onMade(value, key);
    return value;
  };
}

const settlerOf =
  (worker: Parameters<typeof settleStep>[0], stateFolder: string): Performers['settle'] =>
  (run, node, attempt, step) => {
    const folder = attemptFolder(stateFolder, run, node, attempt);
    ensureDirectory(folder);
    return settleStep(worker, folder, effectKey(run, node, attempt, step), step);
  };

/** What beads that join a run are planned with; context documents are looked at anew. */
const planningOf = ({ projectRoot, settings }: Pick<LocalRun, 'projectRoot' | 'settings'>) => ({
  settings,
  hash: contentHash,
  documents: projectFiles(projectRoot),
});

interface Bench {
  readonly pool: ShellPool;
  readonly performers: (run: RunHeader) => Performers;
  readonly isStillThere: (bead: Bead) => boolean;
}

function makeBench(local: LocalRun, journal: Journal, stateFolder: string): Bench {
  const { projectRoot, settings, env } = local;
  const pool = makePool(stateFolder, projectRoot);
  /** Whose processes a marker finds; forgotten once they were looked for. */
  const owners = new Map<string, NodeId>();
  const marker = markersOf(journal, (value, key) =>
    owners.set(`${MARKER_VARIABLE}=${value}`, nodeOfEffect(key)),
  );
  const rig = new DirectoryRig({
    projectRoot,
    stateFolder,
    pool,
    rigs: settings.rigs,
    userEnv: env,
    marker,
    graceMs: GRACE_MS,
  });
  const verifier = new DirectoryVerifier({ pool, marker, graceMs: GRACE_MS, projectRoot });
  const worker = { pool, projectRoot, marker, graceMs: GRACE_MS };
  const shell = new ShellAgent(worker);
  const headless = new Map<string, Agent>();

  const byOwner = (found: ReadonlyMap<string, number>): { node: NodeId; processes: number }[] =>
    [...found].flatMap(([mark, processes]) => {
      const node = owners.get(mark);
      return node === undefined || processes === 0 ? [] : [{ node, processes }];
    });

  const performers: Performers = {
    rig: (bead) => {
      const found = settings.rigs[bead.rig];
      invariant(found !== undefined, `Rig not found: ${bead.rig}`);
      return { rig, settings: found };
    },
    agent: (bead) => {
      const { agent: name } = bead;
      if (name === 'shell') return { agent: shell, settings: undefined };
      const found = name === undefined ? undefined : settings.agents[name];
      if (found === undefined) throw new Bug(`bead ${bead.id} has no agent`);
      let agent = headless.get(found.name);
      if (agent === undefined) {
        const prompt = promptFor({ projectRoot, settings });
        agent = new HeadlessAgent({ ...worker, agent: found, prompt });
        headless.set(found.name, agent);
      }
      return { agent, settings: found };
    },
    verifier,
    spawned: (attempt, { secretValues }) => readSpawnFiles(attempt, secretValues),
    propose: ({ bead, isByPerson, ...spawn }) => {
      const { formula } = local.request.plan;
      const files = spawn.files.map((file) => ({ ...file, path: relative(projectRoot, file.path) }));
      const mayRun = isByPerson || (formula.spawn?.approval ?? false);
      const addition = planAdditions({
        parent: bead,
        ...spawn,
        files,
        formula,
        mayRun,
        ...planningOf(local),
      });
      return addition.type === 'proposal' ? addition.proposal : refusalText(addition.diagnostics);
    },
    settle: settlerOf(worker, stateFolder),
    sweepRun: async (run, inWork) => {
      const folder = join(stateFolder, 'runs', run);
      const { markers, files } = remainsOf(marker, { folder, run, inWork });
      for (const file of files) discardFile(file);
      for (const { name } of entriesOf(stateFolder))
        if (abandonedFor(name) !== undefined) discardFile(join(stateFolder, name));
      return byOwner(await sweepMarkers(markers));
    },
    sweep: async () => byOwner(await pool.sweepEnded()),
  };
  return {
    pool,
    performers: () => performers,
    isStillThere: (bead) => {
      const folder = settings.rigs[bead.rig];
      const directory = folder === undefined ? undefined : realDirectory(resolve(projectRoot, folder.root));
      return directory !== undefined && verifier.hasArtifacts(bead, directory);
    },
  };
}

/**
 * What is known to be missing before anything is spent, one sentence each: rigs without their folder or secrets, agents
 * without their program. Looks, and runs nothing.
 */
export function preflight(
  local: Pick<LocalRun, 'projectRoot' | 'settings' | 'env'>,
  lanes: Iterable<{ readonly rig: string; readonly agent: string }>,
): string[] {
  const { projectRoot, settings, env } = local;
  const sentences = new Set<string>();
  for (const { rig, agent } of lanes) {
    const rigSettings = settings.rigs[rig];
    const agentSettings = settings.agents[agent];
    if (rigSettings === undefined) continue;
    try {
      const { directory, env: rigEnv } = openDirectory(rigSettings, projectRoot, env);
      if (agentSettings === undefined) continue;
      const path = agentSettings.env['PATH'] ?? rigEnv['PATH'] ?? '';
      const command = resolveCommand(agentSettings, projectRoot, directory, path);
      if (!Array.isArray(command)) sentences.add(command.message);
    } catch (error) {
      if (!(error instanceof RigProblem)) throw error;
      sentences.add(error.message);
    }
  }
  return [...sentences];
}

/** Makes the markers of this project's processes unguessable; kept with the journal, so that a later driver knows them. */
function secretOf(journal: Journal): string {
  const known = journal.setting('marker-secret');
  if (known !== undefined) return known;
  const made = randomBytes(16).toString('hex');
  journal.setSetting('marker-secret', made);
  return made;
}

/** The user's name for the journal. */
export function userName(env: Readonly<Record<string, string | undefined>>): string {
  return env['USER'] || env['LOGNAME'] || `user ${process.getuid?.() ?? 'unknown'}`;
}
