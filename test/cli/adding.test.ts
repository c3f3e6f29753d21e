/** Beads that add beads, with the built program. */
import { describe, expect, it } from 'vitest';
import { Sandbox } from '../support/sandbox.ts';

/** A repository of 50 modules; each has to be mended by an agent of its own. */
const MODULES = Array.from({ length: 50 }, (_, at) => `module-${String(at).padStart(2, '0')}`);

const SCAN = `for file in src/*.txt; do
  name=$(basename "$file" .txt)
  printf '[bead]\\nid = "%s"\\ndescription = "Mend it."\\nartifacts = ["out/%s.txt"]\\n' "$name" "$name" > "$GASTOWN_SPAWN_DIR/.$name"
  mv "$GASTOWN_SPAWN_DIR/.$name" "$GASTOWN_SPAWN_DIR/$name.toml"
done
printf '{"modules": %d}' "$(ls src | wc -l)" > "$GASTOWN_OUTPUT"`;

/** The agent: writes what its bead declares, and its id into a list. */
const MEND = `cat > /dev/null
mkdir -p out
echo "$GASTOWN_BEAD" >> began.txt
sleep "\${PACE:-0}"
echo mended > "$GASTOWN_ARTIFACTS"
echo "$GASTOWN_BEAD" >> finished.txt`;

const project = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  'formula.toml':
    '[formula]\nname = "discovery"\ntype = "expansion"\n[formula.execution]\nparallel_beads = 4\n',
  'gastown.toml': '[agents.mender]\ncommand = ["sh", "mend.sh"]\nenv = { PACE = "0.02" }\n',
  'mend.sh': MEND,
  'beads/scan.toml': `[bead]\nid = "scan"\n[bead.task]\nrun = '''${SCAN}'''\n`,
  'beads/report.toml':
    '[bead]\nid = "report"\n[bead.dependencies]\nrequires = ["scan"]\n[bead.task]\nrun = \'cat "$GASTOWN_OUTPUTS" > seen.json; ls out | wc -l > count.txt\'\n',
  ...Object.fromEntries(MODULES.map((name) => [`src/${name}.txt`, 'broken\n'])),
  ...more,
});

const linesOf = (sandbox: Sandbox, file: string): string[] =>
  sandbox.has(file) ? sandbox.read(file).trim().split('\n') : [];

describe('an expansion', () => {
  it('adds 50 beads that it finds in a repository, each exactly once, however often its driver is killed', async () => {
    await using sandbox = new Sandbox(project());
    for (const finished of [0, 10, 25]) {
      const { process: driver, ended } = sandbox.start(['run']);
      await sandbox.until('some are done', () => linesOf(sandbox, 'finished.txt').length > finished);
      driver.kill('SIGKILL');
      await ended;
    }
    const last = await sandbox.gastown(['run']);
    expect(last.code).toBe(0);
    const began = linesOf(sandbox, 'began.txt').sort();
    expect(began).toEqual(MODULES.map((name) => `scan/${name}`));
    expect(sandbox.read('count.txt').trim()).toBe('50');
    expect(JSON.parse(sandbox.read('seen.json'))).toEqual({ scan: { modules: 50 } });
    const status = JSON.parse((await sandbox.gastown(['status', '--json'])).stdout);
    expect(status.beads.map((bead: { id: string }) => bead.id).sort()).toEqual(
      ['report', 'scan', ...MODULES.map((name) => `scan/${name}`)].sort(),
    );
    expect(status.beads.every((bead: { status: string }) => bead.status === 'done')).toBe(true);
  });
});
