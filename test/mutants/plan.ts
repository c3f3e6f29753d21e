/** Mistakes in what a formula is lowered to, and in what is believed of finished work. */
import { inFile } from './mutant.ts';
import { ARTIFACTS, GRAPH, LOAD, TURNS, VERIFIER } from './suites.ts';

export const plan = [
  ...inFile(
    'src/plan/graph/lower.ts',
    [LOAD],
    [
      {
        name: 'level-without-barrier',
        stands: 'The second level does not wait for the first sync point.',
        find: 'if (level === 0) return own;',
        replace: 'if (level <= 1) return own;',
      },
      {
        name: 'branch-is-a-requirement',
        stands: 'A failure branch runs when its bead succeeds.',
        find: "failures.includes(need) ? 'failed' : 'succeeded'",
        replace: "'succeeded'",
      },
      {
        name: 'sequence-with-gaps',
        stands: 'A workflow runs what requires nothing beside the rest.',
        find: 'if (!isRequired) needs[node] =',
        replace: 'if (false) needs[node] =',
      },
      {
        name: 'sequence-trusts-any',
        stands: 'A bead of a workflow that needs any of its requirements overtakes the one before it.',
        find: ' && !hasOwnJoin(graph, node)',
        replace: '',
      },
      {
        name: 'longer-limit-wins',
        stands: 'A bead may take longer than the whole run may.',
        find: 'Math.min(bead.timeoutMs, formula.timeoutMs)',
        replace: 'Math.max(bead.timeoutMs, formula.timeoutMs)',
      },
      {
        name: 'own-retries-ignored',
        stands: 'A bead has the retries of the formula, not its own.',
        find: 'bead.retries ?? formula.retries',
        replace: 'formula.retries',
      },
      {
        name: 'own-policy-ignored',
        stands: "What becomes of a bead's failure is up to the formula alone.",
        find: 'bead.onFailure ?? formula.onFailure',
        replace: 'formula.onFailure',
      },
      {
        name: 'workflow-side-by-side',
        stands: 'A workflow starts as many beads at once as there are slots.',
        find: "parallel: draft.type === 'workflow' ? 1 : draft.parallel",
        replace: 'parallel: draft.parallel',
      },
      {
        name: 'workflow-by-priority',
        stands: 'Priority overtakes the sequence of a workflow.',
        find: "parts.formula.type === 'workflow' ? 1 : (bead.priority ?? DEFAULT_PRIORITY)",
        replace: 'bead.priority ?? DEFAULT_PRIORITY',
      },
      {
        name: 'path-without-length',
        stands: 'The longest remaining path does not count its beads.',
        find: '(tails[node] ?? 1) + 1)',
        replace: 'tails[node] ?? 1)',
      },
      {
        name: 'checks-of-the-rig-forgotten',
        stands: 'Work with no checks of its own is not verified by the checks of its rig.',
        find: ' || rig.checks.length > 0',
        replace: '',
      },
      {
        name: 'criteria-unverified',
        stands: 'Work whose acceptance is the only thing to look at is not looked at.',
        find: ' || bead.criteria.length > 0',
        replace: '',
      },
      {
        name: 'setup-forgotten',
        stands: 'Work begins in a rig that was not set up.',
        find: 'rig.setup.length > 0 ?',
        replace: 'false ?',
      },
      {
        name: 'quorum-of-the-formula-ignored',
        stands: 'Sync points pass only when all is done, whatever the formula says.',
        find: 'quorum: formula.quorum,',
        replace: "quorum: 'all',",
      },
    ],
  ),
  ...inFile(
    'src/plan/graph/ordering.ts',
    [LOAD],
    [
      {
        name: 'any-orders',
        stands: 'Two beads that may run at once share a file because a join of any seemed to order them.',
        find: "if (join !== undefined && join.value !== 'all') continue;",
        replace: '',
      },
      {
        name: 'neighbours-ordered',
        stands: 'Beads of one level are taken to be ordered.',
        find: "if (this.#levelOf(a) === this.#levelOf(b)) return { type: 'pair', pair: [a, b] };",
        replace: 'if (this.#levelOf(a) === this.#levelOf(b)) return NEVER;',
      },
      {
        name: 'levels-order-all',
        stands: 'Levels are taken to order beads where there are no sync points.',
        find: "if (this.#kind === 'levels') return NEVER;",
        replace: 'return NEVER;',
      },
    ],
  ),
  ...inFile(
    'src/plan/graph/locks.ts',
    [LOAD],
    [
      {
        name: 'no-locks-for-those-to-come',
        stands: 'Beads that are added later write files of beads that work.',
        find: 'if (formula.spawn !== undefined) for',
        replace: 'if (false) for',
      },
      {
        name: 'lock-for-one',
        stands: 'Of two beads with the same artifact only one holds the lock.',
        find: "if (answer.type !== 'never') hold(pattern, beads);",
        replace: "if (answer.type !== 'never') hold(pattern, beads.slice(1));",
      },
    ],
  ),
  ...inFile(
    'src/plan/graph/graph.ts',
    [GRAPH],
    [
      {
        name: 'shortest-distance',
        stands: 'The level of a bead is its shortest distance, so a barrier stands before its requirement.',
        find: 'longest[next] = Math.max(longest[next] ?? 0, own + 1);',
        replace: 'longest[next] = own + 1;',
      },
      {
        name: 'cycle-unseen',
        stands: 'Cycles of two beads are not found.',
        find: 'if (members.length > 1) found.push',
        replace: 'if (members.length > 2) found.push',
      },
      {
        name: 'order-by-chance',
        stands: 'Among beads that are free another one than the first of the order goes first.',
        find: 'if (above <= item) break;',
        replace: 'if (above >= item) break;',
      },
    ],
  ),
  ...inFile(
    'src/verify/verifier.ts',
    [VERIFIER],
    [
      {
        name: 'failed-check-passes',
        stands: 'A check that exits 1 passes.',
        find: '({ exit }) => exit !== 0',
        replace: '({ exit }) => exit > 1',
      },
      {
        name: 'claimed-is-verified',
        stands: 'What only the worker says counts as verified.',
        find: "return { text, verdict: 'claimed',",
        replace: "return { text, verdict: 'verified',",
      },
      {
        name: 'unmet-is-verified',
        stands: 'A criterion whose check failed counts as verified.',
        find: "result.exit === 0 ? 'verified' : 'unmet'",
        replace: "'verified'",
      },
      {
        name: 'missing-artifact-passes',
        stands: 'Work that leaves nothing is believed.',
        find: 'finds.filter(({ files }) => files.length === 0)',
        replace: 'finds.filter(() => false)',
      },
      {
        name: 'two-checks-in-one-tree',
        stands: 'Two test runs disturb each other in one folder.',
        find: 'this.#turns.take(rig.directory, signal)',
        replace: 'this.#turns.take(attempt.folder, signal)',
      },
      {
        name: 'surroundings-blame-work',
        stands: 'A check that says its surroundings failed spends a retry of the work.',
        find: 'if (end.result.exit !== INFRASTRUCTURE_STATUS) return undefined;',
        replace: 'return undefined;',
      },
      {
        name: 'first-failure-only',
        stands: 'After a check that failed the others are not run.',
        find: "if (end.type === 'ended') results.push(end.result);",
        replace:
          "if (end.type === 'ended') results.push(end.result);\n      if (end.type === 'ended' && end.result.exit !== 0) break;",
      },
      {
        name: 'secret-in-the-evidence',
        stands: 'A secret in a command is kept with the evidence.',
        find: 'command: hide(command), exit',
        replace: 'command, exit',
      },
      {
        name: 'evidence-not-kept',
        stands: 'A verdict is given that nobody can look up.',
        find: "writeFileAtomic(\n      join(resolve(attempt.folder), 'evidence.json')",
        replace: "((..._: unknown[]) => {})(\n      join(resolve(attempt.folder), 'evidence.json')",
      },
      {
        name: 'empty-credit',
        stands: 'A bead counts as still done if one of its artifacts is there.',
        find: 'bead.artifacts.every((pattern)',
        replace: 'bead.artifacts.some((pattern)',
      },
    ],
  ),
  ...inFile(
    'src/verify/checks.ts',
    [VERIFIER],
    [
      {
        name: 'check-run-again',
        stands: 'A check that a dead driver had run is run again.',
        find: "if (left?.type === 'exited') return",
        replace: 'if (false) return',
      },
    ],
  ),
  ...inFile(
    'src/verify/artifacts.ts',
    [ARTIFACTS],
    [
      {
        name: 'artifact-outside',
        stands: 'A file outside of the rig counts as an artifact.',
        find: "if (!this.#isInside(real)) this.#refused.set(path, 'outside');",
        replace: 'if (false) {}',
      },
      {
        name: 'lookalike-folder',
        stands: 'A folder whose name only begins like the rig counts as inside.',
        find: "real.startsWith(this.#root === '/' ? '/' : `${this.#root}/`)",
        replace: 'real.startsWith(this.#root)',
      },
      {
        name: 'folder-is-an-artifact',
        stands: 'A folder counts as a file that was left.',
        find: "else if (sight.kind === 'folder') this.#refused.set(path, 'folder');\n    else if (sight.kind !== 'file')",
        replace: "else if (sight.kind !== 'file' && sight.kind !== 'folder')",
      },
      {
        name: 'search-without-end',
        stands: 'A search looks at more entries than it may.',
        find: 'if (this.#entries > this.#maxEntries) return;',
        replace: '',
      },
    ],
  ),
  ...inFile(
    'src/verify/turns.ts',
    [TURNS],
    [
      {
        name: 'no-turns',
        stands: 'Whoever asks for a turn has it.',
        find: 'this.#last.get(name) ?? Promise.resolve()',
        replace: 'Promise.resolve()',
      },
      {
        name: 'gives-up-and-blocks',
        stands: 'Whoever gives up waiting for a turn holds up the rest.',
        find: 'end();\n    return undefined;',
        replace: 'return undefined;',
      },
    ],
  ),
];
