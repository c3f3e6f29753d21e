/** Reads gastown.toml and rigs/*.toml. Both are optional; the rig `default` is always there. */
import { Collector } from '../diagnostic/collector.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { quote } from '../diagnostic/neutralise.ts';
import { SHELL } from './assignments.ts';
import { idProblem, isId } from './dialects/bead-id.ts';
import { Reading } from './dialects/reading.ts';
import type { Located } from './dialects/schema.ts';
import { type AgentTable, type RigTable, rigFile, settingsFile } from './dialects/settings-schema.ts';
import { reportFile } from './file-problems.ts';
import type { ProjectFiles } from './load-request.ts';
import { joinPath, stemOf } from './path.ts';
import type { AgentSettings, RigSettings, Settings } from './settings.ts';
import { similar } from './similar.ts';
import { type Place, Source } from './toml/source.ts';
import { readToml } from './toml/toml.ts';
import type { TomlTable } from './toml/toml-tree.ts';

/** The settings with everything that is wrong in them. */
export interface SettingsResult {
  readonly settings: Settings;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

const SETTINGS_FILE = 'gastown.toml';
const RIGS_FOLDER = 'rigs';

/** What every project has. */
export const DEFAULT_RIG: RigSettings = {
  name: 'default',
  kind: 'directory',
  root: '.',
  setup: [],
  checks: [],
  env: {},
  envAllow: [],
  secrets: [],
  agent: undefined,
  parallel: undefined,
};

/** Loads the settings of a project. */
export function loadSettings(files: ProjectFiles, options: { readonly strict: boolean }): SettingsResult {
  const loader = new SettingsLoader(files, options.strict);
  return loader.load();
}

/**
 * Owns: the tables of rigs and agents while they grow. I1: `default` is there at the end. I2: names of agents are checked
 * only when all files were read.
 */
class SettingsLoader {
  readonly #files: ProjectFiles;
  readonly #strict: boolean;
  readonly #collector = new Collector();
  readonly #sources = new Map<string, string>();
  readonly #rigs = new Map<string, RigSettings>();
  readonly #rigPlaces = new Map<string, { readonly source: Source; readonly place: Place }>();
  readonly #agents = new Map<string, AgentSettings>();
  readonly #mentions: { readonly source: Source; readonly name: Located<string> }[] = [];

  constructor(files: ProjectFiles, strict: boolean) {
    this.#files = files;
    this.#strict = strict;
  }

  load(): SettingsResult {
    const project = this.#main();
    this.#rigFiles();
    if (!this.#rigs.has('default')) this.#rigs.set('default', DEFAULT_RIG);
    this.#checkMentions();
    return {
      settings: {
        formula: project.formula,
        agent: project.agent,
        rigs: Object.fromEntries(this.#rigs),
        agents: Object.fromEntries(this.#agents),
      },
      diagnostics: this.#collector.diagnostics,
      sources: this.#sources,
    };
  }

  #main(): Pick<Settings, 'formula' | 'agent'> {
    const nothing = { formula: undefined, agent: undefined };
    const opened = this.#open(SETTINGS_FILE);
    if (opened === undefined) return nothing;
    const { root, source } = opened;
    const tables = settingsFile.read(root, new Reading(source, this.#collector, this.#strict));
    if (tables === undefined) return nothing;
    for (const [name, { key, value }] of tables.agents ?? []) this.#addAgent(name, value, source, key);
    for (const [name, { key, value }] of tables.rigs ?? []) this.#addRig(name, value, source, key);
    const { project } = tables;
    if (project?.agent !== undefined) this.#mentions.push({ source, name: project.agent });
    return { formula: this.#formulaPath(project?.formula, source), agent: project?.agent?.value };
  }

  #formulaPath(written: Located<string> | undefined, source: Source): string | undefined {
    if (written === undefined) return undefined;
    const path = joinPath('', written.value);
    if (path === undefined) {
      this.#collector.report(
        'file/outside',
        `\`project.formula\`, ${quote(written.value)}, lies outside the project`,
        {
          span: source.span(written),
        },
      );
    }
    return path;
  }

  #rigFiles(): void {
    const listed = this.#files.list(RIGS_FOLDER);
    if (listed.type === 'problem') {
      // A file of that name is somebody else's business: only a folder is ours.
      if (listed.problem === 'unreadable')
        reportFile(this.#collector, listed, `the folder "${RIGS_FOLDER}"`, undefined);
      return;
    }
    for (const { name: fileName } of listed.entries) {
      if (!fileName.endsWith('.toml') || fileName.startsWith('.')) continue;
      const opened = this.#open(`${RIGS_FOLDER}/${fileName}`);
      if (opened === undefined) continue;
      const name = stemOf(fileName);
      const place = { start: 0, end: 0 };
      if (!isId(name)) {
        this.#collector.report(
          'plan/bad-id',
          `the rig ${quote(name)} has a name that is not allowed: a name ${idProblem(name)}`,
          {
            span: opened.source.span(place),
          },
        );
        continue;
      }
      const table = rigFile.read(opened.root, new Reading(opened.source, this.#collector, this.#strict));
      if (table !== undefined) this.#addRig(name, table, opened.source, place);
    }
  }

  #open(path: string): { readonly root: TomlTable; readonly source: Source } | undefined {
    const read = this.#files.read(path);
    if (read.type === 'problem') {
      if (read.problem !== 'missing') reportFile(this.#collector, read, quote(path), undefined);
      return undefined;
    }
    this.#sources.set(path, read.text);
    const source = new Source(path, read.text);
    const root = readToml(source, this.#collector);
    return root === undefined ? undefined : { root, source };
  }

  #addRig(name: string, table: RigTable, source: Source, place: Place): void {
    const known = this.#rigPlaces.get(name);
    if (known !== undefined) {
      this.#collector.report('settings/duplicate-rig', `the rig ${quote(name)} is defined twice`, {
        span: source.span(place),
        related: [{ span: known.source.span(known.place), label: 'first defined here' }],
      });
      return;
    }
    this.#rigPlaces.set(name, { source, place });
    const kind = table.kind?.value ?? 'directory';
    if (table.kind !== undefined && kind !== 'directory') {
      this.#collector.report(
        'settings/not-available',
        `rigs of the kind "${kind}" are not available in this version`,
        {
          span: source.span(table.kind),
          hints: ['kind = "directory" works in a folder of the project, without isolation'],
        },
      );
    }
    if (table.agent !== undefined) this.#mentions.push({ source, name: table.agent });
    this.#rigs.set(name, {
      name,
      kind,
      root: this.#rigRoot(table, source),
      setup: table.setup?.items.map(textOf) ?? [],
      checks: table.checks?.items.map(textOf) ?? [],
      env: environment(table.env),
      envAllow: table.env_allow?.items.map(textOf) ?? [],
      secrets: table.secrets?.items.map(textOf) ?? [],
      agent: table.agent?.value,
      parallel: table.parallel?.value,
    });
  }

  #rigRoot(table: RigTable, source: Source): string {
    if (table.root === undefined) return '.';
    const root = joinPath('', table.root.value);
    if (root !== undefined) return root === '' ? '.' : root;
    this.#collector.report(
      'file/outside',
      `the root of a rig, ${quote(table.root.value)}, lies outside the project`,
      {
        span: source.span(table.root),
      },
    );
    return '.';
  }

  #addAgent(name: string, table: AgentTable, source: Source, place: Place): void {
    if (name === SHELL) {
      this.#collector.report(
        'schema/bad-value',
        '`agents.shell` cannot be defined: "shell" is built in and runs `bead.task.run`',
        {
          span: source.span(place),
        },
      );
      return;
    }
    const { command } = table;
    if (command !== undefined && (command.items[0]?.value ?? '').trim() === '') {
      this.#collector.report('schema/bad-value', `\`agents.${name}.command\` must begin with a program`, {
        span: source.span(command),
      });
    }
    this.#agents.set(name, {
      name,
      command: command?.items.map(textOf) ?? [],
      env: environment(table.env),
      capabilities: table.capabilities?.items.map(textOf) ?? [],
      parallel: table.parallel?.value,
    });
  }

  #checkMentions(): void {
    for (const { source, name } of this.#mentions) {
      if (name.value === SHELL || this.#agents.has(name.value)) continue;
      const near = similar(name.value, this.#agents.keys(), this.#collector.patience);
      this.#collector.report('settings/unknown-agent', `no agent is called ${quote(name.value)}`, {
        span: source.span(name),
        hints: [
          near === undefined
            ? `define it: [agents.${name.value}] with command = ["program"]`
            : `did you mean "${near}"?`,
        ],
      });
    }
  }
}

const textOf = (located: Located<string>): string => located.value;

const environment = (table: RigTable['env']): Readonly<Record<string, string>> =>
  Object.fromEntries([...(table ?? [])].map(([name, { value }]) => [name, value.value]));
