import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Items } from '../../../../src/command-kit/command.ts';
import type { Deps } from '../../../../src/command-kit/deps.ts';
import { sandboxRedeliver } from '../../../../src/commands/sandbox/deliveries/redeliver.ts';
import { sandboxTrigger } from '../../../../src/commands/sandbox/deliveries/trigger.ts';
import { sandboxRevoke } from '../../../../src/commands/sandbox/world/revoke.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import type { Exchange, HttpResponse } from '../../../../src/ports/exchange.ts';
import { controlVariable } from '../../../../src/sandbox/control/key.ts';
import { createSandbox, type Sandbox } from '../../../../src/sandbox/server/app.ts';
import { memory } from '../../../support/commands/deps.ts';
import { integrationOf } from '../../../support/sandbox/client.ts';

let sandbox: Sandbox;
afterEach(() => sandbox.close());

/** A running sandbox with a handler, and a client that is watched: `onLook` gets the number of requests so far. */
function setUp(handle: () => Promise<HttpResponse> | HttpResponse, onLook: (looks: number) => void): Deps {
  const key = randomBytes(24).toString('hex');
  sandbox = createSandbox({
    clock: systemClock,
    hasAutoConsent: true,
    controlKey: key,
    webhook: { url: 'http://127.0.0.1:4400/', secret: key, send: async () => handle() },
  });
  let looks = 0;
  const http: Exchange = async (request) => {
    const answer = await sandbox.exchange(request);
    if (request.method === 'GET') onLook(++looks);
    return answer;
  };
  const { deps } = memory({
    environment: { auth_base: 'http://127.0.0.1:4010' },
    variables: { [controlVariable]: key },
    http,
  });
  return { ...deps, clock: systemClock };
}

async function dataOf(items: Items): Promise<unknown[]> {
  const data: unknown[] = [];
  for await (const item of items) if (item.kind === 'value') data.push(item.data);
  return data;
}

const answer = (status: number): HttpResponse => ({ status, headers: [], body: new Uint8Array() });

/** A handler that does not answer until the test says so. */
function silent() {
  let speak: (response: HttpResponse) => void = () => undefined;
  const response = new Promise<HttpResponse>((resolve) => {
    speak = resolve;
  });
  return { handle: () => response, speak: () => speak(answer(204)) };
}

describe('a handler that takes its time', () => {
  it('is waited for by looking again: no request to the sandbox lasts as long as it does', async () => {
    const { handle, speak } = silent();
    const deps = setUp(handle, (looks) => looks === 3 && speak());
    expect(await dataOf(sandboxTrigger.run({ type: 'activity.updated', wait: false }, deps))).toMatchObject([
      { state: 'delivered', attempts: [{ status: 204 }] },
    ]);
  });

  it('is waited for as well by a redelivery and by a revocation', async () => {
    let handler = silent();
    const deps = setUp(
      () => handler.handle(),
      (looks) => looks % 3 === 0 && handler.speak(),
    );
    const [first] = await dataOf(sandboxTrigger.run({ type: 'activity.updated', wait: false }, deps));
    handler = silent();
    const { delivery_id: deliveryId } = first as { delivery_id: string };
    expect(await dataOf(sandboxRedeliver.run({ deliveryId, wait: false }, deps))).toMatchObject([
      { delivery_id: deliveryId, state: 'delivered', attempts: [{ status: 204 }, { status: 204 }] },
    ]);
    handler = silent();
    const app = integrationOf(sandbox);
    await app.loginAsUser();
    await app.loginAsUser();
    const [revoked] = await dataOf(sandboxRevoke.run({ user: true }, deps));
    expect(revoked).toMatchObject({ revoked: 2, deliveries: [{ state: 'delivered' }] });
  });
});

it('a reset ends the wait for a delivery: the sandbox has forgotten it', async () => {
  const deps = setUp(
    () => answer(500),
    (looks) => looks === 2 && sandbox.reset(),
  );
  await expect(dataOf(sandboxTrigger.run({ type: 'activity.updated', wait: true }, deps))).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('the sandbox was reset'),
  });
});
