import { acting } from '../../../support/audit/acts.ts';
import type { AuditRig } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

const hour = 3_600_000;

/** Logs in, lets the access token expire, and has `calls` requests refused at the same moment. */
async function expired(rig: AuditRig, calls = 1) {
  const tokens = await rig.connect();
  rig.clock.advance(hour + 1_000);
  await Promise.all(Array.from({ length: calls }, () => rig.read(tokens.access)));
  return tokens;
}

/** A refresh after the act's invalid_token, with a token of that age, after a pause; or one before it, too. */
async function afterInvalid(rig: AuditRig, { ageMs = 0, pauseMs = 0, isFresh = false } = {}) {
  let tokens = await rig.refresh((await expired(rig)).refresh);
  await rig.read(tokens.access);
  rig.clock.advance(ageMs);
  await acting(rig, 'invalid-token', {}, async () => {
    if (isFresh) tokens = await rig.refresh(tokens.refresh);
    await rig.read(tokens.access);
    rig.clock.advance(pauseMs);
    await rig.refresh(tokens.refresh);
  });
}

describeRules([
  {
    rule: 'refresh-single-flight',
    held: async (rig) => {
      const { refresh } = await expired(rig, 2);
      await rig.refresh(refresh);
    },
    // The slower of two, whose refresh comes after the faster one has used its new token.
    broken: async (rig) => {
      const { refresh } = await expired(rig, 2);
      await rig.read((await rig.refresh(refresh)).access);
      rig.clock.advance(50);
      await rig.app.refresh(refresh);
    },
  },
  {
    rule: 'refresh-single-flight',
    held: async (rig) => {
      const { refresh } = await expired(rig, 3);
      const { access } = await rig.refresh(refresh);
      await Promise.all([rig.read(access), rig.read(access), rig.read(access)]);
    },
    broken: async (rig) => {
      const { refresh } = await expired(rig, 2);
      await Promise.all([rig.refresh(refresh), rig.refresh(refresh)]);
    },
    calm: {
      'a retry after the answer was lost': [
        { faults: ['refresh:dropx1'] },
        async (rig) => {
          const { refresh } = await expired(rig);
          await rig.app.refresh(refresh);
          await rig.app.refresh(refresh);
        },
      ],
      'a retry after a failure of the server': [
        { faults: ['refresh:503x1'] },
        async (rig) => {
          const { refresh } = await expired(rig);
          await rig.app.refresh(refresh);
          await rig.app.refresh(refresh);
        },
      ],
      'two logins that refresh at once': async (rig) => {
        const [one, other] = [await rig.connect(), await rig.connect()];
        await Promise.all([rig.refresh(one.refresh), rig.refresh(other.refresh)]);
      },
    },
    unseen: { 'five calls that no refresh follows': (rig) => expired(rig, 5) },
  },
  {
    rule: 'refresh-token-spent',
    held: async (rig) => {
      const first = await expired(rig);
      const second = await rig.refresh(first.refresh);
      rig.clock.advance(hour + 1_000);
      await rig.read(second.access);
      await rig.refresh(second.refresh);
    },
    broken: async (rig) => {
      const { refresh } = await expired(rig);
      const { access } = await rig.refresh(refresh);
      rig.clock.advance(hour + 1_000);
      await rig.read(access);
      await rig.app.refresh(refresh);
    },
    calm: {
      'a program that was killed before it could store the answer': async (rig) => {
        const { refresh } = await expired(rig);
        await rig.refresh(refresh);
        rig.clock.advance(20_000);
        await rig.app.refresh(refresh);
      },
      'an answer that was lost': [
        { faults: ['refresh:dropx1'] },
        async (rig) => {
          const { refresh } = await expired(rig);
          await rig.app.refresh(refresh);
          rig.clock.advance(hour);
          await rig.app.refresh(refresh);
        },
      ],
    },
  },
  {
    rule: 'refresh-lost',
    rig: { faults: ['refresh:dropx1'] },
    held: async (rig) => rig.app.refresh((await expired(rig)).refresh),
    broken: async (rig) => {
      const { refresh } = await expired(rig);
      await rig.app.refresh(refresh);
      await rig.app.refresh(refresh);
    },
  },
  {
    rule: 'refresh-after-invalid-grant',
    rig: { faults: ['refresh:invalid_grant'] },
    held: async (rig) => rig.app.refresh((await expired(rig)).refresh),
    broken: async (rig) => {
      const { refresh } = await expired(rig);
      for (let count = 0; count < 3; count++) {
        await rig.app.refresh(refresh);
        rig.clock.advance(2_000);
      }
    },
    calm: {
      'a restart that tries once more': async (rig) => {
        const { refresh } = await expired(rig);
        await rig.app.refresh(refresh);
        rig.clock.advance(2_000);
        await rig.app.refresh(refresh);
      },
      'another login that refreshes': async (rig) => {
        await rig.app.refresh((await expired(rig)).refresh);
        rig.clock.advance(2_000);
        await rig.app.refresh((await expired(rig)).refresh);
      },
    },
  },
  {
    rule: 'refresh-after-revoked',
    held: async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await rig.read(access);
    },
    broken: async (rig) => {
      const { access, refresh } = await rig.connect();
      await rig.control('/revoke', {});
      await rig.read(access);
      await rig.app.refresh(refresh);
    },
    calm: {
      'a refresh that another call had started': async (rig) => {
        const { access, refresh } = await expired(rig);
        await rig.control('/revoke', {});
        await rig.read(access);
        await rig.app.refresh(refresh);
      },
    },
  },
  {
    rule: 'refresh-clean',
    held: async (rig) => rig.refresh((await expired(rig)).refresh),
    broken: async (rig) => {
      const { refresh, verifier } = await expired(rig);
      await rig.refresh(refresh, { code_verifier: verifier });
    },
    calm: {
      'a refresh with a narrower scope': async (rig) =>
        rig.refresh((await expired(rig)).refresh, { scope: 'event.read' }),
    },
  },
  {
    rule: 'refresh-needless',
    held: async (rig) => rig.refresh((await expired(rig)).refresh),
    broken: async (rig) => {
      let { refresh } = await rig.connect();
      for (let count = 0; count < 5; count++) {
        const next = await rig.refresh(refresh);
        await rig.read(next.access);
        refresh = next.refresh;
      }
    },
    calm: {
      'a program that keeps no access token and is started again and again': async (rig) => {
        let { refresh } = await rig.connect();
        for (let count = 0; count < 8; count++) {
          rig.clock.advance(20_000);
          refresh = (await rig.refresh(refresh)).refresh;
        }
      },
      'somebody who tries a refresh': async (rig) => rig.refresh((await rig.connect()).refresh),
      'refreshes shortly before the end': async (rig) => {
        let { refresh } = await rig.connect();
        for (let count = 0; count < 5; count++) {
          rig.clock.advance(hour - 300_000);
          refresh = (await rig.refresh(refresh)).refresh;
        }
      },
    },
  },
  {
    rule: 'refresh-needless',
    rig: { faults: ['api:invalid_tokenx1@2'] },
    held: (rig) => afterInvalid(rig, { pauseMs: 61_000 }),
    broken: afterInvalid,
    calm: {
      'a refresh that was due': (rig) => afterInvalid(rig, { ageMs: hour - 300_000 }),
      'a client that keeps no access token': (rig) => afterInvalid(rig, { isFresh: true }),
    },
  },
  {
    rule: 'expired-refreshed',
    held: async (rig) => {
      const { refresh } = await expired(rig);
      await rig.read((await rig.refresh(refresh)).access);
    },
    broken: async (rig) => {
      const { access } = await expired(rig);
      for (let count = 0; count < 2; count++) {
        rig.clock.advance(60_000);
        await rig.read(access);
      }
    },
    calm: {
      'ten calls at once that all learn of it': (rig) => expired(rig, 10),
      'a refresh that fails': [
        { faults: ['refresh:503'] },
        async (rig) => {
          const { access, refresh } = await expired(rig);
          await rig.app.refresh(refresh);
          for (let count = 0; count < 3; count++) {
            rig.clock.advance(60_000);
            await rig.read(access);
          }
        },
      ],
    },
  },
  {
    rule: 'expired-refreshed',
    held: async (rig) =>
      acting(rig, 'expired', { sync: 'done' }, async () => rig.refresh((await expired(rig)).refresh)),
    broken: (rig) => acting(rig, 'expired', { sync: 'failed' }, () => expired(rig)),
    calm: {
      'an integration that refreshes by its own clock alone': async (rig) => {
        await acting(rig, 'expired', { sync: 'done', ahead: true }, () => expired(rig));
        const { access } = await expired(rig);
        for (let count = 0; count < 2; count++) {
          rig.clock.advance(60_000);
          await rig.read(access);
        }
      },
    },
  },
  {
    rule: 'expired-once',
    rig: { faults: ['api:expired'] },
    held: async (rig) => {
      const { access, refresh } = await rig.connect();
      await rig.read(access);
      await rig.read((await rig.refresh(refresh)).access);
    },
    broken: async (rig) => {
      let tokens: { access: string; refresh: string } = await rig.connect();
      for (let count = 0; count < 4; count++) {
        await rig.read(tokens.access);
        tokens = await rig.refresh(tokens.refresh);
      }
    },
    calm: {
      'an hour between the refreshes': async (rig) => {
        let tokens: { access: string; refresh: string } = await rig.connect();
        for (let count = 0; count < 4; count++) {
          await rig.read(tokens.access);
          tokens = await rig.refresh(tokens.refresh);
          rig.clock.advance(hour);
        }
      },
    },
    unseen: {
      'an integration that refreshes by its own clock alone': async (rig) => {
        const { refresh } = await rig.connect();
        await acting(rig, 'expired', { sync: 'done', ahead: true }, () => rig.refresh(refresh));
        const again = await rig.connect();
        await rig.read(again.access);
        await rig.refresh(again.refresh);
      },
    },
  },
]);
