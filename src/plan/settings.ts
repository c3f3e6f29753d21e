/**
 * `gastown.toml` and `rigs/*.toml` as data (docs/formats.md, "Settings"). Reading them is `plan/`'s work because the
 * plan is checked against them; acting on them is the rigs' and agents'.
 */
export type RigKind = 'directory' | 'worktree' | 'container';

/** One `[rigs.NAME]`. */
export interface RigSettings {
  readonly name: string;
  readonly kind: RigKind;
  /** Where beads run, relative to the project root. */
  readonly root: string;
  /** Shell commands that make the rig usable; run once per run and rig. */
  readonly setup: readonly string[];
  /** Shell commands that must pass for every bead of the rig. */
  readonly checks: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names taken over from the user's environment, besides the basic ones. */
  readonly envAllow: readonly string[];
  /** Names of secrets, taken from the user's environment, redacted from everything written. */
  readonly secrets: readonly string[];
  readonly agent: string | undefined;
  /** Beads in work at once in this rig; undefined: no limit of its own. */
  readonly parallel: number | undefined;
}

/** One `[agents.NAME]`. */
export interface AgentSettings {
  readonly name: string;
  /** Program and arguments; the prompt arrives on standard input, the bead in `GASTOWN_*`. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly parallel: number | undefined;
}

/** A project's settings. */
export interface Settings {
  /** `project.formula`, relative to the project root. */
  readonly formula: string | undefined;
  /** Always holds `default`. */
  readonly rigs: Readonly<Record<string, RigSettings>>;
  readonly agents: Readonly<Record<string, AgentSettings>>;
  /** `project.agent`: who works where neither bead nor rig names an agent. */
  readonly agent: string | undefined;
}
