import { defineConfig } from 'vitest/config';

const report = process.env['GASTOWN_TEST_REPORT'];

// Pure rooms share threads without isolation; whatever starts processes gets a process of its own.
export default defineConfig({
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        test: {
          name: 'pure',
          include: ['src/{core,diagnostic,plan,view}/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['src/{core,diagnostic,plan,view}/**'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
