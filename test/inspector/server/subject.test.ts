import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PageRig, pageRig } from '../../support/pages/page-rig.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

const secret = newSecret();
let rig: PageRig;

beforeEach(async () => {
  rig = await pageRig(secret);
});
afterEach(async () => {
  await rig.close();
  expect(rig.defects).toEqual([]);
});

const json = 'Content-Type: application/json';

describe('the subject of a delivery in the API', () => {
  it('is asked for by a POST of JSON with the key, and by nothing else', async () => {
    const id = rig.add({ secret });
    const auth = `Authorization: Bearer ${rig.key}`;
    const path = `/deliveries/${id}/subject`;
    const statuses = [
      await rig.ask({ line: `GET ${path}` }),
      await rig.ask({ line: `POST ${path}`, headers: [json], body: '{}' }),
      await rig.ask({ line: `POST ${path}`, headers: [auth], body: '{}' }),
      await rig.ask({ line: `POST ${path}`, headers: [auth, json, 'Origin: http://evil.example'], body: '{}' }),
      await rig.ask({ line: `POST ${path}?url=http://evil.example`, headers: [auth, json], body: '{}' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([405, 401, 415, 403, 404]);
    expect(rig.asked).toEqual([]);
    const { status, body } = await rig.ask({ line: `POST ${path}`, headers: [auth, json], body: '{}' });
    expect([status, JSON.parse(body)]).toMatchObject([200, { current: '{"id":"ptp_1"}' }]);
    expect(rig.asked).toEqual(['application.approved']);
  });

  it('is not requested for an unverified delivery', async () => {
    const id = rig.add({ secret: newSecret(), reason: 'signature_mismatch' });
    const headers = [`Authorization: Bearer ${rig.key}`, json];
    const { status } = await rig.ask({ line: `POST /deliveries/${id}/subject`, headers, body: '{}' });
    expect([status, rig.asked]).toEqual([409, []]);
  });
});
