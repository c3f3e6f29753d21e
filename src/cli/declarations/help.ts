/** Commands that help to use the others. */
import { buildCommand } from '@stricli/core';

export const explain = buildCommand({
  loader: async () => (await import('../commands/explain.ts')).explain,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'code',
          brief: 'A code such as plan/cycle; without one, lists them all',
          proposeCompletions: async () => Object.keys((await import('../../diagnostic/codes.ts')).codes),
        },
      ],
    },
  },
  docs: { brief: 'Tell more about the code of a diagnostic, such as plan/cycle' },
});

export const completions = buildCommand({
  loader: async () => (await import('../commands/completions.ts')).completions,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          placeholder: 'shell',
          brief: 'bash, zsh or fish',
          proposeCompletions: () => ['bash', 'zsh', 'fish'],
        },
      ],
    },
  },
  docs: {
    brief: 'Print a completion script for your shell',
    fullDescription: [
      'bash, in ~/.bashrc:  eval "$(gastown completions bash)"',
      'zsh, in ~/.zshrc after compinit:  eval "$(gastown completions zsh)"',
      'fish:  gastown completions fish > ~/.config/fish/completions/gastown.fish',
    ].join('\n'),
  },
});

/** Completion scripts call this for every press of Tab. */
export const complete = buildCommand({
  loader: async () => (await import('../commands/complete.ts')).complete,
  parameters: {
    positional: {
      kind: 'array',
      parameter: { parse: String, placeholder: 'word', brief: 'The words typed so far' },
    },
  },
  docs: { brief: 'Propose completions for the words typed so far' },
});
