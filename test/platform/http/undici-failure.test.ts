import { errors } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/platform/http/client.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { asFailure } from '../../../src/platform/http/undici-failure.ts';
import type { Exchange, HttpRequest } from '../../../src/ports/exchange.ts';
import { brokenServers, oddAnswers, saying, serving } from '../../support/http/broken-servers.ts';

const clients: Record<string, { readonly exchange: Exchange; close(): Promise<void> }> = {};
beforeAll(async () => {
  clients['client'] = await createHttpClient();
  clients['forwarder'] = await createForwarder({});
  clients['sender'] = await createForwarder({ isRemoteAllowed: true, isEachAlone: true });
});
afterAll(async () => {
  for (const { close } of Object.values(clients)) await close();
});

const post = (url: string): HttpRequest => ({ method: 'POST', url, headers: [], body: Buffer.from('{}') });

describe.each(['client', 'forwarder', 'sender'])('the %s', (name) => {
  const exchange = (request: HttpRequest) => (clients[name] as { exchange: Exchange }).exchange(request);

  it.each(brokenServers.map((server) => [server.name, server] as const))('names %s', async (_name, server) => {
    const { make, scheme, kind, words, isUnsent = false } = server;
    await serving(make, async (port) => {
      const outcome = await exchange(post(`${scheme}://localhost:${port}/`)).catch((error: unknown) => error);
      expect(outcome).toMatchObject({ name: 'HttpFailure', kind, isUnsent });
      expect((outcome as Error).message).toContain(words.replace('PORT', `${port}`));
    });
  });

  it.each(oddAnswers)('takes %s', async (_name, answer, status, body) => {
    await serving(saying(answer), async (port) => {
      // Twice, since what comes after a head must not be taken for the next answer.
      for (let round = 0; round < 2; round++) {
        const received = await exchange(post(`http://localhost:${port}/`));
        expect([received.status, Buffer.from(received.body).toString()]).toEqual([status, body]);
      }
    });
  });

  it('says what is wrong with a request that cannot be sent', async () => {
    const request = { ...post('http://localhost:9/'), headers: [['X-A', 'a\nb']] as const };
    await expect(exchange(request)).rejects.toMatchObject({
      kind: 'invalid_request',
      isUnsent: true,
      message: expect.stringContaining('invalid X-A header'),
    });
  });
});

it.each(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'EPROTO'])(
  'a certificate that cannot be verified is a failure of TLS: %s',
  (code) => {
    const reached = { peer: 'a.test:443', isUnsent: true, isAnswered: false };
    expect(asFailure(Object.assign(new Error('no'), { code }), reached)).toMatchObject({ kind: 'tls', isUnsent: true });
  },
);

describe('an error that is not known', () => {
  const reached = { peer: 'a.test:443', isUnsent: false, isAnswered: false };
  it.each([
    [Object.assign(new Error('too many open files'), { code: 'EMFILE' }), 'too many open files (EMFILE)'],
    [new Error('something else'), 'something else'],
    [Object.assign(new TypeError('x is not a function'), { code: 'constructor' }), 'x is not a function (constructor)'],
    [new errors.InformationalError('socket idle timeout'), 'socket idle timeout (UND_ERR_INFO)'],
  ])('is unexpected, with its text: %s', (error, text) => {
    expect(asFailure(error, reached)).toMatchObject({
      kind: 'unexpected',
      message: `unexpected error (a.test:443): ${text}`,
    });
  });

  it.each(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET'])(
    'is never a reset before it was sent: %s',
    (code) => {
      const error = Object.assign(new Error('gone'), { code });
      expect(asFailure(error, { ...reached, isUnsent: true })).toMatchObject({ kind: 'closed', isUnsent: true });
      expect(asFailure(error, reached)).toMatchObject({ kind: 'reset', isUnsent: false });
    },
  );
});
