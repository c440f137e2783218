import { afterEach, expect, it } from 'vitest';
import { fromListener, weightOf } from '../../src/inspector/inspected.ts';
import { createForwarder } from '../../src/platform/http/forwarder.ts';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import type { Answered } from '../../src/webhook/listener/listen-event.ts';
import { startListener } from '../../src/webhook/listener/listener.ts';
import type { Posted } from '../../src/webhook/sending/post.ts';
import { freePort } from '../support/http/free-port.ts';
import { rawExchange } from '../support/http/raw-http.ts';
import { heldBytes } from '../support/program/memory/held-memory.ts';
import { aDelivery, newSecret } from '../support/webhook/delivery.ts';
import { closeHandlers, handler, type Reply } from '../support/webhook/handler.ts';

const secret = newSecret();
const long = 'v'.repeat(10_000);

afterEach(closeHandlers);

/** What a real listener reports of one delivery, after the handler's answer to it. */
async function reported(url: string, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const forwarder = await createForwarder({});
  const listener = await startListener(
    {
      host: 'localhost',
      port: 0,
      path: '/',
      routes: [{ type: null, url, warning: null }],
      types: null,
      isInvalidForwarded: false,
      areDuplicatesForwarded: false,
      extraHeaders: [],
      isOrderKept: false,
      forwardTimeoutMs: 9_000,
      keptAnswerBytes: 65_537,
      secrets: [secret],
      renewSecrets: async () => null,
    },
    { serve: createServe(() => undefined), forwarder, clock: systemClock },
  );
  const port = Number(new URL(listener.url).port);
  void rawExchange(port, { pieces: [aDelivery({ secret, path: '/', headers }).wire] });
  try {
    for await (const events of listener.events) {
      for (const event of events) if (event.kind === 'answered') return event;
    }
    throw new Error('nothing was reported');
  } finally {
    await listener.close();
  }
}

it.each<readonly [what: string, reply: Reply | null, headers: Readonly<Record<string, string>>]>([
  ['a short answer', { body: '{"ok":true}' }, {}],
  ['an answer with long headers', { headers: { 'X-Long': long } }, {}],
  ['a long answer that was not 2xx', { status: 500, body: 'x'.repeat(200_000) }, {}],
  ['no answer', null, {}],
  ['long headers of the sender', {}, { 'X-Long': long }],
])('weighs at least what it holds, headers of the answer included, with %s', async (_, reply, headers) => {
  const url = reply === null ? `http://127.0.0.1:${await freePort()}/` : (await handler(() => reply)).url;
  const [inspected] = fromListener(await reported(url, headers));
  const [{ response }] = inspected.posted as [Posted];
  const answered = response?.headers.map(([name]) => name.toLowerCase()) ?? [];
  expect(answered).toEqual(expect.arrayContaining(reply === null ? [] : ['date']));
  expect(weightOf(inspected)).toBeGreaterThanOrEqual(heldBytes(inspected));
});
