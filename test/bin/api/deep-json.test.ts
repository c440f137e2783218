import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

const levels = 100_000;
const deep = '['.repeat(levels) + ']'.repeat(levels);
const env = { REVENTO_WEBHOOK_SECRET: 'whsec_testtesttesttesttesttesttest1', REVENTO_ACCESS_TOKEN: 'rev_install_x' };

let rig: ProgramRig;
let server: Server;
let base: string;

beforeEach(async () => {
  rig = new ProgramRig();
  writeFileSync(join(rig.home, 'deep.json'), `{"data":${deep}}`);
  server = createServer((request, response) => {
    request.resume();
    response.setHeader('Content-Type', 'application/json');
    const row = `{"id":"row_1","custom_form_fields":${deep}}`;
    const isList = request.url?.includes('participants');
    response.end(isList ? `{"data":[${row}],"has_more":false,"next_cursor":null}` : row);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  await rig.close();
});

const run = (command: string) =>
  rig.run(command.split(' '), {
    env: { ...env, REVENTO_API_BASE: base, REVENTO_WEBHOOK_URL: base, REVENTO_EVENT: 'evt_1' },
  });

describe(`JSON of ${levels} levels`, () => {
  it.each([
    'webhook trigger application.approved --data @deep.json',
    'webhook trigger application.approved --set data.status=x --data @deep.json',
    'webhook sign deep.json',
    'events get',
    'events get --json',
    'participants list',
    'participants list --json',
    'participants list -o csv',
    'api /events/evt_1',
    'api /participants --paginate',
  ])('goes through `%s`', async (command) => {
    expect(await run(command)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/RangeError|defect/) });
  });

  it.each([
    'webhook verify deep.json',
    'webhook replay deep.json',
    'config init --from deep.json',
    'sandbox start --load deep.json',
    // jq itself takes 10,000.
    'events get --jq .id',
    'participants list --where .id=="row_1"',
  ])('is refused in a sentence by `%s`', async (command) => {
    const { code, stderr } = await run(command);
    expect([code === 0, stderr]).toEqual([false, expect.stringMatching(/^error: /m)]);
    expect(stderr).not.toMatch(/RangeError|defect/);
  });
});
