/** Where each bead is executed and by whom. */
import type { Collector } from '../diagnostic/collector.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { BeadDraft } from './dialects/bead-draft.ts';
import type { FormulaDraft } from './dialects/formula-draft.ts';
import type { Located } from './dialects/schema.ts';
import type { RigSettings, Settings } from './settings.ts';
import { similar } from './similar.ts';
import type { Place, Source } from './toml/source.ts';

/** The agent that is always there: it runs `bead.task.run`. */
export const SHELL = 'shell';

export interface Assignment {
  readonly rig: RigSettings;
  /** Undefined: nobody can do it. */
  readonly agent: string | undefined;
}

/** Roles that the exporter writes; they mean the default agent wherever they are not defined. */
const ROLES: ReadonlySet<string> = new Set(['default', 'setup', 'dev', 'qa', 'ops']);
/** Capabilities that every agent has. */
const COMMON: ReadonlySet<string> = new Set(['execute', 'report']);

/**
 * Assigns rigs and agents.
 * Owns: which remarks were made already. I1: an unknown rig of the formula, mapped roles and the absence of agents are
 * reported once per formula.
 */
export class Assignments {
  readonly #formula: FormulaDraft;
  readonly #settings: Settings;
  readonly #collector: Collector;
  readonly #rigs: readonly string[];
  readonly #agents: readonly string[];
  readonly #mapped = new Map<string, { readonly source: Source; readonly place: Place }>();
  readonly #idle: string[] = [];
  #formulaRigReported = false;

  constructor(formula: FormulaDraft, settings: Settings, collector: Collector) {
    this.#formula = formula;
    this.#settings = settings;
    this.#collector = collector;
    this.#rigs = Object.keys(settings.rigs);
    this.#agents = [...Object.keys(settings.agents), SHELL];
  }

  /** Undefined when the rig is unknown or the agent is wrong (which was reported). */
  assign(bead: BeadDraft): Assignment | undefined {
    const rig = this.#rig(bead);
    const agent = this.#agent(bead, rig);
    if (rig === undefined || agent === 'wrong') return undefined;
    if (agent === undefined) this.#idle.push(bead.id);
    else this.#checkCapabilities(bead, agent.name);
    return { rig, agent: agent?.name };
  }

  /** Makes the remarks that concern the formula as a whole. */
  finish(): void {
    const [role] = this.#mapped;
    if (role !== undefined) {
      const roles = [...this.#mapped.keys()].map(quote).join(', ');
      this.#collector.report(
        'plan/agent-mapped',
        `agent types that are not defined mean the default agent: ${roles}`,
        {
          span: role[1].source.span(role[1].place),
        },
      );
    }
    const [first, ...others] = this.#idle;
    if (first === undefined) return;
    const who = others.length === 0 ? `bead ${quote(first)}` : `${quote(first)} and ${others.length} more`;
    const names = Object.keys(this.#settings.agents);
    const why =
      names.length === 0 ? 'no agent is defined' : `${names.length} agents are defined, and none is chosen`;
    this.#collector.report(
      'plan/no-agent',
      `the plan is valid, but cannot run: nobody does the work of ${who}, because ${why}`,
      {
        span: this.#formula.source.span(this.#formula.place),
        hints:
          names.length === 0
            ? [
                'define one in gastown.toml: [agents.NAME] with command = ["program", "argument"]',
                'or give the bead a command: [bead.task] run = "…"',
              ]
            : [
                `choose one in gastown.toml: [project] agent = ${quote(names[0] ?? '')}`,
                'or per rig (`agent`), or per bead (`bead.agent`)',
              ],
      },
    );
  }

  #rig(bead: BeadDraft): RigSettings | undefined {
    const name = bead.rig ?? this.#formula.rig;
    const known = rigNamed(name?.value ?? 'default', this.#settings);
    if (known !== undefined || name === undefined) return known;
    const source = bead.rig === undefined ? this.#formula.source : bead.source;
    if (bead.rig === undefined) {
      if (this.#formulaRigReported) return undefined;
      this.#formulaRigReported = true;
    }
    const near = similar(name.value, this.#rigs, this.#collector.patience);
    this.#collector.report('plan/rig-not-found', `Rig not found: ${quote(name.value)}`, {
      span: source.span(name),
      hints: [
        ...(near === undefined ? [] : [`did you mean "${near}"?`]),
        `define it in gastown.toml: [rigs.${name.value}] with kind = "directory" and root = "."`,
        'or use the one that always exists: rig = "default"',
      ],
    });
    return undefined;
  }

  #agent(bead: BeadDraft, rig: RigSettings | undefined): { readonly name: string } | undefined | 'wrong' {
    const wished = this.#wished(bead);
    if (wished === 'wrong') return 'wrong';
    if (wished === SHELL) return bead.run === undefined ? this.#shellWithoutRun(bead) : { name: SHELL };
    if (wished !== undefined)
      return bead.run === undefined ? { name: wished } : this.#runWithoutShell(bead, wished);
    if (bead.run !== undefined) return { name: SHELL };
    const name = defaultAgent(rig, this.#settings);
    if (name !== SHELL) return name === undefined ? undefined : { name };
    return this.#shellWithoutRun(bead);
  }

  /** Whom the bead itself names; undefined: nobody in particular. */
  #wished(bead: BeadDraft): string | undefined {
    const { agent } = bead;
    const wish = agent?.name ?? agent?.type;
    if (agent === undefined || wish === undefined) return undefined;
    if (wish.value === SHELL || isDefined(wish.value, this.#settings)) return wish.value;
    const isRole = wish === agent.type && (this.#formula.dialect === 'exporter' || ROLES.has(wish.value));
    if (isRole) {
      if (!this.#mapped.has(wish.value)) this.#mapped.set(wish.value, { source: bead.source, place: wish });
      return undefined;
    }
    return this.#unknownAgent(bead, wish);
  }

  #unknownAgent(bead: BeadDraft, wish: Located<string>): 'wrong' {
    const near = similar(wish.value, this.#agents, this.#collector.patience);
    this.#collector.report(
      'plan/unknown-agent',
      `bead ${quote(bead.id)} names the agent ${quote(wish.value)}, which is not defined`,
      {
        span: bead.source.span(wish),
        hints: [
          ...(near === undefined ? [] : [`did you mean "${near}"?`]),
          'define it in gastown.toml: [agents.NAME] with command = ["program", "argument"]',
        ],
      },
    );
    return 'wrong';
  }

  #shellWithoutRun(bead: BeadDraft): 'wrong' {
    const wish = bead.agent?.name ?? bead.agent?.type ?? bead.idPlace;
    this.#collector.report(
      'plan/shell-without-run',
      `bead ${quote(bead.id)} is a shell bead, but has no command`,
      {
        span: bead.source.span(wish),
        hints: ['add it: [bead.task] run = "…"'],
      },
    );
    return 'wrong';
  }

  #runWithoutShell(bead: BeadDraft, agent: string): 'wrong' {
    this.#collector.report(
      'plan/run-without-shell',
      `bead ${quote(bead.id)} has a command, but its agent is ${quote(agent)}`,
      {
        span: bead.source.span(bead.run ?? bead.idPlace),
        hints: ['remove `bead.agent` (a command is run by "shell"), or remove `bead.task.run`'],
      },
    );
    return 'wrong';
  }

  #checkCapabilities(bead: BeadDraft, name: string): void {
    const settings = Object.hasOwn(this.#settings.agents, name) ? this.#settings.agents[name] : undefined;
    if (settings === undefined || settings.capabilities.length === 0) return;
    const lacking = bead.agent?.capabilities.find(
      ({ value }) => !COMMON.has(value) && !settings.capabilities.includes(value),
    );
    if (lacking === undefined) return;
    this.#collector.report(
      'plan/missing-capability',
      `agent ${quote(name)} does not declare the capability ${quote(lacking.value)}`,
      {
        span: bead.source.span(lacking),
      },
    );
  }
}

/** Who works in a rig where a bead names nobody; undefined: nobody. */
export function defaultAgent(
  rig: RigSettings | undefined,
  { agents, agent }: Pick<Settings, 'agent' | 'agents'>,
): string | undefined {
  const names = Object.keys(agents);
  return rig?.agent ?? agent ?? (names.length === 1 ? names[0] : undefined);
}

const isDefined = (agent: string, settings: Settings): boolean => Object.hasOwn(settings.agents, agent);

const rigNamed = (name: string, settings: Settings): RigSettings | undefined =>
  Object.hasOwn(settings.rigs, name) ? settings.rigs[name] : undefined;
