/** Every command with its flags and its help; what a command does is loaded when it is called. */
import { buildApplication, buildCommand, buildRouteMap } from '@stricli/core';
import { parseDuration } from '../plan/dialects/kinds.ts';
import { isJournalProblem } from '../ports/journal.ts';
import { applicationText, lackOf } from './application-text.ts';
import { type Context, EXIT } from './context.ts';
import { complete, completions, explain } from './declarations/help.ts';
import * as people from './declarations/people.ts';
import { beadArgument, beadIds, flag, formula, json } from './declarations/shared.ts';
import { parseWidths } from './widths.ts';

const strict = flag('Unknown keys are errors, not warnings');
const parallel = {
  kind: 'parsed',
  parse: count,
  optional: true,
  placeholder: 'n',
  brief: 'Beads in work at once (default: what the formula says)',
} as const;
const noWait = flag('Pause, with exit code 3, when only people are waited for');
const steal = flag('Take over from a gastown on another machine that is known to be dead');
const writeStatus = flag('Write status into bead files that carry no status line, too');

const values = {
  kind: 'parsed',
  parse: assignment,
  optional: true,
  variadic: true,
  placeholder: 'name=value',
  brief: 'A value for a variable of the formula; can be repeated',
} as const;

function assignment(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error('it must be name=value');
  return [text.slice(0, at), text.slice(at + 1)];
}

function count(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < 1)
    throw new Error('it must be a whole number of at least 1');
  return number;
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error('it must be a duration such as 0s, 30s or 5m');
  return ms;
}

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
          brief: 'A formula, or where to make a new one (default: the nearest formula)',
        },
      ],
    },
  },
  docs: {
    brief: 'Check a formula and make it the default; scaffold a new one where there is none',
    fullDescription: [
      'Checks the formula and remembers it as this project’s default, so that `run`, `status` and the others find it.',
      'Where the path does not exist, writes a small formula with three beads that run as they are, to start from.',
      'Runs nothing, never overwrites a file, and can be repeated.',
      '',
      'For example:  gastown init gastown/formula.toml',
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
        proposeCompletions: beadIds,
      },
      withDeps: flag('With --bead: also what these beads require'),
      wait: {
        kind: 'parsed',
        parse: duration,
        optional: true,
        placeholder: 'duration',
        brief:
          'With --bead: how long to wait for another terminal to ask for what they require (default: 30s)',
      },
      rerun: flag('Run again what is done: the given beads, or everything from scratch'),
      eager: flag('A convoy without sync points: a bead starts as soon as what it requires is done'),
      dryRun: flag('Show what would run, and every command, without running anything'),
      var: values,
      parallel,
      json,
      strict,
      writeStatus,
      noWait,
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
      'While another gastown runs the formula, this one joins: what it asks for is done, too, and it follows until that is',
      'settled. Its exit code is about what it asked for. It takes over when the other one ends first.',
      '',
      'A stranger’s formula can be read before it is run: --dry-run lists every command.',
      '',
      'Exit codes: 0 all done, 1 a bead failed for good or the run was aborted, 2 nothing was run because the command',
      'line or the plan has to be mended, 3 paused and waiting for a person, 130 interrupted.',
    ].join('\n'),
  },
});

const resume = buildCommand({
  loader: async () => (await import('./commands/resume.ts')).resume,
  parameters: { flags: { formula, var: values, parallel, json, writeStatus, noWait, steal } },
  docs: {
    brief: 'Go on with a run that was paused, stopped or interrupted',
    fullDescription: [
      'Like `run`, but only where there is a run already. What is done stays done; what is still alive is followed;',
      'what failed gets new attempts. Variables keep the values that the run was made with, unless --var says otherwise.',
      'While another gastown runs it, this one follows it to its end.',
    ].join('\n'),
  },
});

const stop = buildCommand({
  loader: async () => (await import('./commands/stop.ts')).stop,
  parameters: { flags: { formula } },
  docs: {
    brief: 'Stop a running formula politely, from another terminal',
    fullDescription: [
      'Asks the gastown that runs this project to stop what works, and waits until it has. No attempt is spent, and',
      '`gastown resume` goes on. In the terminal of the run itself, Ctrl-C does the same.',
    ].join('\n'),
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
        brief: 'One bead, with everything known about it: attempts, failures, evidence, logs',
        proposeCompletions: beadIds,
      },
      all: flag('Every bead, also those that are done in a large formula'),
      json,
    },
  },
  docs: {
    brief: 'Show where every bead is: before, during and after a run, from any terminal',
    fullDescription: [
      'Only looks: a run is never disturbed by it, and nothing is written.',
      'With --json it prints one object; schemas/status.schema.json describes it.',
    ].join('\n'),
  },
});

const graph = buildCommand({
  loader: async () => (await import('./commands/graph.ts')).graph,
  parameters: {
    flags: {
      formula,
      var: values,
      format: {
        kind: 'enum',
        values: ['text', 'mermaid', 'dot', 'json'],
        default: 'text',
        brief: 'How to draw it',
      },
    },
  },
  docs: {
    brief: 'Draw the formula’s graph by levels; also one with cycles, to find them',
    fullDescription: [
      'Marks every bead with its status when there is a run. `mermaid` goes into Markdown, `dot` into Graphviz:',
      '',
      '  gastown graph --format dot | dot -Tsvg > graph.svg',
    ].join('\n'),
  },
});

const validate = buildCommand({
  loader: async () => (await import('./commands/validate.ts')).validate,
  parameters: {
    flags: { formula, var: values, json, strict },
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
  docs: {
    brief: 'Check a formula and its beads; run nothing',
    fullDescription: [
      'Reports everything that is wrong at once, with the place and what to do. Exit code 0 when the formula can be',
      'planned (warnings may remain), 2 when it cannot. `gastown explain CODE` tells more about a diagnostic.',
    ].join('\n'),
  },
});

const simulate = buildCommand({
  loader: async () => (await import('./commands/simulate.ts')).simulate,
  parameters: {
    flags: {
      formula,
      var: values,
      parallel: {
        kind: 'parsed',
        parse: parseWidths,
        optional: true,
        placeholder: '1..16',
        brief: 'Beads at once: a number, a range or a list (default: up to what could be used, at most 16)',
      },
      json,
    },
  },
  docs: {
    brief: 'Estimate how long the formula takes with more or fewer beads at once; run nothing',
    fullDescription: [
      'Makes the schedule that a run from scratch would follow, in no time, for each width: how long it takes, how much of',
      'the room is used, and the bound that no schedule of this width can beat. Says from which width on more would not',
      'help, and why. Durations are those of past runs; without any, every bead counts as one.',
      '',
      'For example:  gastown simulate --parallel 1,2,4,8',
    ].join('\n'),
  },
});

const logs = buildCommand({
  loader: async () => (await import('./commands/logs.ts')).logs,
  parameters: {
    flags: {
      formula,
      follow: flag('Keep printing until the bead’s work is over'),
      attempt: {
        kind: 'parsed',
        parse: count,
        optional: true,
        placeholder: 'n',
        brief: 'Which attempt (default: the last one)',
      },
      checks: flag('The output of the checks instead of the work'),
    },
    aliases: { f: 'follow' },
    positional: {
      kind: 'tuple',
      parameters: [beadArgument],
    },
  },
  docs: {
    brief: 'Print what a bead’s work has printed',
    fullDescription: [
      'Into a file or a pipe the bytes go as they are; on a terminal colours and cursor movements are taken out.',
      'Secrets were already taken out when the log was written.',
    ].join('\n'),
  },
});

const add = buildCommand({
  loader: async () => (await import('./commands/add.ts')).add,
  parameters: {
    flags: {
      formula,
      parent: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'bead',
        brief: 'Below which bead of a live run a person adds them',
        proposeCompletions: beadIds,
      },
    },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: String, placeholder: 'file.toml', brief: 'A description of one bead' },
    },
  },
  docs: {
    brief: 'Add beads to a run: those that the work of a bead has found, or yours',
    fullDescription: [
      'Checks the files and says what is wrong with them; what is right joins the run below the bead that calls: after its',
      'work, or at once where the bead says spawn = "live". Handing the same bead over again replaces its description.',
      '',
      'A file looks like a bead file, with an id of one segment. It cannot bring a rig or an agent of its own, and commands',
      'only where a person adds it: `gastown add lint.toml --parent foundation`, while a gastown drives the run.',
    ].join('\n'),
  },
});

export function makeApplication(version: string) {
  const root = buildRouteMap({
    routes: {
      init,
      run,
      resume,
      stop,
      pause: people.pause,
      cancel: people.cancel,
      approve: people.approve,
      reject: people.reject,
      answer: people.answer,
      retry: people.retry,
      skip: people.skip,
      status,
      why: people.why,
      graph,
      validate,
      simulate,
      explain,
      logs,
      add,
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
        'To look:    gastown status   gastown why BEAD   gastown graph   gastown logs BEAD',
        'To decide:  gastown approve BEAD   gastown answer BEAD TEXT   gastown retry BEAD',
        'For more:   gastown COMMAND --help',
      ].join('\n'),
      hideRoute: { __complete: true },
    },
  });
  return buildApplication<Context>(root, {
    name: 'gastown',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab', useAliasInUsageLine: true },
    completion: { includeAliases: false },
    localization: { text: applicationText },
    determineExitCode: (error) =>
      isJournalProblem(error) || lackOf(error) !== undefined ? EXIT.usage : EXIT.failed,
  });
}
