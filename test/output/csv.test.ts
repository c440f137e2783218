import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCsv, csvCell, csvLine, disarm } from '../../src/output/csv.ts';

/** Any text, and often one with what has a meaning in CSV. */
const cellText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', ' ', 'a', '=') }),
);

/** A reader of RFC 4180 written from its grammar, to hold the writer to. */
function readCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        cell += text[at];
        if (text[at] === '"') at++;
      }
      at++;
    } else while (at < text.length && text[at] !== ',' && text[at] !== '\r') cell += text[at++];
    line.push(cell);
    if (text[at] === ',') at++;
    else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      lines.push(line);
      line = [];
    }
  }
  return lines;
}

const csv = (chosen: string[] | null, defaults: string[] = []) =>
  createCsv({ chosen, defaults: defaults.map((path) => ({ path })) });

describe('a CSV line', () => {
  it('is read back as the cells it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cellText, { minLength: 1 })), (lines) => {
        expect(readCsv(lines.map(csvLine).join(''))).toEqual(lines);
      }),
    );
  });

  it('is not empty when its only cell is', () => {
    expect(csvLine([''])).toBe('""\r\n');
  });
});

describe('a CSV cell', () => {
  it.each([
    ['"text"', 'text'],
    ['"\\u00e9\\n"', 'é\n'],
    ['12345678901234567890', '12345678901234567890'],
    ['1e400', '1e400'],
    ['-2.50', '-2.50'],
    ['true', 'true'],
    ['null', ''],
    [undefined, ''],
    ['{ "a": [1, "x y"] }', '{"a":[1,"x y"]}'],
  ])('of %s is %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it.each(['=1+1', '+cmd|x', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '-', '+', '=HYPERLINK("http://x")'])(
    'that a spreadsheet would run is made text: %j',
    (text) => {
      expect(disarm(text)).toBe(`'${text}`);
    },
  );

  it.each(['-5', '+5', '-5.25', '1e9', '-1e-9', '+31201234567', 'a=b', 'x@y.z', ''])(
    'that is harmless stays: %j',
    (text) => {
      expect(disarm(text)).toBe(text);
    },
  );
});

describe('CSV rows', () => {
  it('have the chosen columns, missing ones empty', () => {
    expect(csv(['id', 'a.b', 'a.no']).rows(['{"id":1,"a":{"b":"x"}}'])).toBe('id,a.b,a.no\r\n1,x,\r\n');
  });

  it("have the command's columns first and then every other field of the first rows", () => {
    expect(csv(null, ['id', 'role']).rows(['{"x":1,"id":2}', '{"y":3}'])).toBe('id,role,x,y\r\n2,,1,\r\n,,,3\r\n');
  });

  it('have one header however many pages there are', () => {
    const writer = csv(null);
    expect(`${writer.rows(['{"a":1}'])}${writer.rows(['{"a":2}'])}${writer.end(true)}`).toBe('a\r\n1\r\n2\r\n');
  });

  it('of an empty list are the header alone', () => {
    expect(csv(null, ['id', 'role']).end(true)).toBe('id,role\r\n');
  });

  it('of a run that failed before the first row are empty, without a header', () => {
    expect(csv(null, ['id']).end(false)).toBe('');
  });

  it('name a field that came too late for a column', () => {
    const writer = csv(null);
    writer.rows(['{"a":1}']);
    writer.rows(['{"a":1,"b":2}']);
    expect(writer.complaint()).toContain('fields without a column: b');
  });

  it('have a column for each field of an object', () => {
    const text = csv(null, ['id']).rows(['{"id":1,"form":{"diet":"none"}}', '{"id":2,"form":{"track":"a,b"}}']);
    expect(text).toBe('id,form.diet,form.track\r\n1,none,\r\n2,,"a,b"\r\n');
  });

  it('are refused where a chosen column is misspelled', () => {
    expect(() => csv(['id', 'oops']).rows(['{"id":1,"nested":{"deep":1}}'])).toThrow('Unknown field "oops"');
  });

  it('may have a column that some row has', () => {
    const writer = csv(['id', 'x']);
    writer.rows(['{"id":1}', '{"x":null}']);
    expect(writer.verdict?.()).toBeNull();
  });

  it('contain no control sequences for a terminal that shows the file', () => {
    const text = csv(null).rows(['{"a":"\\u001b[31mx\\u009b\\u001b]52;c;eA==\\u0007y\u200b\u{e0041}"}']);
    expect(text).toBe('a\r\n[31mx]52;c;eA==y\r\n');
  });

  it('carry none of it in a name of the server either', () => {
    expect(csv(null).rows(['{"\\u001b[31ma":1}'])).toBe('[31ma\r\n1\r\n');
  });

  it('have the same columns whatever the first rows are like, where they are fixed', () => {
    const writer = createCsv({ chosen: null, defaults: [{ path: 'a' }], fixed: ['a', 'b.c', 'd'] });
    const text = `${writer.rows(['{"a":1,"x":2}'])}${writer.rows(['{"b":{"c":3},"d":4,"y":5}'])}`;
    expect(text).toBe('a,b.c,d\r\n1,,\r\n,3,4\r\n');
    expect(writer.complaint()).toBeNull();
  });

  it('begin with a byte order mark on request, once', () => {
    const writer = createCsv({ chosen: ['n'], defaults: [], hasMark: true });
    expect(`${writer.rows(['{"n":"Ł"}'])}${writer.rows(['{"n":"b"}'])}`).toBe('\ufeffn\r\nŁ\r\nb\r\n');
  });

  it('escape field names from the server that a spreadsheet would run, but not names that the user typed', () => {
    expect(csv(null).rows(['{"=1+1":1}'])).toBe("'=1+1\r\n1\r\n");
    expect(csv(['=1+1']).rows(['{"=1+1":1}'])).toBe('=1+1\r\n1\r\n');
  });

  it('keep the line breaks in a cell, in one form', () => {
    expect(csv(null).rows(['{"a":"x\\r\\ny\\tz"}'])).toBe('a\r\n"x\ny\tz"\r\n');
  });
});
