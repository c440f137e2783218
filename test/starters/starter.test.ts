import { expect, it } from 'vitest';
import { projectFiles } from '../../src/starters/starter.ts';

const all = {
  'app.js': 'of express',
  gitignore: '.env',
  'frameworks/none/app.js': 'of node:http',
  'test/app.test.js': '',
};

it('a project of the default framework has the files of the template, without those of the others', () => {
  expect(projectFiles(all, { name: 'express' })).toEqual({
    'app.js': 'of express',
    '.gitignore': '.env',
    'test/app.test.js': '',
  });
});

it('another framework replaces the files that it has', () => {
  expect(projectFiles(all, { name: 'none', overlay: 'none' })).toMatchObject({ 'app.js': 'of node:http' });
});
