/** Every command with its flags and its help; what a command does is loaded when it is called. */
import { buildApplication, buildCommand, buildRouteMap, numberParser } from '@stricli/core';
import type { Context } from './context.ts';

const formula = {
  kind: 'parsed',
  parse: String,
  optional: true,
  placeholder: 'file',
  brief: 'The formula (default: $GASTOWN_FORMULA, what `init` chose, or the nearest one)',
} as const;
const json = { kind: 'boolean', default: false, brief: 'Print JSON' } as const;
const strict = { kind: 'boolean', default: false, brief: 'Unknown keys are errors, not warnings' } as const;
const parallel = {
  kind: 'parsed',
  parse: countParser,
  optional: true,
  placeholder: 'n',
  brief: 'Beads in work at once (default: what the formula says)',
} as const;
const steal = {
  kind: 'boolean',
  default: false,
  brief: 'Take over from a gastown on another machine that is known to be dead',
} as const;
const writeStatus = {
  kind: 'boolean',
  default: false,
  brief: 'Write status into bead files that carry no status line, too',
} as const;

function countParser(text: string): number {
  const count = numberParser(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`${text} is not a whole number of at least 1`);
  return count;
}

const beadArgument = {
  kind: 'tuple',
  parameters: [{ parse: String, placeholder: 'bead', brief: 'The id of a bead' }],
} as const;

const init = buildCommand({
  loader: async () => (await import('./commands/init.ts')).init,
  parameters: {
    flags: { json, strict },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          placeholder: 'formula.toml',
          optional: true,
          brief: 'A formula, or where to make a new one',
        },
      ],
    },
  },
  docs: {
    brief: 'Check a formula and make it the default; scaffold a new one where there is none',
    fullDescription: [
      'Checks the formula and remembers it as this project’s default, so that `run`, `status` and the others find it.',
      'Where the path does not exist, writes a small formula with two beads to start from.',
      'Runs nothing, and can be repeated.',
    ].join('\n'),
  },
});

const run = buildCommand({
  loader: async () => (await import('./commands/run.ts')).run,
  parameters: {
    flags: {
      formula,
      bead: {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        placeholder: 'id',
        brief: 'Run only this bead; can be repeated',
      },
      withDeps: { kind: 'boolean', default: false, brief: 'With --bead: also what these beads require' },
      rerun: {
        kind: 'boolean',
        default: false,
        brief: 'Run again what is done: the given beads, or everything from scratch',
      },
      dryRun: {
        kind: 'boolean',
        default: false,
        brief: 'Show what would run, and every command, without running anything',
      },
      parallel,
      json,
      strict,
      writeStatus,
      steal,
    },
  },
  docs: {
    brief: 'Execute a formula, or go on with it',
    fullDescription: [
      'Runs every bead that is not done, in the order of the dependencies, as many at once as the formula allows.',
      'Finished work is never run again unless you ask for it with --rerun: after a crash, a stop or a failure, the',
      'same command goes on where the run was. Ctrl-C stops politely; a second one at once.',
      '',
      'Exit codes: 0 all done, 1 a bead failed for good or the run was aborted, 2 nothing was run because the command',
      'line or the plan has to be mended, 3 paused and waiting for a person, 130 interrupted.',
    ].join('\n'),
  },
});

const resume = buildCommand({
  loader: async () => (await import('./commands/resume.ts')).resume,
  parameters: { flags: { formula, parallel, json, writeStatus, steal } },
  docs: { brief: 'Go on with a run that was paused, stopped or interrupted' },
});

const stop = buildCommand({
  loader: async () => (await import('./commands/stop.ts')).stop,
  parameters: { flags: { formula } },
  docs: {
    brief: 'Stop a running formula politely, from another terminal',
    fullDescription:
      'Asks the gastown that runs this project to stop what works and waits until it has. Nothing is spent; `gastown resume` goes on.',
  },
});

const status = buildCommand({
  loader: async () => (await import('./commands/status.ts')).status,
  parameters: {
    flags: {
      formula,
      bead: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'id',
        brief: 'One bead, with everything known about it',
      },
      json,
    },
  },
  docs: { brief: 'Show where every bead is: before, during and after a run, from any terminal' },
});

const graph = buildCommand({
  loader: async () => (await import('./commands/graph.ts')).graph,
  parameters: {
    flags: {
      formula,
      format: {
        kind: 'enum',
        values: ['text', 'mermaid', 'dot', 'json'],
        default: 'text',
        brief: 'How to draw it',
      },
    },
  },
  docs: { brief: 'Draw the formula’s graph by levels; also one with cycles, to find them' },
});

const validate = buildCommand({
  loader: async () => (await import('./commands/validate.ts')).validate,
  parameters: {
    flags: { formula, json, strict },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'formula.toml',
          brief: 'The formula, instead of --formula',
        },
      ],
    },
  },
  docs: { brief: 'Check a formula and its beads; run nothing' },
});

const explain = buildCommand({
  loader: async () => (await import('./commands/explain.ts')).explain,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'code',
          brief: 'A code such as plan/cycle; without one, lists them all',
        },
      ],
    },
  },
  docs: { brief: 'Tell more about the code of a diagnostic' },
});

const logs = buildCommand({
  loader: async () => (await import('./commands/logs.ts')).logs,
  parameters: {
    flags: {
      formula,
      follow: { kind: 'boolean', default: false, brief: 'Keep printing while the bead works' },
      attempt: {
        kind: 'parsed',
        parse: countParser,
        optional: true,
        placeholder: 'n',
        brief: 'Which attempt (default: the last one)',
      },
      checks: { kind: 'boolean', default: false, brief: 'The output of the checks instead of the work' },
    },
    aliases: { f: 'follow' },
    positional: beadArgument,
  },
  docs: { brief: 'Print what a bead’s work has printed' },
});

const completions = buildCommand({
  loader: async () => (await import('./commands/completions.ts')).completions,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'shell', brief: 'bash, zsh or fish' }],
    },
  },
  docs: {
    brief: 'Print a completion script for your shell',
    fullDescription: 'For bash: eval "$(gastown completions bash)" in ~/.bashrc; zsh and fish alike.',
  },
});

/** Completion scripts call this for every press of Tab. */
const complete = buildCommand({
  loader: async () => (await import('./commands/complete.ts')).complete,
  parameters: {
    positional: { kind: 'array', parameter: { parse: String, brief: 'The words typed so far' } },
  },
  docs: { brief: 'Propose completions for the words typed so far' },
});

export function makeApplication(version: string) {
  const root = buildRouteMap({
    routes: {
      init,
      run,
      resume,
      stop,
      status,
      graph,
      validate,
      explain,
      logs,
      completions,
      __complete: complete,
    },
    docs: {
      brief: 'Executes plans with AI coding agents',
      fullDescription: [
        'A formula (formula.toml) names the plan; beads (beads/*.toml) are its tasks with dependencies, artifacts and',
        'acceptance criteria. GasTown gives each bead to an agent, verifies what comes back, and survives every crash.',
        '',
        'To begin:   gastown init gastown/formula.toml   then   gastown run',
        'To look:    gastown status   gastown graph   gastown logs BEAD',
      ].join('\n'),
      hideRoute: { __complete: true },
    },
  });
  return buildApplication<Context>(root, {
    name: 'gastown',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel' },
    documentation: { caseStyle: 'convert-camel-to-kebab', useAliasInUsageLine: true },
  });
}
