import { defineConfig } from 'vitest/config';
import { assembledText } from './scripts/excerpts.mjs';
import { folderText } from './scripts/folder-text.mjs';
import { pageScript } from './scripts/page-script.mjs';

/**
 * Four projects: `unit` and `flow` stay in memory or on loopback inside one process, `bin` runs the built program
 * in a throw-away home, `browser` drives Chromium. The last two need a build, which their global set-up makes.
 */
export default defineConfig({
  plugins: [assembledText, folderText, pageScript],
  test: {
    // For two cores: a worker often waits, for a process to start, for a limit, and for what the guide asks to wait.
    maxWorkers: 4,
    // Of the tests that mostly wait, so many run at once in one worker.
    maxConcurrency: 3,
    testTimeout: 60_000,
    // Some compile with a compiler that needs most of a minute.
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/*/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['test/{flow,bin,browser}/**'],
        },
      },
      { extends: true, test: { name: 'flow', include: ['test/flow/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'bin',
          // What they test runs in processes of its own.
          isolate: false,
          include: ['test/bin/**/*.test.ts'],
          globalSetup: ['test/support/program/build.ts'],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          // What they test runs in processes of its own.
          isolate: false,
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/program/build.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
