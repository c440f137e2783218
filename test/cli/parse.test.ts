import { describe, expect, it } from 'vitest';
import { parse } from '../../src/cli/parse.ts';
import { UsageFault } from '../../src/cli/usage-fault.ts';
import type { CommandEntry, CommandModule } from '../../src/command-kit/command.ts';
import { plainStyle } from '../../src/text/style.ts';
import { colored } from '../support/commands/style.ts';

const module: CommandModule<never> = {
  declare: (command) =>
    command
      .argument('[to-whom]', 'whom to greet')
      .argument('[rest...]', 'what else')
      .option('--often <n>', 'how many times', '1')
      .option('-H, --header <line>', 'a header')
      .option('--name <name>', 'another name', (name, names: string[] = []) => [...names, name])
      .option('-f, --forward [url]', 'where to'),
  examples: {
    'revento greet you': 'say hello',
  },
  layout: { shape: 'value' },
  run: () => {
    throw new Error('parsing runs nothing');
  },
};

const bare: CommandModule<never> = {
  ...module,
  declare: (command) =>
    command
      .option('--loud', 'in capitals')
      .addOption(command.createOption('--size <n>', 'how large').choices(['S', 'M'])),
};

const wrap: CommandModule<never> = {
  ...module,
  declare: (command) => command.argument('[command...]', 'what to run'),
  hintForLostWord: (word) => `not ${word}`,
};

const entry = (name: string, rest: Partial<CommandEntry> = {}): CommandEntry => ({
  name,
  summary: `Does ${name}`,
  group: 'More',
  load: async () => module,
  ...rest,
});

const registry = [
  entry('greet', { aliases: ['hail'] }),
  entry('greet again'),
  entry('group one'),
  entry('group two'),
  entry('help topic'),
  entry('bare', { load: async () => bare }),
  entry('bare bones'),
  entry('wrap', { load: async () => wrap }),
  entry('fetch', {
    load: async () => ({ ...module, declare: (command) => command.argument('<path>', 'what to get') }),
  }),
];

const optionsOf = async (line: string) => {
  const invocation = await parse(line.split(' ').filter(Boolean), registry, plainStyle());
  if (invocation.kind !== 'command') throw new Error(`no command: ${invocation.text}`);
  return { name: invocation.entry.name, ...invocation.options };
};
const textOf = async (line: string) => {
  const invocation = await parse(line.split(' ').filter(Boolean), registry, plainStyle());
  return invocation.kind === 'text' ? invocation.text : `the command ${invocation.entry.name}`;
};
const faultOf = async (line: string) => {
  const error = await parse(line.split(' '), registry, plainStyle()).catch((reason: unknown) => reason);
  if (!(error instanceof UsageFault)) throw new Error(`not refused: ${line}`);
  return `${error.message} / ${error.hint}`;
};

describe('finding the command', () => {
  it.each([
    ['its name', 'greet', 'greet'],
    ['its alias', 'hail', 'greet'],
    ['the longest name that fits', 'greet again', 'greet again'],
    ['global options before the name', '-p greet group one', 'group one'],
    ['global options between the words', 'group -p two one', 'group one'],
    ['a global switch between the words', 'group --json one', 'group one'],
  ])('%s', async (_name, line, name) => {
    expect((await optionsOf(line)).name).toBe(name);
  });
});

describe('options', () => {
  it.each([
    ['-o=json greet', { output: 'json' }],
    ['greet you -H=a=b', { header: 'a=b', toWhom: 'you' }],
    ['greet -f=3000 you', { forward: '3000', toWhom: 'you' }],
    ['greet you -- -o=json', { rest: ['-o=json'] }],
  ])('take a value after an equals sign in their short form as well: %s', async (line, given) => {
    expect(await optionsOf(line)).toMatchObject(given);
  });

  it('reach the command from before and after its name', async () => {
    expect(await optionsOf('-p a greet --often 3 -e b')).toMatchObject({ profile: 'a', often: '3', event: 'b' });
  });

  it('of the command itself come after its name', async () => {
    expect(await faultOf('--often 3 greet')).toMatch(/unknown option '--often'/);
  });

  it('stand with arguments under camel-cased names', async () => {
    expect(await optionsOf('greet you and all')).toMatchObject({ toWhom: 'you', rest: ['and', 'all'] });
  });

  it('may be empty where that is a value too', async () => {
    expect(await optionsOf('greet --jq=')).toMatchObject({ jq: '' });
    expect(await optionsOf('wrap -- ls -l')).toMatchObject({ command: ['ls', '-l'] });
  });

  it('of another program stay untouched after --', async () => {
    expect(await optionsOf('greet you -- -p --help')).toMatchObject({ rest: ['-p', '--help'] });
    expect(await optionsOf('greet you -- -p --help')).not.toHaveProperty('profile');
  });
});

describe('a command line that does not fit', () => {
  it.each([
    ['an unknown command', 'gret', 'unknown command "gret" / did you mean `revento greet`?'],
    ['help of an unknown command', 'help gret', 'unknown command "gret" / did you mean `revento greet`?'],
    [
      'an unknown member',
      'group thre',
      'unknown command "group thre" / see revento group --help; its commands are one, two',
    ],
    [
      'a misspelled option',
      'greet --oftn 3',
      "unknown option '--oftn' / did you mean --often? If not, see revento greet --help",
    ],
    ['a misspelled global option', '--jsn', "unknown option '--jsn' / did you mean --json? If not, see revento --help"],
    ['a group with a foreign option', 'group --often 3', "unknown option '--often' / see revento group --help"],
    [
      'an option without its value',
      'greet --often',
      "option '--often <n>' needs a value / --often: how many times; see revento greet --help",
    ],
    [
      'a global option without its value',
      'greet you -o',
      "option '-o, --output <format>' needs a value / --output: output format: table, json, ndjson, csv; see revento greet --help",
    ],
    [
      'dashes in front of the command',
      '-- greet you',
      'no command before `--` / remove the `--`, or put it after the command',
    ],
    ['dashes around arguments', '--json -- greet --', /^no command before `--`/],
    ['a dash alone', '-', 'unknown command "-" / see revento --help'],
    ['dashes after a group', 'group -- one', 'no command before `--` / remove the `--`, or put it after the command'],
    ['a missing argument', 'fetch', '`revento fetch` needs <path> / <path>: what to get; see revento fetch --help'],
    [
      'an option by the name another tool has for it',
      'greet you --format json',
      "unknown option '--format' / use -o, --output <format>: output format: table, json, ndjson, csv",
    ],
    [
      'a secret as an argument, which is not repeated',
      'greet you --token=canary',
      "unknown option '--token' / secrets are never passed as arguments; see `revento help environment` and `revento config set --help`",
    ],
    [
      'an option of another command by another name',
      'bare --per-page 3',
      /^unknown option '--per-page' \/ see revento/,
    ],
    ['a value for a switch', 'bare --loud=canary', "option '--loud' takes no value / see revento bare --help"],
    ['a value for a global switch', 'greet --json=no', "option '--json' takes no value / see revento greet --help"],
    [
      'what begins with a dash, of which little is repeated',
      'greet -4canary=x',
      "unknown option '-4…' / see revento greet --help",
    ],
    [
      'an option with nothing in it',
      'greet --often=',
      '--often is empty / is a variable unset? To use what is set up, leave --often out',
    ],
    ['a repeatable one with nothing in it', 'greet --name=a --name=', /^--name is empty/],
    ['a global one with nothing in it', '--profile= greet', /^--profile is empty/],
    ['a word before the dashes that precede a command', 'wrap ls -- cat', 'unexpected argument before `--` / not ls'],
    ['a command without the dashes', 'wrap ls', 'unexpected argument before `--` / not ls'],
    ['what begins with two', 'greet --4canary=', "unknown option '--4c…' / see revento greet --help"],
    ['what begins with two and a name', 'greet --canary+/x', "unknown option '--ca…' / see revento greet --help"],
    ['what begins like a known switch', 'greet -hcanary', "unknown option '-h…' / see revento greet --help"],
    ['a whole word after one dash', 'bare -json', "unknown option '-j…' / long options take two dashes: --json"],
    [
      'a value that is none of those to choose from',
      'bare --size canary',
      "option '--size <n>' takes one of S, M / see revento bare --help",
    ],
    [
      'words for a command that takes none',
      'bare canary',
      '`revento bare` takes no argument, and 1 was given / see revento bare --help',
    ],
    [
      'a misspelled member of what is a command itself',
      'bare bnes',
      '`revento bare` takes no argument, and 1 was given / did you mean `revento bare bones`?',
    ],
  ])('%s', async (_name, line, told) => {
    const fault = await faultOf(line);
    if (typeof told === 'string') expect(fault).toBe(told);
    else expect(fault).toMatch(told);
  });
});

describe('help', () => {
  it.each([
    ['no arguments at all', ''],
    ['--help', '--help'],
    ['-h', '-h'],
    ['the word help', 'help'],
    ['only global options', '-p other'],
  ])('of everything: %s', async (_name, line) => {
    expect(await textOf(line)).toMatch(/^The developer tool for Revento/);
  });

  it.each([['group'], ['group --help'], ['help group'], ['-p x help group'], ['-p help help group']])(
    'of a group: %s',
    async (line) => {
      expect(await textOf(line)).toMatch(
        /Usage\n {2}revento group COMMAND \[options\]\n\nCommands\n {2}one {2}Does group one/,
      );
    },
  );

  it.each([['greet --help'], ['greet -h'], ['help greet'], ['greet you --often 3 --help'], ['hail --help']])(
    'of a command: %s',
    async (line) => {
      const text = await textOf(line);
      expect(text).toMatch(/^Does greet\.\n\nUsage\n {2}revento greet \[options\] \[to-whom\] \[rest\.\.\.\]\n/);
      expect(text).toContain('--often <n>          how many times (default: 1)');
      expect(text).toContain('# say hello\n  $ revento greet you\n');
    },
  );

  it('of a topic is the topic', async () => {
    expect(await textOf('help topic')).toBe('the command help topic');
  });

  it('of everything and of a group loads no command', async () => {
    const untouched = registry.map((one) => ({ ...one, load: () => Promise.reject(new Error('loaded')) }));
    await expect(parse([], untouched, plainStyle())).resolves.toMatchObject({ kind: 'text' });
    await expect(parse(['group'], untouched, plainStyle())).resolves.toMatchObject({ kind: 'text' });
  });

  it('fits 80 columns', async () => {
    for (const line of ['', 'group', 'greet --help']) {
      const wide = (await textOf(line)).split('\n').filter((text) => text.length > 80);
      expect(wide).toEqual([]);
    }
  });

  it('is decorated only by the style it is given', async () => {
    const invocation = await parse(['greet', '--help'], registry, colored);
    expect(invocation).toMatchObject({ text: expect.stringContaining('<bold>Usage</bold>') });
    expect(await textOf('greet --help')).not.toMatch(/<bold>|\x1b/);
  });
});

describe('the version', () => {
  it.each([['--version'], ['-V'], ['--version --json']])('%s', async (line) => {
    expect(await textOf(line)).toMatch(/^\S+\n$/);
  });
});
