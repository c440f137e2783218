import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maskFailure } from '../../src/cli/mask-failure.ts';
import { report } from '../../src/cli/report.ts';
import { ReventoError } from '../../src/errors/revento-error.ts';
import type { HttpResponse } from '../../src/ports/exchange.ts';
import { plainStyle } from '../../src/text/style.ts';
import { StoreRig, tokenAnswer } from '../support/store/store-rig.ts';

let rig: StoreRig;
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => rig.remove());

const canary = 'kanarek';
const shown = (failure: ReventoError, isJson: boolean) =>
  report(maskFailure(failure), {
    profile: 'default',
    eventId: undefined,
    isUnattended: false,
    isJson,
    style: plainStyle(),
  }).text;

const answer = (status: number, body: unknown, name = 'X-Any'): HttpResponse => ({
  status,
  headers: [[name, canary]],
  body: Buffer.from(JSON.stringify(body)),
});

describe('a refresh that fails under --redact', () => {
  it.each<[string, HttpResponse]>([
    ['with words', answer(503, { error: 'server_error', error_description: canary })],
    ['with a code of its own', answer(400, { error: canary, message: canary })],
    ['behind a gateway', answer(504, { message: canary })],
    ['with a success without tokens', answer(200, { error: canary, error_description: canary })],
    ['in an unknown encoding', answer(200, {}, 'Content-Encoding')],
    ['for another event', tokenAnswer({ event_id: canary })],
  ])('%s quotes nothing of the answer, also for those who waited for it', async (_how, response) => {
    await rig.sessions().save(rig.grant({ accessExpiresAt: rig.clock.now() - 1 }));
    rig.answers.push(() => response);
    for (const sessions of [rig.sessions(), rig.sessions()]) {
      const source = await sessions.source({ kind: 'installation', eventId: 'evt_1' });
      const failure: unknown = await source.current().then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(ReventoError);
      for (const isJson of [true, false]) expect(shown(failure as ReventoError, isJson)).not.toContain(canary);
    }
  });
});

it('keeps what a user needs: status, known code, request id and hint', () => {
  const requestId = '0b8f9c1e-5a5b-4a5e-9d43-0d5b0d9f2a11';
  const facts = { status: 404, apiCode: 'not_found', requestId, maskedMessage: 'GET /x was refused.', hint: 'look' };
  expect(shown(new ReventoError('not_found', 'GET /x was refused: Anna', facts), false)).toBe(
    `error: GET /x was refused. (HTTP 404, not_found, request ${requestId})\nhint: look\n`,
  );
});

it('hides what a defect says, which may be about anybody', () => {
  const failure = new ReventoError('internal', `TypeError: reading '${canary}'`);
  expect(shown(failure, false)).toContain('error: TypeError: [masked]');
  expect(shown(failure, false)).not.toContain(canary);
});
