import { expect, it } from 'vitest';
import { ownOptions } from '../../src/cli/own-options.ts';

const taking = new Set(['-o', '--jq']);

it.each<[string, (readonly [string, string | undefined])[]]>([
  ['webhook listen --no-color -- jest --debug', [['--no-color', undefined]]],
  ['webhook listen -- jest --no-color --json -o json', []],
  ['-o json api /x', [['-o', 'json']]],
  [
    'api --jq --debug --json',
    [
      ['--jq', '--debug'],
      ['--json', undefined],
    ],
  ],
  [
    'api --jq -- --debug',
    [
      ['--jq', '--'],
      ['--debug', undefined],
    ],
  ],
  ['api --jq', [['--jq', undefined]]],
  ['api --jq=--debug', [['--jq=--debug', undefined]]],
])('finds in %j', (line, options) => {
  expect(ownOptions(line.split(' '), taking)).toEqual(options);
});
