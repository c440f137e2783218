import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { api } from '../../../src/commands/api/api.ts';
import type { ApiOptions } from '../../../src/commands/api/request.ts';
import type { JsonText } from '../../../src/json/value.ts';
import type { Item } from '../../../src/output/item.ts';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { type ApiBench, apiBase, apiBench, collect } from '../../support/api/deps.ts';

const defaults = {
  header: [],
  rawField: [],
  field: [],
  include: false,
  paginate: false,
  slurp: false,
  silent: false,
  maxWait: '5m',
} as const;
const run = (path: string, bench: ApiBench, options: Partial<ApiOptions> = {}) =>
  collect(api.run({ ...defaults, path, ...options }, bench.deps));
const textOf = (items: readonly Item[]) =>
  items.map((item) => (item.kind === 'bytes' ? Buffer.from(item.bytes).toString('utf8') : '')).join('');

/** A bench that answers `body` to whatever it is asked, and remembers the request. */
async function echo(body = '{"ok":true}', status = 200) {
  const requests: HttpRequest[] = [];
  const bench = await apiBench({
    exchange: () => async (request) => {
      requests.push(request);
      return {
        status,
        headers: [
          ['Content-Type', 'application/json'],
          ['X-Answer', 'yes'],
        ],
        body: Buffer.from(body),
      };
    },
  });
  return { bench, requests };
}
const bodyOf = (request: HttpRequest | undefined) => Buffer.from(request?.body ?? []).toString('utf8');
const headerOf = (request: HttpRequest | undefined, name: string) =>
  request?.headers.find(([key]) => key.toLowerCase() === name)?.[1];

describe('api', () => {
  it('prints the bytes of the answer unchanged', async () => {
    const { bench } = await echo('{ "a": 2.50,\r\n "b" : "\\u00e9é" }\n\n');
    expect(textOf((await run('/x', bench)).items)).toBe('{ "a": 2.50,\r\n "b" : "\\u00e9é" }\n\n');
  });

  it.each([
    '/events/{event}',
    'events/{event}',
    '/events/{event_id}',
    '/api/v1/events/{event}',
    `${apiBase}/events/evt_test_published`,
  ])('takes %s', async (path) => {
    const bench = await apiBench();
    const { items, failure } = await run(path, bench);
    expect(failure).toBeNull();
    expect(JSON.parse(textOf(items)).id).toBe('evt_test_published');
  });

  it("takes the participant's login for /me", async () => {
    const bench = await apiBench();
    expect(JSON.parse(textOf((await run('/me/profile', bench)).items)).id).toMatch(/^usr_/);
  });

  it('prints the body of an error too, and fails with what it says', async () => {
    const bench = await apiBench();
    const { items, failure } = await run('/events/{event}/nothing', bench);
    expect(JSON.parse(textOf(items)).error).toBe('not_found');
    expect(failure).toMatchObject({ code: 'not_found', facts: { status: 404, apiCode: 'not_found' } });
  });

  it('does not filter the body of an error', async () => {
    const bench = await apiBench();
    const { items, failure } = await run('/events/{event}/nothing', bench, { jq: '.data' });
    expect(items).toEqual([]);
    expect(failure?.code).toBe('not_found');
  });

  it('prints status and headers with --include, and no body with --silent', async () => {
    const { bench } = await echo();
    const both = textOf((await run('/x', bench, { include: true })).items);
    expect(both).toBe('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Answer: yes\r\n\r\n{"ok":true}');
    expect(textOf((await run('/x', bench, { silent: true })).items)).toBe('');
    expect(textOf((await run('/x', bench, { silent: true, include: true })).items)).toMatch(/\r\n\r\n$/);
  });

  it('puts fields into the query of a GET, encoded', async () => {
    const { bench, requests } = await echo();
    await run('/x?a=1', bench, { rawField: ['q=a&b=c d', 'e={event}'], field: ['n=3', 'ev={event}'], event: 'evt_a' });
    expect(requests[0]?.url).toBe(`${apiBase}/x?a=1&q=a%26b%3Dc+d&e=%7Bevent%7D&n=3&ev=evt_test_published`);
  });

  it('makes a JSON body of fields for another method, digits kept', async () => {
    const { bench, requests } = await echo();
    await run('/events/{event}', bench, {
      method: 'patch',
      rawField: ['name=5'],
      field: ['size=12345678901234567890', 'open=true', 'note=null', 'text=1e3', 'event={event}'],
    });
    expect(requests[0]?.method).toBe('PATCH');
    expect(bodyOf(requests[0])).toBe(
      '{"name":"5","size":12345678901234567890,"open":true,"note":null,"text":"1e3","event":"evt_test_published"}',
    );
    expect(headerOf(requests[0], 'content-type')).toBe('application/json');
  });

  it('sends a file or standard input as it is, by POST', async () => {
    const { bench, requests } = await echo();
    const directory = mkdtempSync(join(tmpdir(), 'revento-api-'));
    const file = join(directory, 'body');
    writeFileSync(file, Buffer.from([0, 255, 10]));
    await run('/x', bench, { inputFile: file, rawField: ['a=b'], header: ['Content-Type: text/plain'] });
    await run('/x', bench, { inputFile: '-' });
    rmSync(directory, { recursive: true });
    expect(requests[0]).toMatchObject({ method: 'POST', url: `${apiBase}/x?a=b` });
    expect([...(requests[0]?.body ?? [])]).toEqual([0, 255, 10]);
    expect(headerOf(requests[0], 'content-type')).toBe('text/plain');
    expect(bodyOf(requests[1])).toBe('{"from":"stdin"}');
  });

  it('adds headers, and lets one replace its own', async () => {
    const { bench, requests } = await echo();
    await run('/x', bench, {
      header: ['Accept-Language: nl', 'X-Revento-Request-Id:0123456789abcdef0123456789abcdef'],
    });
    expect(headerOf(requests[0], 'accept-language')).toBe('nl');
    expect(headerOf(requests[0], 'x-revento-request-id')).toBe('0123456789abcdef0123456789abcdef');
  });
});

describe('api --paginate', () => {
  it('prints the rows of all pages as one array', async () => {
    const bench = await apiBench({ sandbox: { participants: 130 } });
    const { items } = await run('/events/{event}/participants', bench, { paginate: true });
    const rows = JSON.parse(textOf(items));
    expect(rows).toHaveLength(130);
    expect(new Set(rows.map((row: { id: string }) => row.id)).size).toBe(130);
    expect(bench.requests).toHaveLength(3);
  });

  it('prints the pages unchanged with --slurp', async () => {
    const bench = await apiBench({ sandbox: { participants: 130 } });
    const { items } = await run('/events/{event}/participants', bench, { paginate: true, slurp: true });
    expect(JSON.parse(textOf(items)).map((page: { data: unknown[] }) => page.data.length)).toEqual([50, 50, 30]);
  });

  it('keeps to the limit and continues from the cursor that the request names', async () => {
    const bench = await apiBench({ sandbox: { participants: 100 } });
    const path = '/events/{event}/participants';
    const first = JSON.parse(textOf((await run(path, bench, { rawField: ['limit=40'] })).items));
    const { items } = await run(`${path}?limit=40`, bench, {
      paginate: true,
      rawField: [`cursor=${first.next_cursor}`],
    });
    expect(JSON.parse(textOf(items))).toHaveLength(60);
    expect(bench.requests.filter((request) => request.includes('limit=40'))).toHaveLength(3);
  });

  it('is an empty array where there are no rows', async () => {
    const { bench } = await echo('{"data":[],"next_cursor":null,"has_more":false}');
    expect(textOf((await run('/x', bench, { paginate: true })).items)).toBe('[]\n');
    expect(textOf((await run('/x', bench, { paginate: true, jq: 'length' })).items)).toBe('[]\n');
    expect(textOf((await run('/x', bench, { paginate: true, output: 'ndjson' })).items)).toBe('');
  });

  it('gives rows to the printer where an option is about rows', async () => {
    const bench = await apiBench({ sandbox: { participants: 60 } });
    for (const options of [{ jq: 'length' }, { output: 'ndjson' }, { columns: 'id' }]) {
      const { items } = await run('/events/{event}/participants', bench, { paginate: true, ...options });
      const rows = items.flatMap((item) => (item.kind === 'rows' ? item.rows : []));
      expect(rows.map((row) => JSON.parse((row as JsonText).text).id)).toHaveLength(60);
      expect(textOf(items)).toBe('');
    }
  });

  it('leaves whole JSON and a cursor when a page fails', async () => {
    const bench = await apiBench({
      sandbox: { participants: 130 },
      exchange: (inner) => async (request) =>
        request.url.includes('cursor=')
          ? { status: 400, headers: [], body: Buffer.from('{"error":"x"}') }
          : inner(request),
    });
    const { items, failure } = await run('/events/{event}/participants', bench, { paginate: true });
    expect(JSON.parse(textOf(items))).toHaveLength(50);
    expect(failure?.facts.hint).toMatch(/^50 rows were complete; continue with -f cursor=\S+$/);
  });
});

describe('what does not go together is refused before any request, both flags named', () => {
  it.each<[Partial<ApiOptions>, string[]]>([
    [{ paginate: true, method: 'POST' }, ['--paginate', '-X POST']],
    [{ paginate: true, inputFile: '-', method: 'GET' }, ['--paginate', '--input']],
    [{ paginate: true, include: true }, ['--paginate', '--include']],
    [{ slurp: true }, ['--slurp', '--paginate']],
    [{ silent: true, jq: '.' }, ['--silent', '--jq']],
    [{ include: true, jq: '.' }, ['--include', '--jq']],
    [{ inputFile: '-', method: 'GET' }, ['--input', '-X GET']],
    [{ columns: 'id' }, ['--columns']],
    [{ output: 'csv' }, ['-o csv']],
    [{ output: 'table' }, ['-o table']],
    [{ output: 'table', paginate: true, slurp: true }, ['-o table', '--slurp']],
    [{ columns: 'id', paginate: true, silent: true }, ['--silent', '--columns']],
    [{ output: 'csv', paginate: true, silent: true }, ['--silent', '-o csv']],
    [{ method: 'FETCH' }, ['FETCH']],
    [{ rawField: ['novalue'] }, ['-f', 'novalue']],
    [{ field: ['=x'] }, ['-F']],
    [{ header: ['novalue'] }, ['-H']],
    [{ header: ['a: b\r\nc: d'] }, ['-H']],
    [{ header: ['a: 日本'] }, ['-H']],
    [{ header: ['Authorization: Bearer x'] }, ['-H', 'Authorization']],
    [{ header: ['host: elsewhere'] }, ['-H', 'host']],
    [{ header: ['Expect: 100-continue'] }, ['-H cannot set Expect: revento sends bodies at once.']],
    [{ header: ['Upgrade: h2c'] }, ['-H cannot set Upgrade: revento speaks HTTP/1.1 only.']],
    [{ header: ['Keep-Alive: timeout=5'] }, ['-H cannot set Keep-Alive: it is about the connection']],
    [{ header: ['TE: trailers'] }, ['-H cannot set TE: it is about the connection']],
    [{ header: ['Proxy-Authorization: Basic x'] }, ['-H cannot set Proxy-Authorization: ']],
  ])('%j', async (options, named) => {
    const bench = await apiBench();
    const { failure } = await run('/events/{event}', bench, options);
    expect(failure?.code).toBe('usage');
    for (const flag of named) expect(failure?.message).toContain(flag);
    expect(bench.requests).toEqual([]);
  });

  it('a path on another origin', async () => {
    const bench = await apiBench();
    expect((await run('https://elsewhere.test/api/v1/me/profile', bench)).failure?.code).toBe('usage');
    expect(bench.requests).toEqual([]);
  });

  it.each(['/../../x', '/..', '/%2e%2e/%2e%2e/oauth/token'])(
    'a path that leads out of the API base: %s',
    async (path) => {
      const bench = await apiBench();
      const { failure } = await run(path, bench);
      expect(failure).toMatchObject({ code: 'usage', message: expect.stringContaining('leads out of the API base') });
      expect(bench.requests).toEqual([]);
    },
  );

  it('a path with a place for something that is not known', async () => {
    const bench = await apiBench();
    const { failure } = await run('/events/{events}/participants', bench);
    expect(failure).toMatchObject({ code: 'usage', message: expect.stringContaining('{events}') });
    expect(bench.requests).toEqual([]);
  });

  it('a path that a Windows shell turned into a file', async () => {
    const { failure } = await run('C:/Program Files/Git/events/x', await apiBench());
    expect(failure).toMatchObject({ code: 'usage', facts: { hint: expect.stringContaining('events/{event}') } });
  });

  it('a file that cannot be read', async () => {
    expect((await run('/x', await apiBench(), { inputFile: '/does/not/exist' })).failure?.code).toBe('file');
  });

  it('a path for which the login lacks the scope', async () => {
    const bench = await apiBench({ scope: 'event.read' });
    const { failure } = await run('/events/{event}/participants', bench);
    expect(failure?.code).toBe('insufficient_scope');
    expect(bench.requests).toEqual([]);
  });

  it('a path that names an event there is no login for', async () => {
    const bench = await apiBench();
    expect((await run('/events/evt_other/participants', bench)).failure?.code).toBe('event_not_authorized');
    expect(bench.requests).toEqual([]);
  });
});
