import { describe, expect, it } from 'vitest';
import type { CommandEntry, CommandModule } from '../../src/command-kit/command.ts';
import { toLines } from '../../src/completion/candidate.ts';
import { complete } from '../../src/completion/complete.ts';
import { knownSandbox } from '../../src/completion/known-sandbox.ts';
import type { Known } from '../../src/completion/sources.ts';

const listen: CommandModule<never> = {
  declare: (command) =>
    command
      .argument('[command...]', 'run this')
      .option('-f, --forward [target]', 'hand on')
      .option('--events <types>', 'only these')
      .option('--record <file>', 'keep')
      .option('-H, --header <line>', 'a header', (value: string, all: string[]) => [...all, value], [])
      .addOption(command.createOption('--old', 'an old name').hideHelp())
      .addOption(command.createOption('--on <what>', 'when').choices(['good', 'bad'])),
  layout: { shape: 'events' },
  run: () => {
    throw new Error('completion runs nothing');
  },
};
const verify: CommandModule<never> = { ...listen, declare: (command) => command.argument('[file]', 'a body') };
const status: CommandModule<never> = { ...listen, declare: (command) => command.option('--check', 'ask') };

const entry = (name: string, module: CommandModule<never>): CommandEntry => ({
  name,
  summary: `Does ${name}`,
  group: 'More',
  load: async () => module,
});
const registry = [
  entry('status', status),
  entry('webhook listen', listen),
  entry('webhook verify', verify),
  entry('help topics', status),
];
const known: Known = {
  profiles: () => [{ value: 'staging', about: '1 login' }],
  users: () => [{ value: 'usr_1', about: 'evt_1' }],
  events: (profile) => [{ value: `evt_of_${profile ?? 'selected'}`, about: '' }],
  sandbox: knownSandbox(
    () => Promise.reject(new Error('none runs')),
    () => undefined,
  ),
};

/** The words after the program's name, the last one being typed. */
const offered = async (line: string) =>
  (await complete(line.split(' '), registry, known)).candidates.map(({ value }) => value);

describe('names', () => {
  it.each([
    ['of commands, groups and help', '', ['status', 'webhook', 'help']],
    ['that begin with what is typed', 'sta', ['status']],
    ['of the members of a group', 'webhook ', ['listen', 'verify']],
    ['after a global option and its value', '-p webhook webhook ', ['listen', 'verify']],
    ['of commands and topics after help', 'help ', ['status', 'webhook', 'topics']],
    ['of members after help', 'help webhook v', ['verify']],
    ['of nothing after an unknown word', 'nosuch ', []],
  ])('%s', async (_name, line, values) => {
    expect(await offered(line)).toEqual(values);
  });

  it('come with what they do; groups with their members', async () => {
    expect((await complete([''], registry, known)).candidates).toContainEqual({
      value: 'status',
      about: 'Does status',
    });
    expect((await complete(['w'], registry, known)).candidates).toEqual([
      { value: 'webhook', about: 'listen, verify' },
    ]);
  });
});

describe('options', () => {
  it('are those of the command and the global ones', async () => {
    expect(await offered('status --')).toEqual(expect.arrayContaining(['--check', '--output', '--help']));
    expect(await offered('status --')).not.toContain('--forward');
  });

  it.each([
    ['once given, are not offered again', 'status --check --ch', []],
    ['that repeat are offered again', 'webhook listen --header a --hea', ['--header']],
    ['that are hidden are not offered', 'webhook listen --ol', []],
    ['before a command are the global ones', '--prof', ['--profile']],
    ['after -- are another program’s', 'webhook listen -- --for', []],
    ['have short names too', 'webhook listen -f', ['-f']],
  ])('%s', async (_name, line, values) => {
    expect(await offered(line)).toEqual(values);
  });
});

describe('values', () => {
  it.each([
    ['of a choice', 'webhook listen --on ', ['good', 'bad']],
    ['of a choice, after an equals sign', 'webhook listen --on=g', ['--on=good']],
    ['of a global option after its short name', 'status -o nd', ['ndjson']],
    ['of a profile', '-p ', ['staging']],
    ['of an event, of the selected profile', 'status -e ', ['evt_of_selected']],
    ['of an event, of the profile named', 'status --profile=other -e ', ['evt_of_other']],
    ['of an event, of the profile named before', '-p other status --event ', ['evt_of_other']],
    ['of a list, one by one', 'webhook listen --events data', ['data.deletion_required']],
    ['of a list, without those it has', 'webhook listen --events application.approved,application.ap', []],
    ['that may be anything: none', 'webhook listen --header ', []],
    ['of an unknown option: none', 'status --nosuch=', []],
    ['of an option that takes none: none', 'status --check=', []],
    ['of an optional value: the next word may as well be an option', 'webhook listen -f --ev', ['--event', '--events']],
  ])('%s', async (_name, line, values) => {
    expect((await offered(line)).sort()).toEqual([...values].sort());
  });

  it('that are files are left to the shell', async () => {
    expect(await complete(['webhook', 'listen', '--record', ''], registry, known)).toMatchObject({ also: 'files' });
    expect(await complete(['webhook', 'verify', ''], registry, known)).toMatchObject({ also: 'files' });
  });
});

describe('another program’s command line', () => {
  it('is offered where one is taken', async () => {
    expect(await offered('webhook listen ')).toEqual(['--']);
  });

  it('begins after --', async () => {
    const found = await complete(['-p', 'x', 'webhook', 'listen', '--', 'npm', 'te'], registry, known);
    expect(found).toEqual({ candidates: [], also: { programAt: 5 }, isOpen: false });
  });

  it('is not expected where the command takes none', async () => {
    expect(await complete(['status', '--', ''], registry, known)).toMatchObject({ also: 'nothing' });
  });
});

describe('the text for shells', () => {
  it('is a line about the shell’s part, then one a candidate', () => {
    const candidates = [
      { value: 'a', about: 'two\nlines\tand a tab' },
      { value: 'b', about: '' },
    ];
    expect(toLines({ candidates, also: 'files', isOpen: true })).toBe('files open\na\ttwo lines and a tab\nb\t\n');
    expect(toLines({ candidates: [], also: { programAt: 3 }, isOpen: false })).toBe('program 3\n');
  });
});
