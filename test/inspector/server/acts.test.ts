import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveryFaults } from '../../../src/webhook/sending/delivery-faults.ts';
import { sign } from '../../../src/webhook/signature.ts';
import { type PageRig, pageRig } from '../../support/pages/page-rig.ts';
import { envelope, newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

const secret = newSecret();
let rig: PageRig;

beforeEach(async () => {
  rig = await pageRig(secret);
});
afterEach(async () => {
  await rig.close();
  await closeHandlers();
  expect(rig.defects).toEqual([]);
});

const auth = () => `Authorization: Bearer ${rig.key}`;

describe('a replay', () => {
  const json = 'Content-Type: application/json';
  const replay = (id: number, request: unknown, headers = [auth(), json]) =>
    rig.ask({ line: `POST /deliveries/${id}/send`, headers, body: JSON.stringify(request) });

  it('sends the same bytes, signed again or unchanged', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
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

  it('never signs an unverified delivery, nor one that claims to be verified', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
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
    expect((await rig.ask({ line: `GET /deliveries/${id}/send` })).status).toBe(405);
    expect((await replay(id, request, [auth(), 'Content-Type: text/plain'])).status).toBe(415);
    expect((await replay(id, request, [json])).status).toBe(401);
    expect((await replay(id, request, [auth(), json, `Origin: http://evil.example`])).status).toBe(403);
  });

  it('can be changed, get another id, and be sent many times at once, each signed for what it holds', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
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
    expect((await rig.ask({ line: `POST /deliveries/${id}/send`, headers })).status).toBe(413);
  });
});

describe('a check', () => {
  const json = 'Content-Type: application/json';

  it('runs the conformance cases against the named handler and streams each result', async () => {
    const target = await handler();
    await rig.close();
    rig = await pageRig(secret, [target.url]);
    const session = JSON.parse((await rig.ask({})).body);
    const { status, body } = await rig.ask({ line: 'POST /check', headers: [auth(), json], body: '{"target":0}' });
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
      expect((await rig.ask({ line: 'POST /check', headers: [auth(), json], body })).status).toBe(400);
    }
    expect((await rig.ask({ line: 'GET /check' })).status).toBe(405);
  });
});
