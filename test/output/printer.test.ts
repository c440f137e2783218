import { describe, expect, it } from 'vitest';
import { JsonText } from '../../src/json/value.ts';
import type { Item, Layout, OutputFormat, ValueItem } from '../../src/output/item.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { plainStyle } from '../../src/text/style.ts';
import { printed } from '../support/commands/printing.ts';
import { colored } from '../support/commands/style.ts';

const rows = (...texts: string[]): Item => ({ kind: 'rows', rows: texts.map((text) => new JsonText(text)) });
const value = (text: string, shown = 'shown'): Item => ({ kind: 'value', data: new JsonText(text), text: () => shown });
const document: Layout = { shape: 'value' };
const events: Layout = { shape: 'events' };
const odd = '{"n":1e400,"n":2.50,"__proto__":{"x":12345678901234567890}}';

describe('a list as JSON', () => {
  it('is one array over all pages, indented like any document', async () => {
    const { stdout } = await printed([rows('{"a":1}', '{"a":2}'), rows('{"a":3}')], { format: 'json' });
    expect(stdout).toBe(`${JSON.stringify([{ a: 1 }, { a: 2 }, { a: 3 }], null, 2)}\n`);
  });

  it('is an empty array when there are no rows', async () => {
    expect((await printed([rows()], { format: 'json' })).stdout).toBe('[]\n');
  });

  it('is still valid when the run stops early', async () => {
    const { stdout } = await printed([rows('{"a":1}')], { format: 'json', isAborted: true });
    expect(JSON.parse(stdout)).toEqual([{ a: 1 }]);
  });

  it('is nothing when the run fails before the first row', async () => {
    expect((await printed([], { format: 'json', isAborted: true })).stdout).toBe('');
  });

  it('is written once a page', async () => {
    expect((await printed([rows('1', '2', '3'), rows('4')], { format: 'json' })).writes).toBe(3);
  });
});

describe('a list as NDJSON', () => {
  it('is one line a row, bytes untouched', async () => {
    const { stdout } = await printed([rows('{"a": 1}', odd), rows('{"\u009b":"é"}')], { format: 'ndjson' });
    expect(stdout).toBe(`{"a": 1}\n${odd}\n{"\u009b":"é"}\n`);
  });

  it('puts a row that spans lines on one', async () => {
    expect((await printed([rows('{\n "a": 1\n}')], { format: 'ndjson' })).stdout).toBe('{"a":1}\n');
  });

  it('is written once a page', async () => {
    expect((await printed([rows('1', '2', '3'), rows('4')], { format: 'ndjson' })).writes).toBe(2);
  });
});

describe.each<OutputFormat>(['table', 'json', 'ndjson', 'csv'])('as %s', (format) => {
  it('numbers keep their digits', async () => {
    const { stdout } = await printed([rows('{"a":1e400,"b":2.50,"c":12345678901234567890,"d":-0}')], { format });
    for (const digits of ['1e400', '2.50', '12345678901234567890', '-0']) expect(stdout).toContain(digits);
  });

  it('a row nested ten thousand levels deep is printed', async () => {
    const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const { stdout, failure } = await printed([rows(deep)], { format });
    expect(failure).toBeNull();
    expect(stdout.split('[').length).toBeGreaterThan(10_000);
  });

  it('a closed pipe is noticed and nothing more is written', async () => {
    let writes = 0;
    const printer = await createPrinter({
      breakable: (work) => work(),
      format,
      jq: null,
      columns: null,
      layout: { shape: 'rows' },
      style: plainStyle(),
      isTty: false,
      now: 0,
      write: async () => {
        writes++;
        return false;
      },
      notice: () => undefined,
    });
    await printer.print(rows('{"a":1}'));
    expect(printer.isClosed).toBe(true);
    await printer.print(rows('{"a":2}'));
    await printer.end();
    expect(writes).toBe(1);
  });

  it('raw bytes are exactly those bytes', async () => {
    const bytes = Buffer.from('{"a":\u001b 1}', 'utf8');
    expect((await printed([{ kind: 'bytes', bytes }], { format, layout: document })).stdout).toBe(
      bytes.toString('utf8'),
    );
  });
});

describe('a list as a table', () => {
  it('of no rows prints nothing and says so beside it', async () => {
    expect(await printed([rows()])).toMatchObject({ stdout: '', notices: ['no rows'] });
  });

  it('does not claim there are no rows when the run failed', async () => {
    expect(await printed([], { isAborted: true })).toMatchObject({ stdout: '', notices: [] });
  });

  it('says what it left out beside it', async () => {
    const { notices } = await printed([rows('{"a":1,"b":2,"c":3}')], { style: { ...plainStyle(), width: 30 } });
    expect(notices).toHaveLength(1);
  });

  it('is written once a page', async () => {
    expect((await printed([rows('1', '2', '3'), rows('4')])).writes).toBe(2);
  });
});

describe('a document', () => {
  it('is indented JSON with its digits and duplicate keys', async () => {
    const { stdout } = await printed([value(odd)], { format: 'json', layout: document });
    expect(stdout).toBe('{\n  "n": 1e400,\n  "n": 2.50,\n  "__proto__": {\n    "x": 12345678901234567890\n  }\n}\n');
  });

  it('is text for people', async () => {
    expect((await printed([value('{}', 'two\nlines')], { layout: document })).stdout).toBe('two\nlines\n');
  });

  it('without text for people prints no empty line', async () => {
    expect((await printed([value('{}', '')], { layout: document })).stdout).toBe('');
  });

  it('is one line of NDJSON', async () => {
    expect((await printed([value('{\n"a":1}')], { format: 'ndjson', layout: document })).stdout).toBe('{"a":1}\n');
  });

  it('is a header and a line of CSV', async () => {
    expect((await printed([value('{"a":1,"b":[2]}')], { format: 'csv', layout: document })).stdout).toBe(
      'a,b\r\n1,[2]\r\n',
    );
  });

  it('is a table of its chosen columns', async () => {
    expect((await printed([value('{"a":1,"b":{"c":2}}')], { layout: document, columns: ['b.c'] })).stdout).toBe(
      'B.C\n2\n',
    );
  });

  it('is reduced to its chosen columns as JSON', async () => {
    const { stdout } = await printed([value('{"a":1.0,"b":{"c":2}}')], {
      format: 'json',
      columns: ['a', 'b.c', 'no'],
      layout: { ...document, fields: ['no'] },
    });
    expect(stdout).toBe('{\n  "a": 1.0,\n  "b.c": 2,\n  "no": null\n}\n');
  });
});

describe('a stream of events', () => {
  it.each([
    ['ndjson', '{"a":1}\n{"a":2}\n'],
    ['table', 'one\ntwo\n'],
  ] as const)('that come together is written in one go, each as by itself (%s)', async (format, expected) => {
    const values = [value('{"a":1}', 'one'), value('{"a":2}', 'two')] as ValueItem[];
    const { stdout, writes } = await printed([{ kind: 'values', values }], { format, layout: events });
    expect({ stdout, writes }).toEqual({ stdout: expected, writes: 1 });
  });

  it.each<OutputFormat>(['json', 'ndjson'])(
    'is one line each as %s, so that every line can be read when it comes',
    async (format) => {
      const { stdout } = await printed([value('{"a":1}'), value('{"a":2}')], { format, layout: events });
      expect(stdout).toBe('{"a":1}\n{"a":2}\n');
    },
  );

  it('is text for people otherwise', async () => {
    expect((await printed([value('1', 'one'), value('2', 'two')], { layout: events })).stdout).toBe('one\ntwo\n');
  });

  it('has no CSV form', async () => {
    await expect(printed([], { format: 'csv', layout: events })).rejects.toMatchObject({ code: 'usage' });
  });

  it('has no columns as text', async () => {
    await expect(printed([], { layout: events, columns: ['a'] })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('chosen columns', () => {
  it('reduce NDJSON rows to the paths, digits kept', async () => {
    const { stdout } = await printed([rows('{"a":2.50,"b":{"c":[1, 2]},"d":0}')], {
      format: 'ndjson',
      columns: ['b.c', 'a'],
    });
    expect(stdout).toBe('{"b.c":[1, 2],"a":2.50}\n');
  });

  it.each<OutputFormat>(['table', 'json', 'ndjson', 'csv'])(
    'that no row has are refused before anything is printed (%s)',
    async (format) => {
      const { stdout, failure } = await printed([rows('{"id":1}')], { format, columns: ['id', 'idd'] });
      expect(failure).toMatchObject({ code: 'usage', message: 'Unknown field "idd" in --columns.' });
      expect(stdout.trim()).toBe('');
    },
  );

  it('that only an object of some rows may have are refused in the end', async () => {
    const { stdout, failure } = await printed([rows('{"f":{}}')], { format: 'ndjson', columns: ['f.x'] });
    expect(stdout).toBe('{"f.x":null}\n');
    expect(failure).toMatchObject({ code: 'usage' });
  });
});

describe('on a terminal', () => {
  const tty = { isTty: true, style: { ...colored, width: 80 } };

  it('JSON is colored', async () => {
    const { stdout } = await printed([value('{"a":1}')], { ...tty, format: 'json', layout: document });
    expect(stdout).toBe('{\n  <blue>"a"</blue>: <cyan>1</cyan>\n}\n');
  });

  it.each<OutputFormat>(['json', 'ndjson'])('%s escapes what would control it', async (format) => {
    const { stdout } = await printed([rows('{"a":"\u009b\u202e"}')], { ...tty, style: plainStyle(), format });
    expect(stdout).toContain('"\\u009b\\u202e"');
  });

  it('text keeps the colors of the command and nothing of the data', async () => {
    const item: Item = {
      kind: 'value',
      data: null,
      text: (style) => `${style.red('bad')} \u001b[2J\u001b]0;evil\u0007`,
    };
    const { stdout } = await printed([item], { ...tty, layout: document });
    expect(stdout).toBe('<red>bad</red> [2J]0;evil\n');
  });
});

it('JSON in a pipe is not colored even where color is forced', async () => {
  const { stdout } = await printed([value('{"a":1}')], { format: 'json', layout: document, style: colored });
  expect(stdout).toBe('{\n  "a": 1\n}\n');
});
