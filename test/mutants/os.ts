/** Mistakes about processes: who they are, what became of them, and whether anything of them is left. */
import { inFile } from './mutant.ts';
import { POOL, RECORD, TREES } from './suites.ts';

export const os = [
  ...inFile(
    'src/os/shell-record.ts',
    [RECORD],
    [
      {
        name: 'torn-line-believed',
        stands: 'Half a line counts.',
        find: "text.split('\\n').slice(0, -1)",
        replace: "text.split('\\n').filter((line) => line !== '')",
      },
      {
        name: 'last-word-counts',
        stands: 'A stop that came after the result makes it none.',
        find: 'for (const line of rest) {',
        replace: 'for (const line of rest.reverse()) {',
      },
      {
        name: 'void-forgotten',
        stands: 'A command that was given up may still be begun.',
        find: "if (!/^B \\S+$/.test(first)) return { phase: 'void' };",
        replace: "if (!/^B \\S+$/.test(first)) return { phase: 'absent' };",
      },
      {
        name: 'nobody-began-it',
        stands: 'A command that nobody can be named for counts as begun.',
        find: "if (helper === undefined) return { phase: 'void' };",
        replace: "if (helper === undefined) return { phase: 'begun', helper };",
      },
      {
        name: 'given-up-in-thought',
        stands: 'Giving a command up leaves no mark, so a late helper begins it.',
        find: "appendFileSync(path, 'V\\n', { mode: 0o600 });",
        replace: '',
        tests: [POOL],
        named: 'refuses what was given up',
      },
      {
        name: 'stop-without-claim',
        stands: 'A stop leaves no mark, so what the command says while it is killed counts as its result.',
        find: "appendFileSync(path, 'S\\n', { mode: 0o600 });",
        replace: '',
        tests: [POOL],
        named: 'lets a polite command clean up',
      },
    ],
  ),
  ...inFile(
    'src/os/shell-script.ts',
    [POOL],
    [
      {
        name: 'claim-not-checked',
        stands: 'A helper begins a command that somebody else has claimed.',
        find: 'if [ "$_gs_l" != "$_gs_claim" ]; then',
        replace: 'if false; then',
        named: 'records',
      },
      {
        name: 'status-not-recorded',
        stands: 'The exit status is told through the pipe alone, and lost with the driver.',
        find: 'printf \'E %d\\\\n\' "$_gs_status" >>"$_gs_rec"',
        replace: ':',
        named: 'harvests a result',
      },
      {
        name: 'begun-before-the-claim',
        stands: 'The record does not say who begins.',
        find: 'if ! printf \'%s\\\\nI %s\\\\n\' "$_gs_claim" "$_gs_identity" >>"$_gs_rec"; then',
        replace: 'if ! printf \'%s\\\\n\' "$_gs_claim" >>"$_gs_rec"; then',
        named: 'records',
      },
      {
        name: 'signals-inherited',
        stands: 'Commands cannot be interrupted, because their shell ignores the signals.',
        find: 'trap : TERM INT HUP\ncommand',
        replace: "trap '' TERM INT HUP\ncommand",
        named: 'default signals',
      },
    ],
  ),
  ...inFile(
    'src/os/shell-adoption.ts',
    [POOL],
    [
      {
        name: 'adopted-not-followed',
        stands: 'Work that lives is taken for lost.',
        find: "while (state.phase === 'begun' && judge(helper) === 'alive') {",
        replace: 'while (false) {',
        named: 'adopted alive',
      },
      {
        name: 'adopted-not-stopped',
        stands: 'Work that was adopted and is to be stopped goes on.',
        find: 'await endTree(helper, markers, graceMs, () => false, hurry);',
        replace: '',
        named: 'can be stopped whole',
      },
      {
        name: 'lost-not-proven',
        stands: 'Work is called lost while processes of it live.',
        find: 'const leftovers = total(await sweep({ leader, spareLeader: false, markers }));',
        replace: 'const leftovers = 0;',
        named: 'proven lost',
      },
      {
        name: 'stop-of-adopted-unheard',
        stands: 'Nobody can stop work that was adopted.',
        find: 'if (signal.aborted) state = claimStop(trace.record, helper);',
        replace: 'if (false) state = claimStop(trace.record, helper);',
        named: 'can be stopped whole',
      },
    ],
  ),
  ...inFile(
    'src/os/shell-pool.ts',
    [POOL],
    [
      {
        name: 'result-lost-to-a-stop',
        stands: 'A result that was recorded before the stop is thrown away.',
        find: "if (state.phase !== 'ended') {",
        replace: 'if (true) {',
        named: 'recorded before the stop',
      },
      {
        name: 'leftovers-ignored',
        stands: 'What a command leaves in its session goes on.',
        find: 'if (!this.#census.hasCompany(helper.identity.pid))',
        replace: 'if (true)',
        named: 'leaves behind in its session',
      },
      {
        name: 'lost-without-looking',
        stands: 'A command whose helper died is called lost without reading its record.',
        find: "return state.phase === 'ended'\n          ? ",
        replace: "return state.phase === 'absent'\n          ? ",
        named: 'dies before it tells',
      },
      {
        name: 'helper-of-another-base',
        stands: 'A command runs in the environment of another rig.',
        find: '(entry) => entry.key === key',
        replace: '() => true',
        named: 'of another base',
      },
      {
        name: 'secrets-without-filter',
        stands: 'Commands with secrets run though nothing hides them.',
        find: "filter === undefined && base.secretValues.some((value) => value !== '')",
        replace: 'false',
        named: 'secrets without a filter',
      },
      {
        name: 'escaped-session-forgotten',
        stands: 'What left for a session of its own is never looked for.',
        find: 'this.#endedMarkers.add(marker);',
        replace: '',
        named: 'sweep over many commands',
      },
      {
        name: 'nobody-hurries',
        stands: 'A second Ctrl-C changes nothing.',
        find: 'this.#hurry.abort();',
        replace: '',
        named: 'gives nobody time',
      },
    ],
  ),
  ...inFile(
    'src/os/shell-helper.ts',
    [POOL],
    [
      {
        name: 'variable-of-an-earlier-command',
        stands: 'A command sees the variables of the one before.',
        find: 'if (value === undefined) unsets.push(name);',
        replace: 'if (value === undefined) continue;',
        named: 'exactly its variables',
      },
      {
        name: 'folder-of-an-earlier-command',
        stands: 'A command runs in the folder of the one before.',
        find: 'const moves = request.directory !== this.#directory;',
        replace: 'const moves = false;',
        named: 'its folder',
      },
      {
        name: 'death-of-a-helper-unseen',
        stands: 'A command whose helper died is waited for for ever.',
        find: "this.#settle({ type: 'died' });",
        replace: '',
        named: 'says lost',
      },
    ],
  ),
  ...inFile(
    'src/os/process-identity.ts',
    [TREES],
    [
      {
        name: 'reused-number',
        stands: 'A process is believed to be the same because it has the same number.',
        find: '=== identity.startTime ?',
        replace: '!== undefined ?',
      },
      {
        name: 'other-boot',
        stands: 'A process of an earlier boot is judged by its number.',
        find: "if (identity.bootId !== here.bootId) return 'other-boot';",
        replace: '',
      },
      {
        name: 'other-host',
        stands: 'A process of another machine is judged by its number here.',
        find: "if (identity.host !== here.host) return 'elsewhere';",
        replace: '',
      },
      {
        name: 'other-namespace',
        stands: 'A process of another container is judged by its number here.',
        find: "if (identity.pidNamespace !== here.pidNamespace) return 'elsewhere';",
        replace: '',
      },
      {
        name: 'identity-too-long',
        stands: 'A line that is no identity names a process.',
        find: 'rest.length > 0 ||',
        replace: '',
      },
    ],
  ),
  ...inFile(
    'src/os/process-tree.ts',
    [TREES],
    [
      {
        name: 'marker-inside-a-value',
        stands: 'A stranger is killed because a variable of his mentions the marker.',
        find: 'if (found === 0 || environment[found - 1] === 0) {',
        replace: 'if (true) {',
      },
      {
        name: 'stranger-in-the-session',
        stands: 'A session is swept whose leader is a stranger with the same number.',
        find: "verdict === 'alive' || processFacts(leader.pid) === undefined ? leader.pid : undefined",
        replace: 'leader.pid',
      },
      {
        name: 'no-grace',
        stands: 'Nobody gets time to clean up.',
        find: 'performance.now() + graceMs',
        replace: 'performance.now()',
      },
      {
        name: 'escaped-from-the-group',
        stands: 'What left the group of a stopped command lives on.',
        find: 'await sweep({ leader, spareLeader: false, markers });\n}',
        replace: '}',
        tests: [POOL],
        named: 'grandchildren',
      },
      {
        name: 'descendants-forgotten',
        stands: 'Descendants that left the session and cleared their environment live on.',
        find: 'for (const facts of children.get(pid) ?? []) {',
        replace: 'for (const facts of []) {',
      },
    ],
  ),
  ...inFile(
    'src/os/process-table.ts',
    [TREES],
    [
      {
        name: 'zombie-lives',
        stands: 'A process that has ended and was not reaped counts as alive.',
        find: "state === 'Z' || ",
        replace: '',
      },
      {
        name: 'name-with-parenthesis',
        stands: 'A program whose name holds a parenthesis is taken for somebody else.',
        find: "text.lastIndexOf(') ')",
        replace: "text.indexOf(') ')",
      },
    ],
  ),
  ...inFile(
    'src/os/process-census.ts',
    [TREES],
    [
      {
        name: 'young-process-unseen',
        stands: 'A process that was started since the last look is not seen.',
        find: 'const first = this.#seenUpTo + 1;',
        replace: 'const first = last + 1;',
      },
      {
        name: 'dead-company',
        stands: 'A process that is gone still counts as company.',
        find: 'if (processFacts(pid)?.session === session) return true;',
        replace: 'return true;',
      },
    ],
  ),
];
