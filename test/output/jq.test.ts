import { describe, expect, it } from 'vitest';
import { JsonText } from '../../src/json/value.ts';
import type { Item, Layout } from '../../src/output/item.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { printed, printerOptions } from '../support/commands/printing.ts';

const rows = (...texts: string[]): Item => ({ kind: 'rows', rows: texts.map((text) => new JsonText(text)) });
const value = (text: string): Item => ({ kind: 'value', data: new JsonText(text), text: () => 'for people' });
const events: Layout = { shape: 'events' };

describe('--jq', () => {
  it('sees the whole list and not a page of it', async () => {
    expect((await printed([rows('1', '2'), rows('3')], { jq: 'length' })).stdout).toBe('3\n');
  });

  it('says that a list is an array where a field is asked of it', async () => {
    const { failure } = await printed([rows('{"id":"a"}')], { jq: '.id' });
    expect(failure).toMatchObject({ code: 'failed', facts: { hint: expect.stringContaining('.[].id') } });
  });

  it('says what a document and an answer are where rows are asked of them', async () => {
    const layout = { shape: 'value' } as const;
    const ofDocument = await printed([value('{"id":"a"}')], { jq: '.[].id', layout });
    expect(ofDocument.failure).toMatchObject({ facts: { hint: expect.stringContaining('one document') } });
    const bytes = Buffer.from('{"data":[{"id":"a"}]}');
    const ofAnswer = await printed([{ kind: 'bytes', bytes }], { jq: '.[].id', layout });
    expect(ofAnswer.failure).toMatchObject({ facts: { hint: expect.stringContaining('.data[]') } });
  });

  it('leaves a mistake inside the rows to its own words', async () => {
    const { failure } = await printed([rows('{"id":"a"}')], { jq: '.[].id.x' });
    expect(failure).toMatchObject({ facts: { hint: undefined } });
  });

  it('prints a result a line, strings raw', async () => {
    expect((await printed([rows('{"id":"a b"}', '{"id":"\\"c\\""}')], { jq: '.[].id' })).stdout).toBe('a b\n"c"\n');
  });

  it('prints compact JSON for what is not a string', async () => {
    expect((await printed([rows('{"a": {"b": [1, 2]}}')], { jq: '.[].a' })).stdout).toBe('{"b":[1,2]}\n');
  });

  it('keeps every line JSON with -o ndjson', async () => {
    expect((await printed([rows('{"id":"a"}')], { jq: '.[].id', format: 'ndjson' })).stdout).toBe('"a"\n');
  });

  it('filters one document', async () => {
    expect((await printed([value('{"a":{"b":7}}')], { jq: '.a.b', layout: { shape: 'value' } })).stdout).toBe('7\n');
  });

  it('filters raw bytes', async () => {
    const halves = ['{"a":', '"é"}'].map((text): Item => ({ kind: 'bytes', bytes: Buffer.from(text, 'utf8') }));
    expect((await printed(halves, { jq: '.a', layout: { shape: 'value' } })).stdout).toBe('é\n');
  });

  it('filters every event when it comes', async () => {
    expect((await printed([value('{"n":1}'), value('{"n":2}')], { jq: '.n', layout: events })).stdout).toBe('1\n2\n');
  });

  it('filters an empty list', async () => {
    expect((await printed([], { jq: 'length' })).stdout).toBe('0\n');
  });

  it('filters what came before the run stopped', async () => {
    expect((await printed([rows('1', '2')], { jq: 'length', isAborted: true })).stdout).toBe('2\n');
  });

  it('prints nothing when the run fails before the first row', async () => {
    expect((await printed([], { jq: 'length', isAborted: true })).stdout).toBe('');
  });

  it('keeps digits it does not compute with', async () => {
    expect((await printed([rows('12345678901234567890', '2.50')], { jq: '.[]' })).stdout).toBe(
      '12345678901234567890\n2.50\n',
    );
  });

  it('computes with a leading minus', async () => {
    expect((await printed([value('{"a":5}')], { jq: '-.a', layout: { shape: 'value' } })).stdout).toBe('-5\n');
  });

  it.each(['-n', '-V', '--help', '--tab'])('takes %s for an expression, never for an option of jq', async (jq) => {
    await expect(printed([], { jq })).rejects.toMatchObject({ code: 'usage' });
  });

  it('gives what `debug` says to stderr and continues', async () => {
    const { stdout, notices } = await printed([value('5')], { jq: 'debug | . + 1', layout: { shape: 'value' } });
    expect(stdout).toBe('6\n');
    expect(notices).toEqual(['["DEBUG:",5]']);
  });

  it.each(['.a |', '.[', 'nonsense', '$missing', ')', '"'])(
    'refuses %j as wrong usage before anything runs',
    async (jq) => {
      await expect(printed([], { jq })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^--jq: ./),
      });
    },
  );

  it('quotes the expression as it was typed', async () => {
    await expect(printed([], { jq: '.a |' })).rejects.toThrow('.a |');
    await expect(printed([], { jq: '.a |' })).rejects.not.toThrow('empty');
  });

  it.each(['def f: .[0]; f', '. as [$a] | $a', '.[0] # first', 'if . then .[0] else 1 end', 'first(.[]), empty'])(
    'takes %j',
    async (jq) => {
      expect((await printed([rows('"x"')], { jq })).stdout).toBe('x\n');
    },
  );

  it('is not run while it is checked, when there is no data yet', async () => {
    const endlessOnNull = 'until(. != null; .) | length';
    expect((await printed([rows('1')], { jq: endlessOnNull })).stdout).toBe('1\n');
  });

  it('stops at the document it does not fit', async () => {
    const { stdout, failure } = await printed([value('"x"'), value('{"a":2}')], {
      jq: '.a',
      layout: { shape: 'value' },
    });
    expect(stdout).toBe('');
    expect(failure).toMatchObject({ code: 'failed' });
  });

  it('prints the results before a failure and then fails', async () => {
    const { stdout, failure } = await printed([rows('{"a":1}', '"text"')], { jq: '.[].a' });
    expect(stdout).toBe('1\n');
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining('Cannot index') });
  });

  it('passes over an event that does not fit, and fails in the end', async () => {
    const { stdout, notices, failure } = await printed([value('"x"'), value('{"a":2}')], { jq: '.a', layout: events });
    expect(stdout).toBe('2\n');
    expect(notices[0]).toContain('Cannot index');
    expect(failure).toMatchObject({ code: 'failed' });
  });

  it('says so when data is nested deeper than jq can go', async () => {
    const { failure } = await printed([rows('['.repeat(20_000) + ']'.repeat(20_000))], { jq: 'length' });
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining('depth') });
  });

  it('prints no control characters to a terminal', async () => {
    expect((await printed([rows('"\\u001b[2Jx"')], { jq: '.[]', isTty: true })).stdout).toBe('[2Jx\n');
  });

  it('prints strings without what acts on a terminal, into a pipe as well', async () => {
    const text = '"\\u001b[2Jx\\u001b]52;c;eA==\\u0007\u200b\u{e0041}"';
    expect((await printed([rows(text)], { jq: '.[]' })).stdout).toBe('[2Jx]52;c;eA==\n');
  });

  it('leaves JSON in a pipe as it is', async () => {
    expect((await printed([rows('{"a":"\u200b"}')], { jq: '.[]' })).stdout).toBe('{"a":"\u200b"}\n');
  });

  it('keeps blanks and line ends around a string', async () => {
    expect((await printed([rows('" a "', '"\\n"', '""', '"b"')], { jq: '.[]' })).stdout).toBe(' a \n\n\n\nb\n');
  });

  it('hands on the environment, and the values of --arg', async () => {
    const options = { environment: { ID: 'b' }, jqArguments: ['role=a "quoted" $x', 'empty='] };
    const list = [rows('{"id":"a"}', '{"id":"b"}')];
    expect((await printed(list, { ...options, jq: '.[] | select(.id == env.ID)' })).stdout).toBe('{"id":"b"}\n');
    expect((await printed(list, { ...options, jq: '$ENV.ID, $ENV.NONE, $role, $empty' })).stdout).toBe(
      'b\nnull\na "quoted" $x\n\n',
    );
  });

  it.each(['GITHUB_TOKEN', 'DB_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'API_KEY'])('keeps %s to itself', async (name) => {
    const environment = { [name]: 'hidden', ID: 'b' };
    expect((await printed([], { jq: 'env | keys', environment })).stdout).toBe('["ID"]\n');
    await expect(printed([], { jq: `env.${name}`, environment })).rejects.toMatchObject({
      code: 'usage',
      message: `--jq: the variable ${name} looks like a secret, so it is not passed to jq.`,
    });
  });

  it.each(['role', '=x', '1a=x', 'a-b=x'])('refuses --arg %s', async (argument) => {
    await expect(printed([], { jq: '.', jqArguments: [argument] })).rejects.toMatchObject({ code: 'usage' });
  });

  it('quotes an expression that does not compile as it was typed, whatever is handed to it', async () => {
    const options = { environment: { ID: 'b' }, jqArguments: ['role=a'] };
    await expect(printed([], { jq: '$role, $env, env.', ...options })).rejects.toThrow(/env/);
    await expect(printed([], { jq: '$rôle', ...options })).rejects.toMatchObject({ code: 'usage' });
  });

  it('ends an expression that has no end once nobody reads', async () => {
    const printing = await createPrinter({
      ...printerOptions,
      jq: 'repeat(1)',
      layout: { shape: 'value' },
      write: async () => false,
    });
    await printing.print(value('null'));
    expect(printing.isClosed).toBe(true);
  });

  it('gives every result of an expression that has many', async () => {
    const { stdout, writes } = await printed([rows('1')], { jq: 'range(150000)' });
    const lines = stdout.trimEnd().split('\n');
    expect([lines.length, lines[0], lines[20_000], lines.at(-1)]).toEqual([150_000, '0', '20000', '149999']);
    expect(writes).toBeGreaterThan(1);
  });

  it('gives the results before a failure', async () => {
    const { stdout, failure } = await printed([rows('1')], { jq: 'range(30000), error("late")' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(30_000);
    expect(failure).toMatchObject({ code: 'failed', message: '--jq: late' });
  });
});
