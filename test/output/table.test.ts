import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Column } from '../../src/output/item.ts';
import { createTable, fitWidths } from '../../src/output/table.ts';
import { loadRuler, type Ruler } from '../../src/output/width.ts';
import { plainStyle } from '../../src/text/style.ts';
import { colored } from '../support/commands/style.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
let ruler: Ruler;
beforeAll(async () => {
  ruler = await loadRuler();
});

function table({
  chosen = null as string[] | null,
  defaults = [] as Column[],
  style = plainStyle(),
  width = Number.POSITIVE_INFINITY,
} = {}) {
  const notices: string[] = [];
  const format = createTable({
    chosen,
    defaults,
    style: { ...style, width },
    now,
    notice: (text) => notices.push(text),
  });
  return { notices, ...format, lines: (...rows: string[]) => String(format.rows(rows)).trimEnd().split('\n') };
}

describe('a table', () => {
  it('has upper-case titles and aligned columns', () => {
    const columns = [{ path: 'id' }, { path: 'application_status', title: 'status' }, { path: 'role' }];
    expect(
      table({ defaults: columns }).lines('{"id":"ptp_1","application_status":"approved","role":"guest"}', '{"id":"2"}'),
    ).toEqual(['ID     STATUS    ROLE', 'ptp_1  approved  guest', '2      -         -']);
  });

  it('aligns after wide characters and emoji, on later pages too', async () => {
    const format = table({ chosen: ['name', 'n'] });
    const pages = [
      ['{"name":"abcdef","n":0}'],
      ['{"name":"日本語","n":1}', '{"name":"👩‍👩‍👧 é","n":2}', '{"name":"abc","n":3}'],
      ['{"name":"日本","n":4}'],
    ];
    let text = '';
    for (const page of pages) text += await format.rows(page);
    const columnOfNumber = text
      .trimEnd()
      .split('\n')
      .map((line) => ruler.widthOf(line.slice(0, -1)));
    expect(columnOfNumber).toEqual(Array(6).fill(8));
  });

  it('shows a path into nested fields', () => {
    expect(table({ chosen: ['a.b.c', 'list.1'] }).lines('{"a":{"b":{"c":"deep"}},"list":["x","y"]}')).toEqual([
      'A.B.C  LIST.1',
      'deep   y',
    ]);
  });

  it('shows every field when the command names none', () => {
    expect(table().lines('{"a":1}', '{"b":2}')).toEqual(['A  B', '1  -', '-  2']);
  });

  it('shows every field when no row has the expected ones', () => {
    expect(table({ defaults: [{ path: 'id' }] }).lines('{"key":1}')).toEqual(['KEY', '1']);
  });

  it('leaves cells whole where there is no width to fit into', () => {
    const long = 'x'.repeat(5_000);
    expect(table({ chosen: ['a', 'b'] }).lines(`{"a":"${long}","b":1}`)[1]).toBe(`${long}  1`);
  });

  it('repeats no header on the next page and widens what does not fit', () => {
    const format = table({ chosen: ['id', 'n'] });
    format.lines('{"id":"a","n":1}');
    expect(format.lines('{"id":"longer","n":2}', '{"id":"b","n":3}')).toEqual(['longer  2', 'b       3']);
  });

  it('colors the header, statuses and what is missing, and pads outside the color', () => {
    const format = table({ chosen: ['status', 'x.y'], style: colored });
    expect(format.lines('{"status":"rejected","x":{}}')).toEqual([
      '<bold>STATUS</bold>    <bold>X.Y</bold>',
      '<red>rejected</red>  <dim>-</dim>',
    ]);
  });

  it('names the fields when a chosen column is nowhere', () => {
    expect(() => table({ chosen: ['id', 'rôle'] }).lines('{"id":1,"role":"x"}')).toThrow('Unknown field "rôle"');
  });

  it('leaves out unrequested fields instead of squeezing them, and says how many', () => {
    const format = table({ width: 40 });
    expect(format.lines('{"a":1,"b":2,"c":3,"d":4,"e":5}')[0]).toBe('A  B');
    expect(format.notices[0]).toContain('3 more fields');
  });
});

describe('a table on a terminal', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', ' ', 'é', '日', '😀', '👩‍👩‍👧', 'e\u0301', '\n', '\u001b'),
    maxLength: 60,
  });

  it('is never wider than the terminal', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: cell, b: cell, c: cell }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 24, max: 120 }),
        async (rows, width) => {
          const format = table({ chosen: ['a', 'b', 'c'], width });
          const text = await format.rows(rows.map((row) => JSON.stringify(row)));
          for (const line of text.split('\n')) expect(ruler.widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('takes room from the widest column', () => {
    const [, line] = table({ chosen: ['id', 'note'], width: 20 }).lines(`{"id":"ptp_12","note":"${'n'.repeat(50)}"}`);
    expect(line).toBe('ptp_12  nnnnnnnnnnn…');
  });
});

describe('on a terminal that is too narrow', () => {
  it('text is cut first: ids, times and numbers are useless when cut', () => {
    const row = {
      id: 'act_0hhonyr0qxy8w7',
      title: 'Accessible forms for everybody',
      starts_at: '2027-06-10T08:00:00Z',
      capacity: 12345,
    };
    const [, line] = table({ chosen: Object.keys(row), width: 60 }).lines(JSON.stringify(row));
    expect(line).toMatch(/^act_0hhonyr0qxy8w7 {2}Acc\w* ?\w*… {2}Jun 10 2027 \d\d:00 {2}12345$/);
    expect(line).toHaveLength(60 - 'CAPACITY'.length + '12345'.length);
  });

  it('they are cut as well when the text alone cannot make the room', () => {
    const [, line] = table({ chosen: ['id', 'title'], width: 20 }).lines(
      `{"id":"${'i'.repeat(30)}","title":"abcdefg"}`,
    );
    expect(line).toBe(`${'i'.repeat(10)}…  abcdefg`);
  });

  it('ids are the last to do so: times and numbers before them', () => {
    const row = { id: 'act_0hhonyr0qxy8w7', starts_at: '2027-06-10T08:00:00Z', seats: 123456789012 };
    const [, line] = table({ chosen: Object.keys(row), width: 40 }).lines(JSON.stringify(row));
    expect(line).toMatch(/^act_0hhonyr0qxy8w7 {2}\S.*… {2}\d+…$/);
  });

  const delivery = (changes: object = {}) =>
    JSON.stringify({
      id: '02901307-8f7f-4d3c-9a55-0c1b2a3d4e5f',
      event: 'application.approved',
      state: 'pending',
      error: 'connection refused (127.0.0.1:3000)',
      next_at: '2026-11-24T06:24:00Z',
      ...changes,
    });
  const defaults = [
    { path: 'id' },
    { path: 'event' },
    { path: 'state' },
    { path: 'error', leaves: 2 },
    { path: 'next_at', leaves: 1 },
  ];

  it.each([
    [110, 'ID EVENT STATE ERROR NEXT_AT (UTC)', []],
    [80, 'ID EVENT STATE ERROR', ['Column next_at hidden (terminal too narrow); use --columns to choose.']],
    [60, 'ID EVENT STATE', ['Columns error, next_at hidden (terminal too narrow); use --columns to choose.']],
  ])('at %i columns what can be done without is left out, and the id stays whole', (width, titles, notices) => {
    const format = table({ defaults, width });
    const [head, line] = format.lines(delivery());
    expect(head?.split(/ {2,}/).join(' ')).toBe(titles);
    expect(line).toMatch(/^02901307-8f7f-4d3c-9a55-0c1b2a3d4e5f {2}/);
    expect(line?.length).toBeLessThanOrEqual(width);
    expect(format.notices).toEqual(notices);
    // The next page has no header of its own.
    expect(format.lines(delivery({ error: null }))[0]?.split(/ {2,}/)).toHaveLength(
      titles.replace(' (UTC)', '').split(' ').length,
    );
  });

  it('nothing that was asked for is left out', () => {
    const format = table({ defaults, chosen: defaults.map(({ path }) => path), width: 60 });
    expect(format.lines(delivery())[0]?.split(/ {2,}/)).toHaveLength(defaults.length);
    expect(format.notices).toEqual([]);
  });

  it('a status is text, and so is JSON', () => {
    const [, line] = table({ chosen: ['id', 'status', 'list'], width: 30 }).lines(
      '{"id":"ptp_1nprtnl07e","status":"revision_requested","list":[1,2,3,4,5,6,7,8]}',
    );
    expect(line).toBe('ptp_1nprtnl07e  revis…  [1,2,…');
  });
});

describe('fitted widths', () => {
  it('fill the room exactly when something has to give', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 60, max: 200 }),
        (natural, available) => {
          const widths = fitWidths(natural, available);
          const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
          expect(sum(widths)).toBe(Math.min(available, sum(natural)));
          expect(widths.every((width, index) => width <= (natural[index] ?? 0))).toBe(true);
        },
      ),
    );
  });

  it('stay readable when there is no room at all', () => {
    expect(fitWidths([30, 30, 2], 5)).toEqual([6, 6, 2]);
  });
});
