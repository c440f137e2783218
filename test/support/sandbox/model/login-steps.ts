import fc from 'fast-check';
import { expect } from 'vitest';
import type { ModelLogin } from './model.ts';
import { type Step, step } from './step.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The life of logins: tokens are stored, used, expire, and end with their consent. */
export const loginSteps: fc.Arbitrary<Step>[] = [
  fc.constant(
    step(
      'login',
      async (model, real) => {
        const now = await real.now();
        const tokens = await real.login();
        model.logins.push({ ...tokens, startedAt: now, issuedAt: now, isRevoked: false, spent: [] });
      },
      // Consent needs an event and an integration that are not ended.
      (model) => !model.isSuspended && !model.isArchived,
    ),
  ),
  fc.nat(9).map((pick) =>
    step(`read with login ${pick}`, async (model, real) => {
      const login = model.logins[pick % model.logins.length];
      if (login === undefined) return;
      expect([pick, await real.read(login.access)]).toEqual([pick, expectedRead(login, await real.now(), model)]);
    }),
  ),
  fc.nat(9).map((pick) =>
    step(`refresh login ${pick}`, async (model, real) => {
      const login = model.logins[pick % model.logins.length];
      if (login === undefined) return;
      const now = await real.now();
      const tokens = await real.refresh(login.refresh);
      const isDead = login.isRevoked || now >= refreshEnd(login);
      expect([pick, 'error' in tokens ? tokens.error : 'refreshed']).toEqual([
        pick,
        isDead ? 'invalid_grant' : 'refreshed',
      ]);
      if ('error' in tokens) return;
      login.spent.push(login.refresh);
      Object.assign(login, tokens, { issuedAt: now });
    }),
  ),
  fc.nat(9).map((pick) =>
    step(`use a spent refresh token of login ${pick}`, async (model, real) => {
      const login = model.logins[pick % model.logins.length];
      const spent = login?.spent.at(-1);
      if (login === undefined || spent === undefined) return;
      expect(await real.refresh(spent)).toMatchObject({ error: 'invalid_grant' });
      login.isRevoked = true;
    }),
  ),
  fc.constant(
    step('revoke', async (model, real) => {
      const alive = model.logins.filter(({ isRevoked }) => !isRevoked).length;
      const answer = await real.ask('POST', '/revoke', { kind: 'installation', event_id: 'evt_test_published' });
      expect([answer.status, answer['revoked']]).toEqual([200, alive + model.readersLogins]);
      model.readersLogins = 0;
      for (const login of model.logins) login.isRevoked = true;
    }),
  ),
];

function expectedRead(login: ModelLogin, now: number, ended: { isSuspended: boolean; isArchived: boolean }): string {
  if (ended.isSuspended || ended.isArchived || login.isRevoked) return 'token_revoked';
  return now >= Math.min(login.issuedAt + hourMs, login.startedAt + 365 * dayMs) ? 'token_expired' : 'ok';
}

/** 90 days after the last refresh, and a year after the login at the latest. Source: guide, tokens. */
function refreshEnd({ issuedAt, startedAt }: ModelLogin): number {
  return Math.min(issuedAt + 90 * dayMs, startedAt + 365 * dayMs);
}
