/** Commands by which people steer a run. */
import { buildCommand } from '@stricli/core';
import { beadArgument, beadIds, formula, json } from './shared.ts';

const decisions = () => import('../commands/decisions.ts');

const gate = {
  parse: String,
  placeholder: 'bead|sync/level',
  brief: 'A bead, or a sync point such as sync/0',
  proposeCompletions: beadIds,
} as const;

const WITHOUT_DRIVER =
  'Where nobody drives the run, the decision is recorded, and `gastown resume` acts on it.';

export const approve = buildCommand({
  loader: async () => (await decisions()).approve,
  parameters: { flags: { formula }, positional: { kind: 'tuple', parameters: [gate] } },
  docs: {
    brief: 'Let a bead or a level go on that waits for approval',
    fullDescription: [
      'For a gate before a bead, an approval at a sync point, or beads that a bead wants to add. The first decision',
      'counts; who comes second is told whose it was.',
      WITHOUT_DRIVER,
    ].join('\n'),
  },
});

export const reject = buildCommand({
  loader: async () => (await decisions()).reject,
  parameters: {
    flags: {
      formula,
      reason: {
        kind: 'parsed',
        parse: String,
        placeholder: 'text',
        brief: 'Why, for whoever has to mend it',
      },
    },
    positional: { kind: 'tuple', parameters: [gate] },
  },
  docs: {
    brief: 'Refuse what waits for approval, with a reason',
    fullDescription: [
      'The bead counts as failed, and its failure branch or `on_failure` decides what follows. Beads that a bead wanted',
      'to add are not added: its attempt counts as failed, and the next one is told the reason.',
      WITHOUT_DRIVER,
    ].join('\n'),
  },
});

export const answer = buildCommand({
  loader: async () => (await decisions()).answer,
  parameters: {
    flags: { formula },
    positional: {
      kind: 'array',
      minimum: 2,
      parameter: {
        parse: String,
        placeholder: 'bead text',
        brief: 'The id of a bead, then the answer',
        proposeCompletions: beadIds,
      },
    },
  },
  docs: {
    brief: 'Answer the question of a bead',
    fullDescription: [
      'An attempt that needs to know something ends with a question; the next one is given the answer.',
      WITHOUT_DRIVER,
      '',
      'For example:  gastown answer pet-crud "Use the second schema"',
    ].join('\n'),
  },
});

export const pause = buildCommand({
  loader: async () => (await decisions()).pause,
  parameters: { flags: { formula } },
  docs: {
    brief: 'Start nothing new; what runs is finished',
    fullDescription:
      'The run then ends with exit code 3, and `gastown resume` goes on. `gastown stop` ends what runs, too.',
  },
});

export const retry = buildCommand({
  loader: async () => (await decisions()).retry,
  parameters: { flags: { formula }, positional: { kind: 'tuple', parameters: [beadArgument] } },
  docs: {
    brief: 'Give one bead that did not make it new attempts',
    fullDescription: [
      'The bead and what was skipped because of it begin again; `gastown resume` does so for all that failed.',
      WITHOUT_DRIVER,
    ].join('\n'),
  },
});

export const skip = buildCommand({
  loader: async () => (await decisions()).skip,
  parameters: { flags: { formula }, positional: { kind: 'tuple', parameters: [beadArgument] } },
  docs: {
    brief: 'Leave a bead out',
    fullDescription: [
      'As if a condition of the bead did not hold: what requires it and something else goes on without it, what requires',
      'nothing else is left out, too. A bead in work is stopped first.',
      WITHOUT_DRIVER,
    ].join('\n'),
  },
});

export const cancel = buildCommand({
  loader: async () => (await decisions()).cancel,
  parameters: { flags: { formula } },
  docs: {
    brief: 'Stop everything and end the run for good',
    fullDescription: [
      'What is done stays done, and `gastown run` begins with it. To stop for now only: `gastown stop`, `gastown pause`.',
    ].join('\n'),
  },
});

export const why = buildCommand({
  loader: async () => (await import('../commands/why.ts')).why,
  parameters: { flags: { formula, json }, positional: { kind: 'tuple', parameters: [beadArgument] } },
  docs: {
    brief: 'Say why a bead runs or does not, and what to do about it',
    fullDescription: [
      'Follows what the bead waits for down to the roots: what runs, failed, waits for a person, a slot or a lock.',
      'Only looks.',
    ].join('\n'),
  },
});
