import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/platform/http/client.ts';
import type { Explanation } from '../../../src/webhook/conformance/explain.ts';
import { type Checked, checked } from '../../support/webhook/checked.ts';
import { closeHandlers, type Got, handler, type Reply } from '../../support/webhook/handler.ts';

const secret = `whsec_${Buffer.from('a secret that is base64, and long').toString('base64')}`;
let client: HttpClient;
beforeAll(async () => {
  client = await createHttpClient();
});
afterAll(() => client.close());
afterEach(closeHandlers);

async function conclude(reply: (got: Got) => Reply, previousSecret: string | null = null): Promise<Checked> {
  const { url } = await handler(reply);
  return checked({ url, secret, previousSecret, exchange: client.exchange });
}

/** What a handler with a mistake works on. */
interface Parts {
  readonly timestamp: string;
  readonly id: string;
  readonly body: string;
}

const header = ({ headers }: Got, name: string): string => headers[name]?.[0] ?? '';
const partsOf = (got: Got): Parts => ({
  timestamp: header(got, 'x-revento-timestamp'),
  id: header(got, 'x-revento-delivery-id'),
  body: got.body.toString(),
});

/** A handler that expects the signature it makes itself, and answers with these headers. */
function expecting(make: (parts: Parts) => string, headers: Readonly<Record<string, string>> = {}) {
  return (got: Got): Reply => {
    try {
      return { status: header(got, 'x-revento-signature') === make(partsOf(got)) ? 200 : 401, headers };
    } catch {
      return { status: 400, headers };
    }
  };
}

const hmac = (key: string | Buffer, text: string) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;
const rewriting = (write: (value: unknown) => string) =>
  expecting(({ timestamp, body }) => hmac(secret, `${timestamp}.${write(JSON.parse(body))}`));
const escapeAscii = (json: string) =>
  json.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const escapeHtml = (json: string) => json.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
const sortKeys = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortKeys);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sortKeys(v)]),
  );
};

describe('the mistake of a handler that refuses a plain delivery is named', () => {
  const bare = secret.slice('whsec_'.length);
  it.each<readonly [string, (got: Got) => Reply, string, string]>([
    ['no timestamp', expecting(({ body }) => hmac(secret, body)), 'the body alone', 'timestamp header, a dot'],
    ['no dot', expecting(({ timestamp, body }) => hmac(secret, timestamp + body)), 'leaves out the dot', 'a dot'],
    [
      'the id signed too',
      expecting(({ timestamp, id, body }) => hmac(secret, `${id}.${timestamp}.${body}`)),
      'hashes the delivery id',
      'timestamp header, a dot',
    ],
    [
      'bytes as Python prints them',
      expecting(({ timestamp, body }) => hmac(secret, `${timestamp}.b'${body}'`)),
      'the way Python prints bytes',
      'timestamp.encode()',
    ],
    [
      'an object as text',
      expecting(({ timestamp }) => hmac(secret, `${timestamp}.${{}}`), { 'X-Powered-By': 'Express' }),
      'a JSON parser runs before the handler',
      'in Express: express.raw(',
    ],
    [
      'nothing',
      expecting(({ timestamp }) => hmac(secret, `${timestamp}.`)),
      'something read the request first',
      'raw request bytes',
    ],
    [
      'whsec_ cut off',
      expecting(({ timestamp, body }) => hmac(bare, `${timestamp}.${body}`)),
      'cuts whsec_ off',
      'whole secret',
    ],
    [
      'base64 decoded',
      expecting(({ timestamp, body }) => hmac(Buffer.from(bare, 'base64'), `${timestamp}.${body}`)),
      'decodes the rest from base64',
      'whole secret',
    ],
    [
      'an empty secret',
      expecting(({ timestamp, body }) => hmac('', `${timestamp}.${body}`)),
      'is empty',
      'refuse to start',
    ],
    [
      'a line break',
      expecting(({ timestamp, body }) => hmac(`${secret}\n`, `${timestamp}.${body}`)),
      'line break',
      'remove',
    ],
    [
      'digits alone',
      expecting(({ timestamp, body }) => hmac(secret, `${timestamp}.${body}`).slice(7)),
      'without "sha256="',
      '"sha256=" followed by',
    ],
    [
      'milliseconds',
      (got) => {
        const { timestamp, body } = partsOf(got);
        const isFresh = Math.abs(Date.now() - Number(timestamp)) < 300_000;
        const isSigned = header(got, 'x-revento-signature') === hmac(secret, `${timestamp}.${body}`);
        return { status: isFresh && isSigned ? 200 : 401 };
      },
      'in milliseconds',
      'in seconds',
    ],
    [
      'Python, sorted',
      rewriting((value) => escapeAscii(JSON.stringify(sortKeys(value)))),
      'sort_keys=True',
      'request.get_data()',
    ],
    [
      'Go, a map',
      rewriting((value) => escapeHtml(JSON.stringify(sortKeys(value)))),
      'json.Marshal() of a map in Go',
      'io.ReadAll(r.Body)',
    ],
    [
      'Go, an encoder',
      rewriting((value) => `${escapeHtml(JSON.stringify(sortKeys(value)))}\n`),
      'json.NewEncoder(…).Encode() of a map in Go',
      'io.ReadAll(r.Body)',
    ],
    [
      'Go, indented',
      rewriting((value) => escapeHtml(JSON.stringify(sortKeys(value), null, '\t'))),
      'json.MarshalIndent() of a map in Go',
      'io.ReadAll(r.Body)',
    ],
    [
      'Python, indented',
      rewriting((value) => escapeAscii(JSON.stringify(value, null, 4))),
      'json.dumps(…, indent=4) in Python',
      'request.get_data()',
    ],
    [
      'PHP, indented',
      rewriting((value) => escapeAscii(JSON.stringify(value, null, 4)).replaceAll('/', '\\/')),
      'json_encode(…, JSON_PRETTY_PRINT) in PHP',
      'php://input',
    ],
  ])('%s', async (_name, reply, mistake, fix) => {
    const { explanation } = await conclude(reply);
    expect(explanation).toEqual<Explanation>({
      mistake: expect.stringContaining(mistake),
      fix: expect.stringContaining(fix),
    });
  });

  it('the previous secret', async () => {
    const previous = 'whsec_the-one-before-this-one';
    const reply = expecting(({ timestamp, body }) => hmac(previous, `${timestamp}.${body}`));
    expect((await conclude(reply, previous)).explanation?.mistake).toBe('the handler knows only the previous secret');
  });

  it('is not guessed where none explains it', async () => {
    const { explanation } = await conclude(expecting(() => hmac('another secret', 'another text')));
    expect(explanation).toBeNull();
  });

  it.each([404, 413, 429, 502])('is not looked for behind HTTP %i', async (status) => {
    let posts = 0;
    await conclude(() => {
      posts++;
      return { status };
    });
    expect(posts).toBeLessThanOrEqual(3);
  });
});

describe('whose JSON is verified is named though plain deliveries are acknowledged', () => {
  it.each([
    ['PHP', (json: string) => escapeAscii(json).replaceAll('/', '\\/'), 'json_encode() in PHP'],
    [
      '.NET',
      (json: string) =>
        json.replace(
          /\\"|[<>&'+`\u0080-\uffff]/g,
          (c) => `\\u${(c === '\\"' ? '"' : c).charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
        ),
      'JsonSerializer.Serialize() in C#',
    ],
    ['JavaScript', (json: string) => json, 'JSON.stringify() in JavaScript or json_encode('],
    ['PHP with plain slashes', escapeAscii, 'in Python or json_encode(…, JSON_UNESCAPED_SLASHES) in PHP'],
    ['a pretty printer', (json: string) => JSON.stringify(JSON.parse(json), null, 4), 'pretty-printed (4 spaces)'],
  ] as const)('%s', async (_name, form, mistake) => {
    const { explanation } = await conclude(rewriting((value) => form(JSON.stringify(value))));
    expect(explanation?.mistake).toContain(mistake);
  });

  it.each([
    [{ 'X-Powered-By': 'Express' }, 'JSON.stringify() in JavaScript', 'in Express: '],
    [
      { 'X-Powered-By': 'PHP/8.2.1' },
      'json_encode(…, JSON_UNESCAPED_SLASHES',
      "in PHP: file_get_contents('php://input')",
    ],
  ])('by the framework that shows, where several write the same: %j', async (headers, mistake, fix) => {
    const rewritten = ({ timestamp, body }: Parts) => hmac(secret, `${timestamp}.${JSON.stringify(JSON.parse(body))}`);
    const { explanation } = await conclude(expecting(rewritten, headers));
    expect(explanation).toEqual<Explanation>({
      mistake: expect.stringContaining(mistake),
      fix: expect.stringContaining(fix),
    });
  });

  it('by its form alone where the framework that shows writes another one', async () => {
    const sorted = ({ timestamp, body }: Parts) =>
      hmac(secret, `${timestamp}.${escapeAscii(JSON.stringify(sortKeys(JSON.parse(body))))}`);
    const { explanation } = await conclude(expecting(sorted, { 'X-Powered-By': 'Express' }));
    expect(explanation).toEqual<Explanation>({
      mistake: expect.stringContaining('the same JSON with its keys sorted'),
      fix: expect.stringContaining('in Express: '),
    });
  });
});

it('a handler that stops answering is not said to accept forged deliveries', async () => {
  const verifying = expecting(({ timestamp, body }) => hmac(secret, `${timestamp}.${body}`));
  let isBroken = false;
  const { explanation } = await conclude((got) => {
    isBroken ||= header(got, 'x-revento-event') === 'venue.teleported';
    return isBroken ? { isCut: true } : verifying(got);
  });
  expect(explanation).toBeNull();
});
