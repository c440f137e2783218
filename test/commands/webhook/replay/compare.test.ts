import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookReplay } from '../../../../src/commands/webhook/replay/replay.ts';
import { run } from '../../../support/commands/deps.ts';
import { handler, type Reply } from '../../../support/webhook/handler.ts';
import { recordedLine } from '../../../support/webhook/recorded-line.ts';
import { sendRig } from '../../../support/webhook/send-rig.ts';

const { secret, folder, world } = sendRig();

interface Row {
  readonly delivery_id: string;
  readonly result: string;
  readonly to: { readonly status: number | null };
  readonly against: { readonly status: number | null; readonly error: string | null };
  readonly differences: readonly unknown[];
}

type Options = Partial<Parameters<typeof webhookReplay.run>[0]>;

const replayed = async (options: Options, ids = ['a', 'b']) => {
  const file = join(folder(), 'deliveries.ndjson');
  await writeFile(file, ids.map((id) => recordedLine(id, { secret, body: `{"id":"${id}"}` })).join('\n'));
  const rig = world();
  const { data, text, failure } = await run(webhookReplay, { file, resign: true, ...options }, rig);
  return { rows: data as Row[], text, failure, notices: rig.notices.join('\n') };
};

const pair = async (first: Reply, second: Reply, options: Options = {}, ids?: string[]) => {
  const [to, against] = [await handler(() => first), await handler(() => second)];
  return {
    ...(await replayed({ to: to.url, against: against.url, ...options }, ids)),
    got: [to.got, against.got] as const,
  };
};

const json = (body: string, more: Readonly<Record<string, string>> = {}): Reply => ({
  body,
  headers: { 'Content-Type': 'application/json', ...more },
});

describe('replay --against', () => {
  it('sends the same bytes and headers to both, in order, and finds equal answers equal', async () => {
    const { rows, failure, got } = await pair(json('{"ok":true}'), json('{"ok":true}'));
    expect(failure).toBeNull();
    expect(rows.map(({ delivery_id: id, result }) => [id, result])).toEqual([
      ['a', 'same'],
      ['b', 'same'],
    ]);
    const seen = got.map((all) => all.map(({ headers: { host, ...headers }, body }) => ({ headers, body: `${body}` })));
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.map(({ body }) => body)).toEqual(['{"id":"a"}', '{"id":"b"}']);
  });

  it.each<[string, Reply, Reply, unknown]>([
    ['the status', { status: 200 }, { status: 202 }, { part: 'status', name: null, to: '200', against: '202' }],
    [
      'a value in JSON',
      json('{"data":{"status":"approved"}}'),
      json('{"data":{"status":"pending"}}'),
      { part: 'body', name: '.data.status', to: '"approved"', against: '"pending"' },
    ],
    [
      'the content type',
      { body: 'x', headers: { 'Content-Type': 'text/plain' } },
      { body: 'x', headers: { 'Content-Type': 'text/html' } },
      { part: 'header', name: 'content-type', to: 'text/plain', against: 'text/html' },
    ],
  ])('names what differs, and exits with 3: %s', async (_, first, second, difference) => {
    const { rows, failure, text } = await pair(first, second, {}, ['a']);
    expect(rows).toMatchObject([{ result: 'different', differences: [difference] }]);
    expect(failure).toMatchObject({ code: 'unmet', message: 'The handlers answered 1 of 1 delivery differently.' });
    expect(text).toContain('→');
  });

  it('does not count what differs between equal answers', async () => {
    const first = json('{"a":1,"b":[1.0,"\\u00e9"]}', { 'X-Request-Id': '1', ETag: 'x', Server: 'a' });
    const second = json('{ "b": [1, "é"],\n "a": 1e0 }', { 'X-Request-Id': '2', Vary: '*' });
    expect((await pair(first, second)).failure).toBeNull();
    const third = await pair(first, second, { compareHeader: ['X-Request-ID'] });
    expect(third.rows[0]?.differences).toEqual([{ part: 'header', name: 'x-request-id', to: '1', against: '2' }]);
  });

  it('ignores the named parts of a body, and offers that', async () => {
    const [first, second] = [json('{"at":1,"rows":[{"id":1,"n":2}]}'), json('{"at":2,"rows":[{"id":3,"n":2}]}')];
    expect((await pair(first, second)).failure?.facts.hint).toContain('--ignore .at');
    expect((await pair(first, second, { ignore: ['.at', '.rows[].id'] })).failure).toBeNull();
  });

  it('with a handler that is not running exits with 1, at the first delivery', async () => {
    const [running, gone] = [await handler(), await handler()];
    await gone.close();
    const { failure } = await replayed({ to: running.url, against: gone.url });
    expect(failure).toMatchObject({ code: 'failed' });
    expect(failure?.message).toContain('connection refused');
    expect(running.got.length).toBeLessThanOrEqual(1);
  });

  it('counts a handler that hangs, or closes the connection, as different', async () => {
    const [fine, hangs, cuts] = [
      await handler(),
      await handler(() => new Promise(() => undefined)),
      await handler(() => ({ isCut: true })),
    ];
    const slow = await replayed({ to: fine.url, against: hangs.url, answerTimeout: '300ms' }, ['a']);
    expect(slow.failure).toMatchObject({ code: 'unmet' });
    expect(slow.rows).toMatchObject([{ result: 'different', against: { status: null, error: 'timeout' } }]);
    const cut = await replayed({ to: fine.url, against: cuts.url }, ['a']);
    expect(cut.rows).toMatchObject([{ result: 'different', against: { status: null, error: 'reset' } }]);
    const neither = await replayed({ to: cuts.url, against: hangs.url, answerTimeout: '300ms' }, ['a']);
    expect(neither.rows).toMatchObject([{ result: 'unanswered' }]);
    expect(neither.failure).toMatchObject({ code: 'failed' });
  });

  it('warns when both reject everything: that they are the same says nothing', async () => {
    const { failure, notices } = await pair({ status: 401 }, { status: 401 }, { resign: false });
    expect(failure).toBeNull();
    expect(notices).toContain('warning: both handlers answered 401 to valid deliveries; add --resign');
  });

  it.each<[Options, string]>([
    [{ against: '3001' }, '--against needs --to.'],
    [{ to: '3000', against: 'http://localhost:3000/webhooks/revento' }, '--to and --against name the same handler.'],
    [{ to: '3000', ignore: ['.a'] }, '--ignore needs --against.'],
    [{ to: '3000', against: '3001', ignore: ['a'] }, '--ignore "a" is not a path.'],
    [{ to: '3000', answerTimeout: '0s' }, '--answer-timeout must be longer than 0.'],
  ])('refuses %o', async (options, message) => {
    expect((await replayed(options)).failure).toMatchObject({ code: 'usage', message });
  });
});
