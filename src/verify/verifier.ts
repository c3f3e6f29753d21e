/**
 * Verification in a directory rig: artifacts, then checks, then criteria.
 * Owns: the order of checks per folder, the evidence file. Does not own: what a failure costs.
 * I1 In one folder one verification with checks runs at a time: two test runs in one tree would disturb each other.
 *    Other beads' work goes on meanwhile, which the evidence says ("shared tree").
 * I2 Evidence is on disk before the verdict is given.
 * I3 A criterion is verified only by a check that exited 0; what only the worker says is claimed.
 */
import { join, relative, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Failure } from '../core/failure.ts';
import type { EffectKey } from '../core/ids.ts';
import type { Bead, Criterion } from '../core/plan.ts';
import { readLastLine, writeFileAtomic } from '../os/files.ts';
import { redactText } from '../os/redact.ts';
import { bornAt } from '../os/tree-files.ts';
import {
  type Attempt,
  type CriterionVerdict,
  type Evidence,
  INFRASTRUCTURE_STATUS,
  type PreparedRig,
  type StepEnd,
  type Verifier,
} from '../ports/work.ts';
import { type ArtifactFind, findArtifact, searchArtifact } from './artifacts.ts';
import { type CheckEnd, type CheckResult, type CheckSettings, runCheck } from './checks.ts';
import { failedChecks, missingArtifacts, oneLine } from './sentences.ts';
import { Turns } from './turns.ts';

interface Checked {
  readonly type: 'checked';
  readonly results: readonly CheckResult[];
}

/** Believes files and exit statuses, nothing else. */
export class DirectoryVerifier implements Verifier {
  readonly #settings: CheckSettings;
  readonly #turns = new Turns();

  constructor(settings: CheckSettings) {
    this.#settings = settings;
  }

  async verify(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<StepEnd<Evidence>> {
    const finds = await this.#search(attempt.bead, rig.directory, signal);
    if (finds === undefined) return { type: 'stopped' };
    const artifacts = finds.map((find) => artifactEvidence(find, bornAt(attempt.folder)));
    const missing = finds.filter(({ files }) => files.length === 0);
    const commands = checksOf(attempt.bead, rig);
    const checked = await this.#check(missing.length > 0 ? [] : commands, attempt, rig, key, signal);
    if (checked.type !== 'checked') return checked;
    const checks = checked.results;

    const hide = (text: string): string => redactText(text, rig.secretValues);
    const evidence: Evidence = {
      artifacts,
      checks: checks.map(({ command, exit, log }) => ({ command: hide(command), exit, log })),
      criteria: attempt.bead.criteria.map((criterion) => verdictOn(criterion, checks, hide)),
      sharedTree: true,
    };
    const { run, bead, number } = attempt;
    const document = { format: 1, run, bead: bead.id, attempt: number, ...evidence };
    writeFileAtomic(
      join(resolve(attempt.folder), 'evidence.json'),
      `${JSON.stringify(document, undefined, 2)}\n`,
      0o600,
    );

    const failure =
      missing.length > 0
        ? this.#artifactFailure(missing, attempt.bead, rig)
        : this.#checkFailure(checks, rig);
    return failure === undefined
      ? { type: 'succeeded', report: evidence }
      : { type: 'failed', failure: { ...failure, message: hide(failure.message) } };
  }

  /** Whether everything the bead declares is in the folder (a real path): then its work need not be done again. */
  hasArtifacts(bead: Bead, directory: string): boolean {
    return bead.artifacts.every((pattern) => findArtifact(directory, pattern).files.length > 0);
  }

  async #search(
    bead: Bead,
    directory: string,
    signal: AbortSignal,
  ): Promise<readonly ArtifactFind[] | undefined> {
    const finds: ArtifactFind[] = [];
    for (const pattern of bead.artifacts) {
      const search = searchArtifact(directory, pattern);
      for (;;) {
        if (signal.aborted) return undefined;
        const step = search.next();
        if (step.done) {
          finds.push(step.value);
          break;
        }
        await turn();
      }
    }
    return finds;
  }

  async #check(
    commands: readonly string[],
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<Checked | Exclude<StepEnd<never>, { type: 'succeeded' }>> {
    if (commands.length === 0) return { type: 'checked', results: [] };
    using myTurn = await this.#turns.take(rig.directory, signal);
    if (myTurn === undefined) return { type: 'stopped' };
    const results: CheckResult[] = [];
    for (const [index, command] of commands.entries()) {
      const end = await runCheck(command, index + 1, attempt, rig, key, signal, this.#settings);
      if (end.type === 'stopped') return { type: 'stopped' };
      const failure = surroundings(end, redactText(oneLine(command), rig.secretValues));
      if (failure !== undefined) return { type: 'failed', failure };
      if (end.type === 'ended') results.push(end.result);
    }
    return { type: 'checked', results };
  }

  #artifactFailure(missing: readonly ArtifactFind[], bead: Bead, rig: PreparedRig): Failure {
    const { directory } = rig;
    const shown = this.#shown(directory);
    const message = missingArtifacts(missing, bead.artifacts.length, directory, shown);
    return { class: 'task', code: 'artifact-missing', message };
  }

  #checkFailure(checks: readonly CheckResult[], rig: PreparedRig): Failure | undefined {
    const failed = checks.filter(({ exit }) => exit !== 0);
    if (failed.length === 0) return undefined;
    const lastLine = (log: string): string | undefined => {
      const line = readLastLine(log);
      // Redacted before it is quoted and cut: half a secret would not be recognised afterwards.
      return line === undefined ? undefined : redactText(line, rig.secretValues);
    };
    const message = failedChecks(failed, checks.length, lastLine, (path) => this.#shown(path));
    return { class: 'task', code: 'check-failed', message };
  }

  /** A path as people see it: from the project's root. */
  #shown(path: string): string {
    const shown = relative(this.#settings.projectRoot, path);
    return shown === '' ? '.' : shown;
  }
}

/** Each command once, in the order in which they are written: the same tree gives the same answer. */
function checksOf(bead: Bead, rig: PreparedRig): readonly string[] {
  const ofCriteria = bead.criteria.flatMap(({ check }) => check ?? []);
  return [...new Set([...bead.checks, ...ofCriteria, ...rig.settings.checks])];
}

/** What has nothing to do with the quality of the work. */
function surroundings(end: CheckEnd, command: string): Failure | undefined {
  switch (end.type) {
    case 'stopped':
      return undefined;
    case 'ended':
      if (end.result.exit !== INFRASTRUCTURE_STATUS) return undefined;
      return {
        class: 'infrastructure',
        code: 'check',
        message: `check \`${command}\` says with exit status 75 that not the work but its surroundings failed`,
      };
    case 'lost':
      return {
        class: 'lost',
        code: 'lost',
        message: `the process that watched the check \`${command}\` was killed`,
      };
    case 'unable':
      return {
        class: 'infrastructure',
        code: 'check',
        message: `check \`${command}\` cannot be run: ${end.what}`,
      };
  }
}

function verdictOn(
  { text, check }: Criterion,
  checks: readonly CheckResult[],
  hide: (text: string) => string,
): CriterionVerdict {
  if (check === undefined) {
    return { text, verdict: 'claimed', evidence: 'the worker reported success; nothing checked it' };
  }
  const result = checks.find(({ command }) => command === check);
  if (result === undefined) {
    return { text, verdict: 'unmet', evidence: 'its check was not run because artifacts are missing' };
  }
  const verdict = result.exit === 0 ? 'verified' : 'unmet';
  return { text, verdict, evidence: `\`${hide(oneLine(check))}\`: exit status ${result.exit}` };
}

function artifactEvidence(
  { pattern, files }: ArtifactFind,
  startedAt: number | undefined,
): Evidence['artifacts'][number] {
  const warnings: string[] = [];
  const empty = files.filter(({ size }) => size === 0).length;
  if (empty > 0)
    warnings.push(files.length === 1 ? 'is empty' : `${empty} of ${files.length} files are empty`);
  const isOld =
    files.length > 0 && startedAt !== undefined && files.every(({ changedAt }) => changedAt < startedAt);
  if (isOld) warnings.push('did not change in this attempt');
  return { pattern, files: files.length, warning: warnings.length > 0 ? warnings.join('; ') : undefined };
}
