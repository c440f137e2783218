import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/library/public.ts';
import { SandboxError, startSandbox } from '../../src/library/start-sandbox.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function started(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  closers.push(() => sandbox.close());
  return sandbox;
}

/** A handler that acknowledges everything, and where it is. */
async function handler(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/revento`;
}

const read = (sandbox: Sandbox, token: string, path: string) =>
  fetch(`${sandbox.apiBase}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe('a sandbox in this process', () => {
  it('serves the read API to a login without a browser', async () => {
    const sandbox = await started({ participants: 7 });
    const { access_token: token } = await sandbox.login();
    const answer = await read(sandbox, token, `/events/${sandbox.event}/participants`);
    expect(((await answer.json()) as { data: unknown[] }).data).toHaveLength(7);
    expect(sandbox.requests.map(({ status }) => status)).toEqual([200]);
  });

  it('has sent the delivery once an action is done', async () => {
    const sandbox = await started({ webhookUrl: await handler() });
    const [done] = await sandbox.do('approve');
    expect(done?.delivery).toMatchObject({ event: 'application.approved', state: 'delivered' });
    expect(sandbox.deliveries).toEqual([done?.delivery]);
  });

  it('returns real errors with a code', async () => {
    const sandbox = await started();
    const refused = await sandbox.do('approve', 'ptp_unknown').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SandboxError);
    expect(refused).toMatchObject({ code: 'not_found' });
    await expect(startSandbox({ participants: -1 })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(startSandbox({ webhookURL: 'x' } as SandboxOptions)).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(sandbox.faults.add('api:nonsense')).rejects.toMatchObject({ code: 'validation_error' });
  });

  it('runs beside others', async () => {
    const [one, other] = [await started(), await started()];
    const { access_token: token } = await one.login();
    expect((await read(other, token, `/events/${other.event}`)).status).toBe(401);
  });

  it('keeps its credentials when it is reset', async () => {
    const sandbox = await started();
    const { access_token: token } = await sandbox.login();
    const before = sandbox.env;
    await sandbox.reset();
    expect(sandbox.env).toEqual(before);
    expect(sandbox.happenings).toEqual([]);
    expect((await read(sandbox, token, `/events/${sandbox.event}`)).status).toBe(401);
  });

  it('lets time pass', async () => {
    const sandbox = await started();
    const { access_token: token } = await sandbox.login();
    const before = sandbox.clock.now().getTime();
    await sandbox.clock.advance('2h');
    expect(sandbox.clock.now().getTime() - before).toBeGreaterThanOrEqual(2 * 3_600_000);
    const answer = await read(sandbox, token, `/events/${sandbox.event}`);
    expect(await answer.json()).toMatchObject({ error: 'token_expired' });
  });

  it('continues from what another one saved', async () => {
    const first = await started();
    const { access_token: token } = await first.login();
    await first.do('apply', { set: { first_name: 'Ada' } });
    const second = await started({ load: JSON.parse(JSON.stringify(await first.save())) });
    expect(second.happenings).toEqual(first.happenings);
    expect((await read(second, token, `/events/${second.event}`)).status).toBe(200);
  });

  it('refuses everything once it is closed, and closes twice', async () => {
    const sandbox = await startSandbox();
    await sandbox.close();
    await sandbox.close();
    await expect(sandbox.do('apply')).rejects.toMatchObject({ code: 'closed' });
    await expect(fetch(sandbox.authBase)).rejects.toThrow();
  });
});
