import type { Starter } from './starter.ts';

/** Every language there is a starter for. A new one is a folder in `templates/` and a row here. */
export const starters: readonly Starter[] = [
  {
    language: 'node',
    title: 'Node.js',
    frameworks: [{ name: 'express' }],
    needs: 'Node.js 20.18.1 or newer',
    install: ['npm', 'install'],
    start: 'npm start',
    test: 'npm test',
    files: () => import('../../templates/node?files'),
  },
];

/** The row of a language; undefined where there is none. */
export function starterFor(language: string): Starter | undefined {
  return starters.find((row) => row.language === language);
}
