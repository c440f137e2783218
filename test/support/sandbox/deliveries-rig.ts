import { randomBytes } from 'node:crypto';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { HttpRequest, HttpResponse } from '../../../src/ports/exchange.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { createSandbox, type SandboxEntry } from '../../../src/sandbox/server/app.ts';
import { verify } from '../../../src/webhook/signature.ts';
import { fakeClock } from '../fake-clock.ts';
import { integrationOf, jsonOf } from './client.ts';

export const secret = randomBytes(24).toString('hex');
export const key = randomBytes(24).toString('hex');
export type Reply = number | 'refused';

/** A sandbox that sends to a handler with scripted answers, then 204. */
export function setUp(replies: readonly Reply[] = [], { faults = [] as string[], retryScale = 1 } = {}) {
  const clock = fakeClock();
  const waits: number[] = [];
  const received: (HttpRequest & { at: number })[] = [];
  const entries: SandboxEntry[] = [];
  const left = [...replies];
  const sleep: typeof clock.sleep = (ms, signal) => {
    waits.push(ms);
    return clock.sleep(ms, signal);
  };
  const sandbox = createSandbox({
    clock: { ...clock, sleep },
    hasAutoConsent: true,
    controlKey: key,
    faults: faults.map(parseFault),
    onEvent: (entry) => entries.push(entry),
    webhook: {
      url: 'http://127.0.0.1:3000/webhooks/revento',
      secret,
      retryScale,
      send: async (request): Promise<HttpResponse> => {
        received.push({ ...request, at: clock.now() });
        const reply = left.shift() ?? 204;
        if (reply === 'refused') throw new HttpFailure('refused', '127.0.0.1:3000', true);
        return { status: reply, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  /** Asks, and lets what that started come to its end: the clock of these tests waits for nothing. */
  const control = async (path: string, body: unknown = {}, headers: readonly (readonly [string, string])[] = []) => {
    const sent = [['Authorization', `Bearer ${key}`], ...headers] as const;
    const answer = await app.send('POST', `/_sandbox/v1${path}`, sent, JSON.stringify(body));
    await turn();
    return answer;
  };
  const list = async () =>
    jsonOf(await app.get('/_sandbox/v1/deliveries', [['Authorization', `Bearer ${key}`]]))['deliveries'] as Record<
      string,
      unknown
    >[];
  const header = (request: HttpRequest | undefined, name: string) =>
    request?.headers.find(([found]) => found === name)?.[1] ?? null;
  const check = (request: HttpRequest, nowSeconds: number) =>
    verify({
      timestamp: header(request, 'X-Revento-Timestamp'),
      signature: header(request, 'X-Revento-Signature'),
      nowSeconds,
      secrets: [secret],
      body: request.body,
    });
  return { clock, waits, received, entries, sandbox, app, control, list, header, check };
}
export const turn = () => new Promise((resolve) => setImmediate(resolve));
export const bodyOf = (request: HttpRequest | undefined) =>
  JSON.parse(Buffer.from(request?.body ?? []).toString('utf8'));
