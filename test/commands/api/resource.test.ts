import { describe, expect, it } from 'vitest';
import { resources } from '../../../src/api/resources.ts';
import { type ResourceOptions, resourceCommand } from '../../../src/commands/api/resource.ts';
import { exitOf } from '../../../src/errors/revento-error.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { JsonText } from '../../../src/json/value.ts';
import type { Item } from '../../../src/output/item.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { type ApiBench, apiBench, collect, resourceOf } from '../../support/api/deps.ts';

const run = (words: string, bench: ApiBench, options: Partial<ResourceOptions> = {}) =>
  collect(resourceCommand(resourceOf(words)).run({ maxWait: '5m', ...options }, bench.deps));
const rowsOf = (items: readonly Item[]) =>
  items.flatMap((item) => (item.kind === 'rows' ? item.rows : [])).map((row) => (row as JsonText).text);
const idsOf = (items: readonly Item[]) => rowsOf(items).map((row) => JSON.parse(row).id as string);
const noteIn = (items: readonly Item[]) => items.map((item) => (item.kind === 'note' ? item.text : '')).join('');
const cursorIn = (text: string | undefined) => /--cursor (\S+)/.exec(text ?? '')?.[1] ?? '';

describe.each(resources)('$words', (resource) => {
  it('gives what the API has', async () => {
    const bench = await apiBench();
    const { items, failure } = await run(resource.words, bench);
    expect(failure).toBeNull();
    expect(items[0]?.kind).toBe(resource.isList ? 'rows' : 'value');
    const [first] = items;
    if (first?.kind === 'value') expect(first.text(plainStyle())).not.toBe('');
    else expect(rowsOf(items).length).toBeGreaterThan(0);
    const path = resource.path.replace('{event_id}', bench.sandbox.eventId);
    expect(bench.requests).toContainEqual(expect.stringMatching(new RegExp(`^GET ${path}(\\?limit=25)?$`)));
  });

  it('has the columns its table shows', async () => {
    const { items } = await run(resource.words, await apiBench(), {});
    const [first] = items;
    const text = first?.kind === 'value' ? (first.data as JsonText).text : rowsOf(items).join();
    for (const path of resource.columns) expect(text).toContain(`"${path.path.split('.').at(-1)}"`);
  });
});

describe('a list', () => {
  it('shows 25 rows and names the cursor to continue from', async () => {
    const bench = await apiBench();
    const { items } = await run('participants list', bench);
    expect(rowsOf(items)).toHaveLength(25);
    expect(noteIn(items)).toMatch(
      /^warning: Showing 25 rows; more available\. Use --all for everything, or --cursor \S+ for the next page\.$/,
    );
  });

  it('counts one row as one', async () => {
    const bench = await apiBench();
    const { items } = await run('participants list', bench, { limit: '1' });
    expect(noteIn(items)).toMatch(/^Showing 1 row; /);
  });

  it('continues from that cursor without a gap or a row twice', async () => {
    const bench = await apiBench();
    const all = idsOf((await run('participants list', bench, { all: true })).items);
    const first = await run('participants list', bench);
    const rest = await run('participants list', bench, { all: true, cursor: cursorIn(noteIn(first.items)) });
    expect([...idsOf(first.items), ...idsOf(rest.items)]).toEqual(all);
  });

  it('counts one row as one', async () => {
    const bench = await apiBench();
    const { items } = await run('participants list', bench, { limit: '1' });
    expect(noteIn(items)).toMatch(/^Showing 1 row; /);
  });

  it('gives only the rows that --status and --where let through, in their order', async () => {
    const bench = await apiBench({ sandbox: { participants: 120 } });
    const all = (await run('participants list', bench, { all: true })).items;
    const wanted = rowsOf(all)
      .map((row) => JSON.parse(row) as Readonly<Record<string, unknown>>)
      .filter((row) => row['application_status'] === 'approved' && row['role'] === 'speaker')
      .map(({ id }) => id);
    expect(wanted.length).toBeGreaterThan(3);
    const options = { status: 'approved', where: '.role == $role', arg: ['role=speaker'] };
    const filtered = (await run('participants list', bench, { ...options, all: true })).items;
    expect(idsOf(filtered)).toEqual(wanted);
    const some = (await run('participants list', bench, { ...options, limit: '3' })).items;
    expect(idsOf(some)).toEqual(wanted.slice(0, 3));
    expect(noteIn(some)).toBe('Showing 3 rows; more available. Use --all for everything.');
  });

  it('leaves the rows that a filter lets through unchanged', async () => {
    const bench = await apiBench();
    const [row] = rowsOf((await run('participants list', bench, { limit: '1', where: 'true' })).items);
    const [plain] = rowsOf((await run('participants list', bench, { limit: '1' })).items);
    expect(row).toBe(plain);
  });

  it('fails where a filter does not fit a row', async () => {
    const { failure } = await run('participants list', await apiBench(), { where: '.id + 1' });
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining('--where: ') });
  });

  it('fetches pages as needed for --limit, and says nothing when no rows remain', async () => {
    const bench = await apiBench({ sandbox: { participants: 120 } });
    const { items } = await run('participants list', bench, { limit: '120' });
    expect(rowsOf(items)).toHaveLength(120);
    expect(bench.requests.map((request) => /limit=\d+/.exec(request)?.[0])).toEqual([
      'limit=50',
      'limit=50',
      'limit=20',
    ]);
    expect(bench.notices).toEqual([]);
  });

  it('gives every row with --all, paced so that the server never has to refuse', async () => {
    const bench = await apiBench({ sandbox: { participants: 2_000 } });
    const startedMs = bench.clock.now();
    const { items, failure } = await run('participants list', bench, { all: true });
    expect(failure).toBeNull();
    expect(new Set(idsOf(items)).size).toBe(2_000);
    expect(bench.requests).toHaveLength(40);
    expect(bench.clock.now() - startedMs).toBeGreaterThanOrEqual(60_000);
  });

  it('runs at full speed where there are no limits', async () => {
    const bench = await apiBench({ sandbox: { participants: 2_000, hasRateLimits: false } });
    const startedMs = bench.clock.now();
    await run('participants list', bench, { all: true });
    expect(bench.clock.now()).toBe(startedMs);
  });

  it('ends with 5 and the cursor to continue from when the wait would be longer than --max-wait', async () => {
    const bench = await apiBench({ sandbox: { participants: 2_000 } });
    const { items, failure } = await run('participants list', bench, { all: true, maxWait: '10s' });
    expect(failure?.code).toBe('rate_limited');
    expect(exitOf('rate_limited')).toBe(5);
    expect(rowsOf(items)).toHaveLength(1_500);
    bench.clock.advance(61_000);
    const rest = await run('participants list', bench, { all: true, cursor: cursorIn(failure?.facts.hint) });
    expect(new Set([...idsOf(items), ...idsOf(rest.items)]).size).toBe(2_000);
  });

  it('names the cursor to continue from when a page fails permanently', async () => {
    const bench = await apiBench({
      sandbox: { participants: 300 },
      exchange: (inner) => async (request) => {
        if (request.url.includes('cursor=')) throw new HttpFailure('reset', '127.0.0.1:4010', false);
        return inner(request);
      },
    });
    const { items, failure } = await run('participants list', bench, { all: true });
    expect(rowsOf(items)).toHaveLength(50);
    expect(failure?.code).toBe('network');
    expect(failure?.facts.hint).toMatch(
      /run the same command again; 50 rows were complete; continue with --cursor \S+$/,
    );
  });

  it('does not send the user back to a cursor that the server has refused', async () => {
    const bench = await apiBench({ sandbox: { participants: 300 } });
    const { failure } = await run('participants list', bench, { cursor: 'made-up' });
    expect(failure?.code).toBe('validation_error');
    expect(failure?.facts.hint).toBeUndefined();
  });

  it('names the cursor to continue from when it is interrupted', async () => {
    const bench = await apiBench({ sandbox: { participants: 300 } });
    const items = resourceCommand(resourceOf('participants list')).run({ maxWait: '5m', all: true }, bench.deps);
    await items.next();
    bench.abort.abort('SIGINT');
    await items.next();
    await expect(items.next()).rejects.toMatchObject({
      code: 'interrupted',
      facts: { hint: expect.stringContaining('100 rows were complete; continue with --cursor ') },
    });
  });

  it('cancels the page it requested ahead when the reader has left', async () => {
    const signals: AbortSignal[] = [];
    const bench = await apiBench({
      sandbox: { participants: 300 },
      exchange: (inner) => async (request) => {
        if (request.signal) signals.push(request.signal);
        return inner(request);
      },
    });
    const items = resourceCommand(resourceOf('participants list')).run({ maxWait: '5m', all: true }, bench.deps);
    await items.next();
    await items.return(undefined);
    expect(signals).toHaveLength(2);
    expect(signals[1]?.aborted).toBe(true);
    expect(bench.notices).toEqual([]);
  });

  it.each([
    [{ limit: '0' }, '--limit'],
    [{ limit: '-3' }, '--limit'],
    [{ limit: '2.5' }, '--limit'],
    [{ limit: 'all' }, '--limit'],
    [{ limit: '10', all: true }, "--limit can't be combined with --all"],
    [{ status: 'aproved' }, 'Unknown status "aproved"'],
    [{ where: '.role ==' }, '--jq: '],
    [{ maxWait: 'soon' }, 'soon'],
    [{ maxWait: '60' }, '60'],
  ])('%j is refused before any request', async (options, named) => {
    const bench = await apiBench();
    const { failure } = await run('participants list', bench, options);
    expect(failure?.code).toBe('usage');
    expect(failure?.message).toContain(named);
    expect(bench.requests).toEqual([]);
  });
});

describe('what the store knows will fail is refused before any request', () => {
  it('no login at all', async () => {
    const bench = await apiBench({ kinds: [] });
    const { failure } = await run('participants list', bench);
    expect(failure).toMatchObject({ code: 'not_logged_in', facts: { hint: 'run: revento login' } });
    expect((await run('me profile', bench)).failure?.facts.hint).toBe('run: revento login --user');
    expect(bench.requests).toEqual([]);
  });

  it("a participant's path with an organizer's login, and the other way round", async () => {
    const organizer = await apiBench({ kinds: ['installation'] });
    expect((await run('me profile', organizer)).failure?.code).toBe('user_token_required');
    const participant = await apiBench({ kinds: ['user'] });
    expect((await run('events get', participant)).failure?.code).toBe('installation_token_required');
    expect([...organizer.requests, ...participant.requests]).toEqual([]);
  });

  it('another event', async () => {
    const bench = await apiBench({ event: 'evt_other' });
    const { failure } = await run('participants list', bench);
    expect(failure).toMatchObject({ code: 'event_not_authorized', facts: { eventId: 'evt_other' } });
    expect(failure?.message).toContain('evt_test_published');
    expect(bench.requests).toEqual([]);
  });

  it('a missing scope, with the login that keeps the ones there are', async () => {
    const bench = await apiBench({ scope: 'event.read' });
    const { failure } = await run('participants list', bench);
    expect(failure).toMatchObject({ code: 'insufficient_scope', facts: { scope: 'participants.read' } });
    expect(failure?.facts.hint).toContain("--scope 'event.read participants.read'");
    expect(bench.requests).toEqual([]);
  });

  it('but not a login whose scopes the server never reported', async () => {
    const bench = await apiBench({ kinds: ['installation'] });
    bench.logins[0] = { ...(bench.logins[0] as (typeof bench.logins)[number]), scope: [] };
    expect((await run('participants list', bench)).failure).toBeNull();
  });

  it('several events and none of them selected', async () => {
    const bench = await apiBench({ kinds: ['installation'] });
    bench.logins.push({ ...(bench.logins[0] as (typeof bench.logins)[number]), eventId: 'evt_second' });
    const { failure } = await run('participants list', bench);
    expect(failure).toMatchObject({ code: 'usage' });
    expect(failure?.message).toContain('evt_second');
  });

  it('a cursor that is empty, before any request', async () => {
    const bench = await apiBench({ kinds: ['installation'] });
    const { failure } = await run('participants list', bench, { cursor: '' });
    expect(failure).toMatchObject({ code: 'usage', message: expect.stringContaining('--cursor') });
    expect(bench.requests).toEqual([]);
  });
});
