import { describe, expect, it } from 'vitest';
import {
  argumentsOf,
  commandNamed,
  givenOptions,
  hasSwitch,
  nameWords,
  readArgv,
  splitShortValues,
} from '../../src/cli/argv.ts';
import type { CommandEntry } from '../../src/command-kit/command.ts';
import type { Takes } from '../../src/command-kit/globals.ts';

const takes = new Map<string, Takes>([
  ['-o', 'required'],
  ['--jq', 'required'],
  ['-f', 'optional'],
  ['--forward', 'optional'],
  ['-y', 'none'],
]);
const read = (line: string) => readArgv(line.split(' ').filter(Boolean), takes);
const optionsIn = (line: string) => givenOptions(read(line)).map(({ name, value }) => [name, value]);
const argumentsIn = (line: string) => argumentsOf(read(line)).map(({ text }) => text);

describe('the options of a command line', () => {
  it.each<[string, (readonly [string, string | null])[]]>([
    ['webhook listen --no-color -- jest --debug', [['--no-color', null]]],
    ['webhook listen -- jest --no-color --json -o json', []],
    ['-o json api /x', [['-o', 'json']]],
    ['api -o=json', [['-o', 'json']]],
    ['api -ojson', [['-o', 'json']]],
    [
      'api -o= -y=1 -yes',
      [
        ['-o', '='],
        ['-y=1', null],
        ['-yes', null],
      ],
    ],
    [
      'api --jq --debug --json',
      [
        ['--jq', '--debug'],
        ['--json', null],
      ],
    ],
    [
      'api --jq -- --debug',
      [
        ['--jq', '--'],
        ['--debug', null],
      ],
    ],
    ['api --jq=--debug', [['--jq', '--debug']]],
    ['api --jq=', [['--jq', '']]],
    ['api --unknown=a=b', [['--unknown', 'a=b']]],
    [
      'listen -f 3000 --forward',
      [
        ['-f', '3000'],
        ['--forward', null],
      ],
    ],
    [
      'listen --forward -o json',
      [
        ['--forward', null],
        ['-o', 'json'],
      ],
    ],
    ['listen --forward -- jest', [['--forward', null]]],
  ])('%s', (line, options) => {
    expect(optionsIn(line)).toEqual(options);
  });

  it('can be looked up by name, and a switch counts only without a value', () => {
    const line = read('-o json --debug=1 --jq --no-color -y');
    expect(givenOptions(line, '-o', '--output').map(({ value, at }) => [value, at])).toEqual([['json', 0]]);
    expect(hasSwitch(line, '-y')).toBe(true);
    expect(hasSwitch(line, '--debug')).toBe(false);
    expect(hasSwitch(line, '--no-color')).toBe(false);
  });
});

describe('the arguments of a command line', () => {
  it.each([
    ['api -o json /x -y /y', ['api', '/x', '/y']],
    ['api --unknown /x', ['api', '/x']],
    ['listen -f 3000 x -f -o a y', ['listen', 'x', 'y']],
    ['exec -- ls -l', ['exec']],
    ['verify - -f - --jq -', ['verify', '-']],
  ])('%s', (line, words) => {
    expect(argumentsIn(line)).toEqual(words);
  });

  it('after -- are those of another program', () => {
    expect(read('exec -- ls -- -l').behind).toEqual(['ls', '--', '-l']);
    expect(read('exec --').behind).toEqual([]);
    expect(read('exec --jq --').behind).toBeNull();
  });

  it.each([
    ['exec --jq', '--jq'],
    ['listen --forward', '--forward'],
    ['listen -y', null],
    ['exec --jq -- --jq', '--jq'],
    ['exec -- --jq', null],
  ])('may be the value of the last option: %s', (line, name) => {
    expect(read(line).pending?.name ?? null).toBe(name);
  });
});

describe('the name of the command', () => {
  const registry = [
    { name: 'list', aliases: ['show all'] },
    { name: 'list more' },
    { name: 'group one' },
  ] as unknown as CommandEntry[];
  const nameIn = (line: string) => commandNamed(nameWords(readArgv(line.split(' '))), registry)?.name ?? null;

  it.each([
    ['list', 'list'],
    ['list more or less', 'list more'],
    ['show all', 'list'],
    ['-p list group -o json one', 'group one'],
    ['-plist group -ojson one', 'group one'],
    ['group --json one', 'group one'],
    ['group --help one', 'group one'],
    ['group --no-input -p x --verbose one', 'group one'],
    ['group --unknown one', null],
    ['--unknown group one', 'group one'],
    ['group -- one', null],
  ])('%s', (line, name) => {
    expect(nameIn(line)).toBe(name);
  });
});

it.each([
  ['-o=json api', '-o json api'],
  ['listen -f=3000', 'listen -f 3000'],
  ['api --jq=.a -o=a=b -y=1', 'api --jq=.a -o a=b -y=1'],
  ['api --jq -o=json', 'api --jq -o=json'],
  ['exec -- -o=json', 'exec -- -o=json'],
])('writes %s as %s for the parser', (line, written) => {
  expect(splitShortValues(line.split(' '), takes).join(' ')).toBe(written);
});
