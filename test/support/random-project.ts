/**
 * Random projects whose outcome does not depend on chance: what each bead ends as and leaves behind follows from the seed alone.
 * All of them write into one ledger, `log/ledger`: `begin BEAD ATTEMPT`, `end BEAD ATTEMPT`, `fail BEAD ATTEMPT`, and `twice WHAT`
 * where a process found another one at the same work.
 */
import type { Random } from './random.ts';

/** How often the harm that a bead comes to from outside (its process is killed) is forgiven. */
const FORGIVEN = 1;

/** Sourced by every command. The lock is inherited by whatever a command starts, and held until all of it is gone. */
const WORK = `
L=$GASTOWN_PROJECT/log
note() { echo "$*" >> "$L/ledger"; }
alone() {
  case $1 in */*/*) mkdir -p "$L/lock/\${1%/*}" ;; esac
  exec 9>> "$L/lock/$1"
  flock -n 9 || note "twice $1"
}
begin() {
  alone "work/$GASTOWN_BEAD"
  note "begin $GASTOWN_BEAD $GASTOWN_ATTEMPT"
  sleep "$1"
}
# The first failures; one that is killed before it has failed has to fail again.
stumble() {
  [ "$(grep -c "^fail $GASTOWN_BEAD " "$L/ledger")" -ge "$1" ] && return
  note "fail $GASTOWN_BEAD $GASTOWN_ATTEMPT"
  exit 1
}
# Every artifact holds what those of the beads before it hold.
make() {
  for path in $GASTOWN_ARTIFACTS; do
    { echo "$path"; for other in "$@"; do cat "out/$other"; done; } > "$path"
  done
}
end() { note "end $GASTOWN_BEAD $GASTOWN_ATTEMPT"; }
check() {
  alone "check/$GASTOWN_BEAD"
  sleep "$1"
}
`;

const AGENT = `
[ "$(wc -c)" -gt 100 ] || exit 1
. "$GASTOWN_PROJECT/work.sh"
begin 0.1
make
end
`;

const SETUP = 'alone setup; sleep 0.1';

/** What a bead that others come after is to them. */
interface Earlier {
  readonly id: string;
  /** Whether those that require it can run. */
  readonly isSure: boolean;
  readonly leaves: readonly string[];
}

/** The files of a project. */
export function randomProject(random: Random): Record<string, string> {
  const one = <Item>(items: readonly [Item, ...Item[]]): Item => items[random(items.length)] ?? items[0];
  const chance = (oneIn: number): boolean => random(oneIn) === 0;
  const type = one(['convoy', 'convoy', 'workflow', 'expansion']);
  const mayAdd = type === 'expansion';
  const earlier: Earlier[] = [];
  const files: Record<string, string> = {};

  // Most are small: what happens between beads matters more than how many there are.
  const count = 5 + Math.min(random(type === 'workflow' ? 8 : 21), random(21));
  for (let at = 0; at < count; at += 1) {
    const id = `b${String(at).padStart(2, '0')}`;
    const candidates = earlier.filter(({ isSure }) => isSure || chance(3));
    const requires = candidates.filter(() => random(candidates.length) < 2).slice(-4);
    const kind = one([
      'plain',
      'plain',
      'plain',
      'stumbling',
      'doomed',
      'checked',
      'agent',
      'chosen',
      ...(mayAdd ? (['adding', 'template'] as const) : []),
    ]);
    const seconds = one([0, 0, 0.05, 0.1, 0.3]);
    const failures = kind === 'doomed' ? 99 : kind === 'stumbling' ? 1 : 0;
    const more: string[] = [];
    const steps = ['. ./work.sh', `begin ${seconds}`];
    if (failures > 0) steps.push(`stumble ${failures}`);
    steps.push(`make ${requires.flatMap(({ leaves }) => leaves).join(' ')}`);
    let needs = requires.map((bead) => bead.id);
    const lists = earlier.filter((bead) => bead.id.endsWith('list'));
    const list = lists[random(Math.max(1, lists.length))];
    const keys: string[] = [];
    switch (kind) {
      case 'checked':
        more.push(
          '[bead.acceptance]',
          `checks = [". ./work.sh; check 0.1; grep -q out/${id} out/${id}", ". ./work.sh; check 0.05; test -s out/${id}"]`,
          'criteria = ["It reads well"]',
        );
        break;
      case 'adding':
        for (const name of ['x', 'y'])
          steps.push(
            `printf '[bead]\\nid = "${name}"\\nartifacts = ["out/${id}-${name}"]\\n' > "$GASTOWN_SPAWN_DIR/${name}.toml"`,
          );
        break;
      case 'chosen':
        if (list !== undefined && !needs.includes(list.id)) needs.push(list.id);
        if (list !== undefined) keys.push(`when = 'beads["${list.id}"].outputs.n > 1'`);
        break;
      case 'template':
        if (list !== undefined) keys.push(`for_each = 'beads["${list.id}"].outputs.items'`);
        if (list !== undefined) needs = [list.id];
        break;
      default:
    }
    steps.push('end');
    const isTemplate = kind === 'template' && list !== undefined;
    const name = isTemplate ? `${id}-{{item}}` : id;
    const isAgent = kind === 'agent' || isTemplate;
    files[`beads/${id}.toml`] = [
      '[bead]',
      `id = "${id}"`,
      `priority = ${1 + random(3)}`,
      ...keys,
      '[bead.dependencies]',
      `requires = ${JSON.stringify(needs)}`,
      '[bead.task]',
      `artifacts = ["out/${name}"]`,
      isAgent ? 'description = "Write the file"' : `run = '''${steps.join('\n')}'''`,
      '[bead.execution]',
      `retries = ${(kind === 'doomed' ? 0 : failures) + FORGIVEN}`,
      ...more,
      '',
    ].join('\n');
    const isSure = kind !== 'doomed' && !(kind === 'chosen' && list !== undefined);
    if (!isTemplate) earlier.push({ id, isSure, leaves: isSure ? [id] : [] });
    if (kind === 'doomed' && chance(2)) {
      const branch = `${id}-repair`;
      files[`beads/${branch}.toml`] = beadOf(branch, `on_failure_of = ["${id}"]`, [
        `begin 0.05`,
        'make',
        'end',
      ]);
    }
    if (at === 0 || chance(6)) {
      const source = `${id}-list`;
      const output = JSON.stringify({ n: random(4), items: ['p', 'q', 'r'].slice(0, 1 + random(3)) });
      files[`beads/${source}.toml`] = beadOf(source, 'requires = []', [
        'begin 0.05',
        `echo '${output}' > "$GASTOWN_OUTPUT"`,
        'make',
        'end',
      ]);
      earlier.push({ id: source, isSure: true, leaves: [source] });
    }
  }
  const sync = type === 'convoy' && chance(2) ? 'mode = "none"' : `checks = [". ./work.sh; check 0.05"]`;
  return {
    ...files,
    'formula.toml': [
      '[formula]',
      `name = "random"`,
      `type = "${type}"`,
      '[formula.execution]',
      'parallel_beads = 3',
      'on_failure = "skip"',
      ...(type === 'convoy' ? ['[formula.sync]', sync] : []),
      '',
    ].join('\n'),
    'gastown.toml': [
      '[agents.standin]',
      'command = ["sh", "agent.sh"]',
      '[rigs.default]',
      'agent = "standin"',
      chance(2) ? `setup = [". ./work.sh; ${SETUP}"]` : '',
      '',
    ].join('\n'),
    'work.sh': WORK,
    'agent.sh': AGENT,
    'log/lock/work/.keep': '',
    'log/lock/check/.keep': '',
    'log/ledger': '',
    'out/.keep': '',
  };
}

function beadOf(id: string, dependencies: string, steps: readonly string[]): string {
  return [
    '[bead]',
    `id = "${id}"`,
    '[bead.dependencies]',
    dependencies,
    '[bead.task]',
    `artifacts = ["out/${id}"]`,
    `run = '''${['. ./work.sh', ...steps].join('\n')}'''`,
    '[bead.execution]',
    `retries = ${FORGIVEN}`,
    '',
  ].join('\n');
}
