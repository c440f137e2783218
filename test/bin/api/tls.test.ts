import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Certificate, selfSigned } from '../../support/http/certificate.ts';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let directory = '';
let own: Certificate;
let others: Certificate;
let rig: ProgramRig;
const servers: { close(): unknown }[] = [];

const certify = (hostname: string) => {
  mkdirSync(join(directory, hostname));
  return selfSigned(hostname, join(directory, hostname));
};
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-tls-'));
  own = certify('localhost');
  others = certify('auth.elsewhere.test');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  for (const server of servers.splice(0)) server.close();
});

/** A token endpoint behind a certificate, and the bodies of the requests that got through to it. */
async function tokenEndpoint({ key, cert }: Certificate): Promise<{ port: number; bodies: string[] }> {
  const bodies: string[] = [];
  const server: Server = createServer({ key, cert }, async (request, response) => {
    // The sign of life that a login asks for first.
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    const token = () => randomBytes(16).toString('hex');
    const answer = { access_token: token(), refresh_token: token(), event_id: 'evt_1', organization_id: 'org_1' };
    response.end(JSON.stringify({ ...answer, scope: 'event.read' }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, bodies };
}

/** A login whose browser comes back with a code; the code is a secret nobody else has. */
async function logIn(port: number, extra: Record<string, string> = {}) {
  const code = `code-${randomBytes(16).toString('hex')}`;
  const env = {
    REVENTO_AUTH_BASE: `https://localhost:${port}`,
    REVENTO_CLIENT_ID: 'client-1',
    REVENTO_EVENT: 'evt_1',
    REVENTO_REDIRECT_URI: `http://localhost:${await freePort()}/callback`,
    ...extra,
  };
  const running = rig.start(['login', '--no-browser', '--debug'], { env });
  const [, shown = ''] = await running.until('stderr', /^ {2}(https:\/\/\S+)$/m);
  const state = new URL(shown).searchParams.get('state');
  const page = await fetch(`${env.REVENTO_REDIRECT_URI}?code=${code}&state=${state}`);
  const ended = { ...(await running.ended), page: await page.text(), code };
  return { ...ended, exit: (await running.ended).code, env };
}

const trusting = ({ certFile }: Certificate) => ({ NODE_EXTRA_CA_CERTS: certFile });

describe('a token endpoint with an untrusted certificate', () => {
  it('gets no byte of the login, which fails, says why and how to trust it, and stores nothing', async () => {
    const { port, bodies } = await tokenEndpoint(own);
    const { exit, stdout, stderr, page, code, env } = await logIn(port);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toContain(`TLS handshake failed (localhost:${port}): its certificate is not signed by an authority`);
    expect(stderr).toMatch(/^hint: .*NODE_EXTRA_CA_CERTS=\/path\/to\/root\.pem/m);
    expect(page).toContain('Not signed in');
    expect(bodies).toEqual([]);
    expect(`${stderr}${page}`).not.toContain(code);
    expect((await rig.run(['status'], { env })).code).toBe(4);
  });

  it('is taken when NODE_EXTRA_CA_CERTS names the certificate', async () => {
    const { port, bodies } = await tokenEndpoint(own);
    const { exit, page, code } = await logIn(port, trusting(own));
    expect(exit).toBe(0);
    expect(page).toContain('Signed in');
    expect(bodies.map((body) => new URLSearchParams(body).get('code'))).toEqual([code]);
  });

  it('spends no refresh token either: the login continues as soon as it is trusted', async () => {
    const { port, bodies } = await tokenEndpoint(own);
    const { env } = await logIn(port, trusting(own));
    const { NODE_EXTRA_CA_CERTS: _, ...distrusting } = env as Record<string, string>;
    const refused = await rig.run(['token', 'refresh'], { env: distrusting });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('NODE_EXTRA_CA_CERTS');
    expect((await rig.run(['token', 'refresh'], { env })).code).toBe(0);
    expect(bodies).toHaveLength(2);
  });
});

it('does not take a trusted certificate of another host', async () => {
  const { port, bodies } = await tokenEndpoint(others);
  const { exit, stderr } = await logIn(port, trusting(others));
  expect(exit).toBe(1);
  expect(stderr).toContain('its certificate is for another host');
  expect(stderr).toMatch(/^hint: is this the right host\? See: revento config list$/m);
  expect(bodies).toEqual([]);
});

it('sends nothing in the clear to a server that speaks no TLS', async () => {
  let requests = 0;
  const plain = createPlainServer((_request, response) => {
    requests++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => plain.listen(0, 'localhost', resolve));
  servers.push(plain);
  const { exit, stderr } = await logIn((plain.address() as AddressInfo).port);
  expect(exit).toBe(1);
  expect(stderr).toContain('does not speak TLS');
  expect(requests).toBe(0);
});
