import { randomUUID } from 'node:crypto';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownFields, type Resource, resources } from '../../src/api/resources.ts';
import { registry } from '../../src/commands/registry.ts';
import { freePort } from '../support/http/free-port.ts';
import { Program } from '../support/program/in-process.ts';
import { aDelivery, envelope, newSecret } from '../support/webhook/delivery.ts';

/** In two forms: as people write it, and as words of the contract are written. */
const canary = 'Kanarek Novák';
const wordLike = 'kanarek';
const isSeen = (text: string) => text.match(/.*kanarek.*/gi) ?? [];

const secret = newSecret();
let server: Server;
let base: string;
let program: Program;

/** What a handler answers, by turns, to every type of event but one. */
const refusals = ['400', '401', '409', '501', 'moved'];
const acknowledged = 'application.rejected';
let turn = 0;

/** Each way in which the server quotes a person, by the segment of its base. */
const answers: Readonly<Record<string, (response: ServerResponse, path: string) => void>> = {
  rows: (response, path) => response.end(JSON.stringify(documentFor(path))),
  broken: (response) => response.end(`{"data":[{"email":"${canary}"`),
  unlisted: (response) => response.end(JSON.stringify({ data: canary, has_more: canary, next_cursor: canary })),
  html: (response) => response.setHeader('Content-Type', `text/html; name=${wordLike}`).end(`<b>${canary}</b>`),
  encoded: (response) => response.setHeader('Content-Encoding', wordLike).end('x'),
  moved: (response) => response.writeHead(302, { Location: `http://${wordLike}.test/${wordLike}` }).end(),
  ...Object.fromEntries(
    [400, 401, 403, 404, 409, 422, 429, 501].map((status) => [status, (response) => refuse(response, status)]),
  ),
  scope: (response) => refuse(response, 403, 'insufficient_scope'),
  token: (response) => refuse(response, 401, 'invalid_token'),
};

function refuse(response: ServerResponse, status: number, error = wordLike): void {
  response.statusCode = status;
  const all = {
    error,
    message: canary,
    request_id: wordLike,
    required_scope: wordLike,
    scope: wordLike,
    details: [canary],
  };
  response.end(JSON.stringify(all));
}

function resourceOf(path: string): Resource | undefined {
  const last = path.replace(/\?.*$/, '').split('/').slice(-2).join('/');
  return resources.find((resource) => resource.path.replace('{event_id}', 'evt_1').endsWith(last));
}

/** A canary in every field that is not published, known or not, and in the cursor. */
function documentFor(path: string): unknown {
  const resource = resourceOf(path);
  const published = resource?.published ?? [];
  const names = resources
    .flatMap(knownFields)
    .concat(['status', 'title', 'description', 'note', 'born_at', 'starts_at']);
  const open = names.filter((name) => !name.includes('.') && !published.includes(name));
  const members = [canary, wordLike].map((text) => Object.fromEntries(open.map((name) => [name, text])));
  const row = {
    ...members[0],
    custom_form_fields: { ...members[1], age: 4711 },
    people: { [canary]: [canary], 'kanarek-4711-4711': 1 },
    speakers: [members[0], canary],
    days: [{ threads: [{ activities: [members[1]] }] }],
  };
  if (resource !== undefined && !resource.isList) return row;
  return {
    data: [row, { ...row, ...members[1] }],
    next_cursor: wordLike,
    has_more: !path.includes('cursor='),
    note: canary,
  };
}

beforeAll(async () => {
  server = createServer((incoming, response) => {
    response.setHeader('Content-Type', `application/json; charset=${wordLike}`);
    for (const name of ['X-Revento-Request-Id', 'ETag', 'Link', 'X-RateLimit-Policy', 'Keep-Alive', 'X-Kanarek-4711']) {
      response.setHeader(name, wordLike);
    }
    response.setHeader('X-Revento-Event', wordLike);
    const [, kind = ''] = (incoming.url ?? '').split('/');
    const isLast = incoming.headers['x-revento-event'] === acknowledged;
    const shown = kind === 'handler' ? (isLast ? 'html' : refusals[turn++ % refusals.length]) : kind;
    answers[shown ?? '']?.(response, incoming.url ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  program = new Program({ REVENTO_EVENT: 'evt_1', REVENTO_WEBHOOK_SECRET: secret });
});
afterAll(() => {
  program.close();
  server.close();
});

/** Every line of a command under test; each says which answer it is for, and all of them show what can be shown. */
function linesOf(name: string): readonly (readonly string[])[] {
  const resource = resources.find(({ words }) => words === name);
  const forms = [[], ['--json'], ['-o', 'csv'], ['-o', 'ndjson'], ['--jq', '.'], ['--jq', '.. | error']];
  const failing = ['--where', 'error(tostring)'];
  if (name === 'api') {
    const path = '/events/evt_1/participants';
    const page = [...forms, ['--slurp'], ['--columns', 'id,email,nothing']];
    return [
      [name, path, '-i'],
      [name, path, '--paginate'],
      [name, '/unknown', '-X', 'POST', '-f', `name=${wordLike}`, '-i'],
      ...[
        ['--jq', '.'],
        ['--jq', '.data[] | error(tostring)'],
      ].map((form) => [name, path, ...form]),
      ...page.map((form) => [name, path, '--paginate', ...form]),
      [name, '/me/profile', '-i'],
    ];
  }
  if (resource === undefined) return [];
  const filters = [failing, ['--where', 'debug | true'], ['--limit', '1'], ['--columns', 'id,nothing']];
  return [...forms, ...(resource.isList ? filters : [])].map((form) => [...name.split(' '), ...form]);
}

const takesRedact = async (entry: (typeof registry)[number]) => {
  const declared = (await entry.load()).declare(new Command());
  return declared.options.some(({ long }) => long === '--redact');
};

describe('under --redact', () => {
  it('every command that has the option is run here', async () => {
    const found: string[] = [];
    for (const entry of registry) if (await takesRedact(entry)) found.push(entry.name);
    expect(found.sort()).toEqual([...resources.map(({ words }) => words), 'api', 'webhook listen'].sort());
  });

  describe.each(['api', ...resources.map(({ words }) => words)])('revento %s', (name) => {
    it.each(Object.keys(answers))('shows no word of a person in an answer of the kind %s', async (kind) => {
      // Other answers are laid out by nothing, so one form shows what there is.
      const lines = linesOf(name).slice(0, kind === 'rows' ? undefined : name === 'api' ? 3 : 1);
      for (const line of lines) {
        const more = ['--redact', '--debug', '--max-wait', '0s', '--api-base', `${base}/${kind}`];
        const run = program.start([...line, ...more], { REVENTO_ACCESS_TOKEN: randomUUID() });
        await run.status;
        expect(run.output()).toMatch(/^> [A-Z]+ http/m);
        expect([line, isSeen(run.output().replace('-f name=kanarek', ''))]).toEqual([line, []]);
      }
    });
  });

  it.each([
    ['table', ['--print-body']],
    ['ndjson', []],
    ['ndjson', ['--jq', '.']],
  ])('revento webhook listen -o %s %j shows no word of a person', async (format, more) => {
    const port = String(await freePort());
    const listen = ['webhook', 'listen', '--port', port, '--forward', `${base}/handler`, '--count', '1', '-o', format];
    const run = program.start([...listen, '--redact', '--debug', ...more]);
    const isUp = () => fetch(`http://127.0.0.1:${port}/${wordLike}`).then(Boolean, () => false);
    while (!(await isUp())) await new Promise(setImmediate);
    for (const { headers, body } of hostileDeliveries()) await post(port, headers, body);
    const last = aDelivery({ secret, type: acknowledged });
    await post(port, last.headers, last.body);
    expect([await run.status, isSeen(run.output())]).toEqual([0, []]);
    expect(run.output()).toMatch(/masked/);
  });
});

/** Genuine ones and forged ones, with canaries wherever a sender may put something. */
function hostileDeliveries() {
  const data = { id: canary, user_id: wordLike, status: wordLike, [canary]: canary, custom_form_fields: { a: canary } };
  const bodies = [envelope('application.approved', data), envelope(canary, data), envelope(wordLike, canary), canary];
  const strange = { 'X-Kanarek-4711': wordLike, 'User-Agent': wordLike, Cookie: wordLike, 'Content-Type': wordLike };
  return [secret, newSecret()].flatMap((key) =>
    bodies.flatMap((body) => [
      aDelivery({ secret: key, body, headers: strange }),
      aDelivery({ secret: key, body, type: wordLike, deliveryId: wordLike }),
      aDelivery({ secret: key, body, timestamp: wordLike }),
    ]),
  );
}

function post(port: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path: '/webhooks/revento', method: 'POST', headers }, (answer) =>
      answer.resume().on('end', resolve),
    );
    sent.on('error', reject).end(body);
  });
}
