import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sign } from '../../src/webhook/signature.ts';
import { type PageRig, pageRig } from '../support/pages/page-rig.ts';
import { envelope, newSecret } from '../support/webhook/delivery.ts';
import { closeHandlers } from '../support/webhook/handler.ts';

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

const auth = () => `Authorization: Bearer ${rig.key}`;

describe('the name under which the page is reached', () => {
  it.each(['localhost', '127.0.0.1', '[::1]'])('%s is one of three', async (name) => {
    expect((await rig.ask({ host: `${name}:${port}` })).status).toBe(200);
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
      expect((await rig.ask({ line, host: `${name}:${port}` })).status).toBe(421);
    }
  });

  it('a name without our port is refused, and so are a missing and a repeated one', async () => {
    expect((await rig.ask({ host: 'localhost' })).status).toBe(421);
    expect((await rig.ask({ host: 'localhost:80' })).status).toBe(421);
    expect((await rig.ask({ host: `localhost:${port}`, headers: [`Host: evil.example:${port}`] })).status).not.toBe(
      200,
    );
    expect((await rig.ask({ host: null })).status).not.toBe(200);
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
    expect((await rig.ask({ headers: [auth(), `Origin: ${origin}`] })).status).toBe(403);
  });

  it('an origin that equals the name is refused where the name is not ours, as after DNS rebinding', async () => {
    for (const line of ['GET /session', 'GET /events', 'POST /check']) {
      const headers = [auth(), `Origin: http://evil.example:${port}`, 'Sec-Fetch-Site: same-origin'];
      expect((await rig.ask({ line, host: `evil.example:${port}`, headers })).status).toBe(421);
    }
  });

  it('no WebSocket is opened, to whomever', async () => {
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    for (const origin of ['http://evil.example', `http://localhost:${port}`]) {
      const { status, head } = await rig.ask({ line: 'GET /events', headers: [`Origin: ${origin}`, ...upgrade] });
      expect([401, 403]).toContain(status);
      expect(head).not.toMatch(/^upgrade:/im);
    }
  });

  it('our own name under another literal is another origin', async () => {
    const headers = [auth(), `Origin: http://127.0.0.1:${port}`];
    expect((await rig.ask({ headers })).status).toBe(403);
    expect((await rig.ask({ headers, host: `127.0.0.1:${port}` })).status).toBe(200);
  });

  it.each(['cross-site', 'same-site', 'anything'])('Sec-Fetch-Site: %s reaches the first page only', async (site) => {
    const headers = [auth(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate'];
    expect((await rig.ask({ line: 'GET /', headers })).status).toBe(200);
    for (const line of ['GET /page.js', 'GET /page.css', 'GET /session', 'GET /events']) {
      expect((await rig.ask({ line, headers })).status).toBe(403);
    }
    const fetched = [auth(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: no-cors'];
    expect((await rig.ask({ line: 'GET /', headers: fetched })).status).toBe(403);
  });
});

describe('the key', () => {
  it('is needed for everything that holds data', async () => {
    const id = rig.add({ secret });
    for (const line of ['GET /session', 'GET /events', `GET /deliveries/${id}`]) {
      for (const headers of [[], ['Authorization: Bearer wrong'], [`Cookie: key=${rig.key}`], [auth(), auth()]]) {
        expect((await rig.ask({ line, headers })).status).toBe(401);
      }
      expect((await rig.ask({ line: `${line}?key=${rig.key}`, headers: [] })).status).toBe(401);
    }
  });

  it('is not in any file of the page, and neither is a cookie in any answer', async () => {
    for (const path of ['/', '/page.js', '/page.css', '/editor.js', '/icon.svg', '/session']) {
      const { status, head, body } = await rig.ask({ line: `GET ${path}` });
      expect(status).toBe(200);
      expect(head + body).not.toContain(rig.key);
      expect(head).not.toMatch(/^(?:set-cookie|access-control-)/im);
    }
  });

  it('is exchanged for a ticket once, and only as JSON', async () => {
    const ticket = rig.inspector.ticketAddress().split('#ticket=')[1] ?? '';
    const body = JSON.stringify({ ticket });
    const json = 'Content-Type: application/json';
    expect((await rig.ask({ line: 'POST /key', headers: ['Content-Type: text/plain'], body })).status).toBe(415);
    const answer = await rig.ask({ line: 'POST /key', headers: [json], body });
    expect(JSON.parse(answer.body)).toEqual({ key: rig.key });
    expect((await rig.ask({ line: 'POST /key', headers: [json], body })).status).toBe(401);
  });
});

describe('the list without script', () => {
  const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;

  it('takes the key as a password and shows every delivery escaped', async () => {
    rig.add({ secret, body: envelope('application.approved', { id: '<script>alert(1)</script>' }) });
    const { status, body } = await rig.ask({ line: 'GET /list', headers: [basic(`me:${rig.key}`)] });
    expect(status).toBe(200);
    expect(body).toContain('application.approved');
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('<script');
  });

  it.each(['me:wrong', 'nothing', ':'])('shows nothing for %s', async (text) => {
    rig.add({ secret });
    const { status, head, body } = await rig.ask({ line: 'GET /list', headers: [basic(text)] });
    expect(status).toBe(401);
    expect(head).toMatch(/^www-authenticate: Basic/im);
    expect(body).not.toContain('application');
  });

  it('opens nothing else by its password, and not to a page of another origin', async () => {
    const password = basic(`me:${rig.key}`);
    expect((await rig.ask({ headers: [password] })).status).toBe(401);
    const headers = [password, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate'];
    expect((await rig.ask({ line: 'GET /list', headers })).status).toBe(403);
  });
});

describe('every answer', () => {
  it.each(['GET /', 'GET /page.js', 'GET /session', 'GET /nothing', 'PUT /session'])(
    'to %s has all the headers',
    async (line) => {
      const { head } = await rig.ask({ line });
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
      expect((await rig.ask({ line: `GET ${path}` })).status).toBe(404);
    }
    expect((await rig.ask({ line: `GET http://localhost:${port}/session` })).status).not.toBe(200);
  });

  it('keeps the secret in the process, whole or in part', async () => {
    const good = rig.add({ secret });
    const bad = rig.add({ secret: newSecret(), reason: 'signature_mismatch' });
    for (const line of ['GET /session', `GET /deliveries/${good}`, `GET /deliveries/${bad}`]) {
      const { body, status } = await rig.ask({ line });
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
    const view = JSON.parse((await rig.ask({ line: `GET /deliveries/${id}` })).body);
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
    const { signature } = JSON.parse((await rig.ask({ line: `GET /deliveries/${id}` })).body);
    const holding = signature.tries.filter((one: { holds: boolean }) => one.holds);
    expect(holding).toEqual([{ what: 'the same JSON pretty-printed (2 spaces)', holds: true }]);
    expect(signature.hints[0]).toContain('the body was changed on the way');
  });
});

describe('the stream', () => {
  it('gives every delivery as its line, resumes after a number, and ends with the server', async () => {
    for (let n = 0; n < 3; n++) rig.add({ secret });
    const answer = rig.ask({ line: 'GET /events', headers: [auth(), 'Last-Event-ID: 1'] });
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
    expect((await rig.ask({ line: 'GET /events', headers: [auth(), `Last-Event-ID: ${id}`] })).status).toBe(400);
  });
});
