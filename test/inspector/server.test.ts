import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveryFaults } from '../../src/webhook/sending/delivery-faults.ts';
import { sign } from '../../src/webhook/signature.ts';
import { envelope, newSecret } from '../support/delivery.ts';
import { closeHandlers, handler } from '../support/handler.ts';
import { type PageRig, pageRig } from '../support/page-rig.ts';
import { type RawAnswer, rawExchange } from '../support/raw-http.ts';

const secret = newSecret();
let rig: PageRig;
let port: number;

beforeEach(async () => {
  rig = await pageRig(secret);
  ({ port } = rig.inspector);
});
afterEach(async () => {
  await rig.close();
  await closeHandlers();
  expect(rig.defects).toEqual([]);
});

interface Raw {
  readonly line?: string;
  readonly host?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A request as a page with the key sends it, with the changes a test wants. */
const ask = ({ line = 'GET /session', host = `localhost:${port}`, headers, body = '' }: Raw): Promise<RawAnswer> => {
  const lines = [
    `${line} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(headers ?? [`Authorization: Bearer ${rig.key}`]),
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    'Connection: close',
  ];
  return rawExchange(port, { pieces: [`${lines.join('\r\n')}\r\n\r\n${body}`] });
};

const auth = () => `Authorization: Bearer ${rig.key}`;

describe('the name under which the page is reached', () => {
  it.each(['localhost', '127.0.0.1', '[::1]'])('%s is one of three', async (name) => {
    expect((await ask({ host: `${name}:${port}` })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '127.1',
    '2130706433',
    'localhost.',
    'LOCALHOST',
    'user@localhost',
    '[::ffff:127.0.0.1]',
    '[',
    '',
  ])('%s is refused before anything else, whatever the path', async (name) => {
    for (const line of ['GET /', 'GET /page.js', 'GET /session', 'POST /key', 'GET /nothing']) {
      expect((await ask({ line, host: `${name}:${port}` })).status).toBe(421);
    }
  });

  it('a name without our port is refused, and so are none and two', async () => {
    expect((await ask({ host: 'localhost' })).status).toBe(421);
    expect((await ask({ host: 'localhost:80' })).status).toBe(421);
    expect((await ask({ host: `localhost:${port}`, headers: [`Host: evil.example:${port}`] })).status).not.toBe(200);
    expect((await ask({ host: null })).status).not.toBe(200);
  });
});

describe('the origin that a request comes from', () => {
  it.each([
    'http://evil.example',
    'null',
    'https://localhost',
    'http://localhost',
    'http://localhost.evil.example',
    'not an origin',
    '',
  ])('Origin %s is refused', async (origin) => {
    expect((await ask({ headers: [auth(), `Origin: ${origin}`] })).status).toBe(403);
  });

  it('our own name under another literal is another origin', async () => {
    const headers = [auth(), `Origin: http://127.0.0.1:${port}`];
    expect((await ask({ headers })).status).toBe(403);
    expect((await ask({ headers, host: `127.0.0.1:${port}` })).status).toBe(200);
  });

  it.each(['cross-site', 'same-site', 'anything'])('Sec-Fetch-Site: %s reaches the first page only', async (site) => {
    const headers = [auth(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate'];
    expect((await ask({ line: 'GET /', headers })).status).toBe(200);
    for (const line of ['GET /page.js', 'GET /page.css', 'GET /session', 'GET /events']) {
      expect((await ask({ line, headers })).status).toBe(403);
    }
    const fetched = [auth(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: no-cors'];
    expect((await ask({ line: 'GET /', headers: fetched })).status).toBe(403);
  });
});

describe('the key', () => {
  it('is needed for everything that holds data', async () => {
    const id = rig.add({ secret });
    for (const line of ['GET /session', 'GET /events', `GET /deliveries/${id}`]) {
      for (const headers of [[], ['Authorization: Bearer wrong'], [`Cookie: key=${rig.key}`], [auth(), auth()]]) {
        expect((await ask({ line, headers })).status).toBe(401);
      }
      expect((await ask({ line: `${line}?key=${rig.key}`, headers: [] })).status).toBe(401);
    }
  });

  it('is not in any file of the page, and neither is a cookie in any answer', async () => {
    for (const path of ['/', '/page.js', '/page.css', '/editor.js', '/icon.svg', '/session']) {
      const { status, head, body } = await ask({ line: `GET ${path}` });
      expect(status).toBe(200);
      expect(head + body).not.toContain(rig.key);
      expect(head).not.toMatch(/^(?:set-cookie|access-control-)/im);
    }
  });

  it('comes for a ticket once, and only as JSON', async () => {
    const ticket = rig.inspector.ticketAddress().split('#ticket=')[1] ?? '';
    const body = JSON.stringify({ ticket });
    const json = 'Content-Type: application/json';
    expect((await ask({ line: 'POST /key', headers: ['Content-Type: text/plain'], body })).status).toBe(415);
    const answer = await ask({ line: 'POST /key', headers: [json], body });
    expect(JSON.parse(answer.body)).toEqual({ key: rig.key });
    expect((await ask({ line: 'POST /key', headers: [json], body })).status).toBe(401);
  });
});

describe('every answer', () => {
  it.each(['GET /', 'GET /page.js', 'GET /session', 'GET /nothing', 'PUT /session'])(
    'to %s has all the headers',
    async (line) => {
      const { head } = await ask({ line });
      const policy = /^content-security-policy: (.*)$/im.exec(head)?.[1] ?? '';
      for (const part of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
      ]) {
        expect(policy).toContain(part);
      }
      for (const line of [
        'cross-origin-resource-policy: same-origin',
        'cross-origin-opener-policy: same-origin',
        'x-content-type-options: nosniff',
        'referrer-policy: no-referrer',
        'cache-control: no-store',
      ]) {
        expect(head.toLowerCase()).toContain(line);
      }
    },
  );

  it('is the same for the guard and the router: no second form of a path is known', async () => {
    for (const path of [
      '//session',
      '/./session',
      '/%73ession',
      '/session/',
      '/x/../session',
      '/SESSION',
      '/session?',
    ]) {
      expect((await ask({ line: `GET ${path}` })).status).toBe(404);
    }
    expect((await ask({ line: `GET http://localhost:${port}/session` })).status).not.toBe(200);
  });

  it('keeps the secret in the process, whole or in part', async () => {
    const good = rig.add({ secret });
    const bad = rig.add({ secret: newSecret(), reason: 'signature_mismatch' });
    for (const line of ['GET /session', `GET /deliveries/${good}`, `GET /deliveries/${bad}`]) {
      const { body, status } = await ask({ line });
      expect(status).toBe(200);
      expect(body).not.toContain(secret.slice(6, 18));
      expect(body).not.toContain(secret.slice(-8));
    }
  });
});

describe('a signature that does not match', () => {
  it('is compared no further than to its first wrong digit', async () => {
    const body = envelope();
    const id = rig.add({ secret: newSecret(), body, timestamp: 1_700_000_000, reason: 'signature_mismatch' });
    const view = JSON.parse((await ask({ line: `GET /deliveries/${id}` })).body);
    const correct = sign(secret, '1700000000', Buffer.from(body));
    expect(view.signature.expected).toHaveLength(1);
    const [{ digits, same }] = view.signature.expected;
    expect(correct.slice(7)).toMatch(new RegExp(`^${digits}`));
    expect(digits).toHaveLength(same + 1);
    expect(JSON.stringify(view)).not.toContain(correct);
  });

  it('is explained by the form that was signed', async () => {
    const body = envelope();
    const signedBody = JSON.stringify(JSON.parse(body), null, 2);
    const id = rig.add({ secret, body, signedBody, reason: 'signature_mismatch' });
    const { signature } = JSON.parse((await ask({ line: `GET /deliveries/${id}` })).body);
    const holding = signature.tries.filter((one: { holds: boolean }) => one.holds);
    expect(holding).toEqual([{ what: 'the same JSON pretty-printed (2 spaces)', holds: true }]);
    expect(signature.hints[0]).toContain('the body was changed on the way');
  });
});

describe('a replay', () => {
  const json = 'Content-Type: application/json';
  const replay = (id: number, request: unknown, headers = [auth(), json]) =>
    ask({ line: `POST /deliveries/${id}/send`, headers, body: JSON.stringify(request) });

  it('sends the same bytes, signed again or as they came', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const body = `${envelope()}\n\n`;
    const id = rig.add({ secret, body, timestamp: 1_700_000_000 });
    expect((await replay(id, { target: 0, resign: false })).status).toBe(200);
    expect((await replay(id, { target: 0, resign: true })).status).toBe(200);
    const [came, resigned] = target.got;
    expect([came?.body.toString(), resigned?.body.toString()]).toEqual([body, body]);
    expect(came?.headers['x-revento-timestamp']).toEqual(['1700000000']);
    const timestamp = resigned?.headers['x-revento-timestamp']?.[0] ?? '';
    expect(Number(timestamp)).toBeGreaterThan(1_700_000_000);
    expect(resigned?.headers['x-revento-signature']).toEqual([sign(secret, timestamp, Buffer.from(body))]);
  });

  it('never signs what did not verify, nor what claims to have', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const forged = rig.add({ secret: newSecret(), reason: 'signature_mismatch' });
    const claimed = rig.add({ secret: newSecret() });
    for (const id of [forged, claimed]) {
      expect((await replay(id, { target: 0, resign: true })).status).toBe(409);
      const changed = { target: 0, resign: true, body_base64: Buffer.from('{}').toString('base64') };
      expect((await replay(id, changed)).status).toBe(409);
    }
    expect(target.got).toEqual([]);
  });

  it('goes to no address that the page names', async () => {
    const target = await handler();
    const id = rig.add({ secret });
    for (const one of [target.url, 0, -1, 1.5, null]) {
      expect((await replay(id, { target: one, url: target.url, resign: false })).status).toBe(400);
    }
    expect(target.got).toEqual([]);
  });

  it('is not made by a GET, by a form, or without the key', async () => {
    const id = rig.add({ secret });
    const request = { target: 0, resign: false };
    expect((await ask({ line: `GET /deliveries/${id}/send` })).status).toBe(405);
    expect((await replay(id, request, [auth(), 'Content-Type: text/plain'])).status).toBe(415);
    expect((await replay(id, request, [json])).status).toBe(401);
    expect((await replay(id, request, [auth(), json, `Origin: http://evil.example`])).status).toBe(403);
  });

  it('can be changed, get another id, and be sent many times at once, each signed for what it holds', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const id = rig.add({ secret });
    const body_base64 = Buffer.from('{"changed":true}').toString('base64');
    const how = { target: 0, resign: true, times: 20, at_once: true, new_id: true, body_base64 };
    const { status, body } = await replay(id, how);
    expect(status).toBe(200);
    expect(JSON.parse(body).answers).toHaveLength(20);
    expect(target.got).toHaveLength(20);
    expect(new Set(target.got.map(({ headers }) => headers['x-revento-delivery-id']?.[0])).size).toBe(20);
    for (const got of target.got) {
      expect(got.body.toString()).toBe('{"changed":true}');
      const timestamp = got.headers['x-revento-timestamp']?.[0] ?? '';
      expect(got.headers['x-revento-signature']).toEqual([sign(secret, timestamp, got.body)]);
    }
  });

  it('keeps the old signature beside a changed body when asked to', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const body = envelope();
    const id = rig.add({ secret, body, timestamp: 1_700_000_000 });
    await replay(id, { target: 0, resign: false, body_base64: Buffer.from('{}').toString('base64') });
    const [got] = target.got;
    expect(got?.body.toString()).toBe('{}');
    expect(got?.headers['x-revento-signature']).toEqual([sign(secret, '1700000000', Buffer.from(body))]);
  });

  it.each(deliveryFaults.map(({ name, expected }) => ({ name, expected })))(
    'carries the fault $name of webhook trigger',
    async ({ name, expected }) => {
      const target = await handler();
      await rig.close();
      rig = await pageRig(secret, [target.url]);
      ({ port } = rig.inspector);
      const id = rig.add({ secret });
      const { status, body } = await replay(id, { target: 0, resign: true, fault: name });
      expect(status).toBe(200);
      expect(JSON.parse(body).expected).toBe(expected);
      const isVerified = target.got.every(({ headers, body: bytes }) => {
        const timestamp = headers['x-revento-timestamp']?.[0] ?? '';
        const isFresh = Math.abs(Number(timestamp) - Date.now() / 1000) < 300;
        return isFresh && headers['x-revento-signature']?.[0] === sign(secret, timestamp, bytes);
      });
      expect(isVerified).toBe(expected !== 'reject');
    },
  );

  it('with a fault needs a delivery that may be signed, and an envelope', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const forged = rig.add({ secret: newSecret(), reason: 'signature_mismatch' });
    expect((await replay(forged, { target: 0, resign: false, fault: 'duplicate' })).status).toBe(409);
    const good = rig.add({ secret });
    const body_base64 = Buffer.from('[]').toString('base64');
    expect((await replay(good, { target: 0, resign: true, fault: 'huge', body_base64 })).status).toBe(409);
    expect((await replay(good, { target: 0, resign: true, fault: 'no such' })).status).toBe(400);
    for (const times of [0, 101, 1.5, '2']) {
      expect((await replay(good, { target: 0, resign: true, times })).status).toBe(400);
    }
    expect(target.got).toEqual([]);
  });

  it('takes no endless body', async () => {
    const id = rig.add({ secret });
    const headers = [auth(), json, 'Content-Length: 99999999'];
    expect((await ask({ line: `POST /deliveries/${id}/send`, headers })).status).toBe(413);
  });
});

describe('a check', () => {
  const json = 'Content-Type: application/json';

  it('runs the conformance cases against the named handler and streams each result', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    ({ port } = rig.inspector);
    const session = JSON.parse((await ask({})).body);
    const { status, body } = await ask({ line: 'POST /check', headers: [auth(), json], body: '{"target":0}' });
    expect(status).toBe(200);
    const cases = [...body.matchAll(/^event: case\r?\ndata: (.*)$/gm)].map(([, text]) => JSON.parse(text ?? ''));
    expect(cases).toHaveLength(session.cases);
    // This handler takes everything, so what is forged must have been found out.
    expect(cases.find(({ id }) => id === 'valid-compact')).toMatchObject({ outcome: 'pass' });
    expect(cases.find(({ id }) => id === 'wrong-secret')).toMatchObject({ outcome: 'fail', wanted: '401' });
    const [end] = [...body.matchAll(/^event: end\r?\ndata: (.*)$/gm)].map(([, text]) => JSON.parse(text ?? ''));
    expect(end.cause).toContain('does not verify signatures');
    expect(body).not.toContain(secret.slice(6, 18));
  });

  it('goes to no address that the page names', async () => {
    for (const body of ['{"target":0}', '{"target":"http://localhost:1/"}', '[]', '{}']) {
      expect((await ask({ line: 'POST /check', headers: [auth(), json], body })).status).toBe(400);
    }
    expect((await ask({ line: 'GET /check' })).status).toBe(405);
  });
});

describe('the stream', () => {
  it('gives every delivery as its line, resumes after a number, and ends with the server', async () => {
    for (let n = 0; n < 3; n++) rig.add({ secret });
    const answer = ask({ line: 'GET /events', headers: [auth(), 'Last-Event-ID: 1'] });
    const reader = fetch(`http://localhost:${port}/events`, { headers: { Authorization: `Bearer ${rig.key}` } });
    const [first] = await Promise.all([(await reader).body?.getReader().read()]);
    expect(Buffer.from(first?.value ?? '').toString()).toContain('event: hello');
    await rig.inspector.close();
    const { head, body } = await answer;
    expect(head).toContain('text/event-stream');
    expect([...body.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['2', '3']);
    const [line] = [...body.matchAll(/^data: (\{"type":"delivery".*)$/gm)].map(([, text]) => JSON.parse(text ?? ''));
    expect(line).toMatchObject({ type: 'delivery', verified: true, event: 'application.approved' });
  });

  it.each(['x', '-1', '1e3', '9'.repeat(20)])('refuses Last-Event-ID: %s', async (id) => {
    expect((await ask({ line: 'GET /events', headers: [auth(), `Last-Event-ID: ${id}`] })).status).toBe(400);
  });
});
