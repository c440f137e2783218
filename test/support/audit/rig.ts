import { randomBytes, randomUUID } from 'node:crypto';
import { challengeOf, createVerifier } from '../../../src/auth/sign-in/pkce.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { HttpResponse } from '../../../src/ports/exchange.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/server/app.ts';
import { callbackOf, integrationOf, jsonOf } from '../sandbox/client.ts';

/** A clock that a test moves; sleeps end when it has moved far enough. */
function handClock(): Clock & { advance(ms: number): void } {
  const startedAt = Date.UTC(2026, 10, 24, 12);
  let now = startedAt;
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();
  return {
    now: () => now,
    monotonic: () => now - startedAt,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.add({ due: now + ms, wake });
      }),
    advance: (ms) => {
      now += ms;
      for (const one of [...sleepers].filter(({ due }) => due <= now)) {
        sleepers.delete(one);
        one.wake();
      }
    },
  };
}

/** What a handler answers: a status, nothing for ten seconds, or nothing at all. */
type Reply = number | 'silence' | 'refused';
type Changes = Readonly<Record<string, string | null>>;

/** A sandbox, and an integration beside it that does everything as the guide says unless a test changes it. */
export function auditRig({
  faults = [] as readonly string[],
  replies = [] as readonly Reply[],
  webhook = false,
  hasRateLimits = true,
} = {}) {
  const clock = handClock();
  const key = randomBytes(24).toString('hex');
  const left = [...replies];
  const sandbox = createSandbox({
    clock,
    hasAutoConsent: true,
    hasRateLimits,
    controlKey: key,
    faults: faults.map(parseFault),
    ...((webhook || replies.length > 0) && {
      webhook: {
        url: 'http://127.0.0.1:3000/webhooks/revento',
        secret: randomBytes(24).toString('hex'),
        send: async (): Promise<HttpResponse> => {
          const reply = left.shift() ?? 204;
          clock.advance(reply === 'silence' ? 10_000 : 5);
          if (reply === 'silence') throw new HttpFailure('timeout', '127.0.0.1:3000', true);
          if (reply === 'refused') throw new HttpFailure('refused', '127.0.0.1:3000', true);
          return { status: reply, headers: [], body: new Uint8Array() };
        },
      },
    }),
  });
  // Every answer takes a moment, as on a socket.
  const exchange: Sandbox['exchange'] = async (request) => {
    const answer = await sandbox.exchange(request);
    clock.advance(1);
    return answer;
  };
  const app = integrationOf({ ...sandbox, exchange });
  const pinned = () => [
    ['Accept', 'application/vnd.revento.v1+json'] as const,
    ['X-Revento-Request-Id', randomUUID()] as const,
  ];

  /** Asks for consent; what comes back, and the verifier. */
  const ask = async (changes: Changes = {}) => {
    const verifier = createVerifier();
    const state = randomBytes(16).toString('base64url');
    const answer = await app.authorize({ state, code_challenge: challengeOf(verifier), ...changes });
    return { answer, verifier };
  };
  /** Logs in; a token answer. */
  const connect = async (changes: Changes = {}, form: Changes = {}) => {
    const { answer, verifier } = await ask(changes);
    const code = callbackOf(answer).get('code') ?? '';
    const tokens = jsonOf(await app.exchangeCode(code, { code_verifier: verifier, ...form }));
    return { access: `${tokens['access_token']}`, refresh: `${tokens['refresh_token']}`, code, verifier };
  };
  const refresh = async (token: string, form: Changes = {}) => {
    const tokens = jsonOf(await app.refresh(token, form));
    return { access: `${tokens['access_token']}`, refresh: `${tokens['refresh_token']}` };
  };
  const read = (token: string, path = '/events/evt_test_published') => app.api(path, token, pinned());
  const control = async (path: string, body: unknown = {}) => {
    const answer = await app.send(
      'POST',
      `/_sandbox/v1${path}`,
      [['Authorization', `Bearer ${key}`]],
      JSON.stringify(body),
    );
    // A delivery begins and ends meanwhile: its handler answers at once.
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
    return jsonOf(answer);
  };
  const findings = (verdict: string) =>
    sandbox
      .audit()
      .findings.filter((one) => one.verdict === verdict)
      .map(({ rule }) => rule);
  /** What the handler answers next; 204 after that. */
  const reply = (...answers: readonly Reply[]) => left.push(...answers);
  return { sandbox, clock, key, app, reply, pinned, ask, connect, refresh, read, control, findings };
}

export type AuditRig = ReturnType<typeof auditRig>;
export const list = '/events/evt_test_published/participants';
