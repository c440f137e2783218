import { describe, expect, it } from 'vitest';
import { loginActs } from '../../../src/certify/acts/login.ts';
import type { Stage, SyncEnd } from '../../../src/certify/stage.ts';
import { type AuditRig, auditRig } from '../../support/audit/rig.ts';

interface Login {
  readonly access: string;
  readonly refresh: string;
  readonly expiresAt: number;
}

/** An integration with a clock that no act moves. */
interface Client {
  /** Whether it refreshes the login before it reads. */
  readonly isDue: (login: Login, now: number) => boolean;
  /** Whether it refreshes when the API rejects a token, in that sync. */
  readonly isReacting?: (sync: number) => boolean;
  /** Refreshes as soon as it has logged in. */
  readonly isEager?: boolean;
  /** Looks so often whether the login is due, and refreshes it then. */
  readonly timerMs?: number;
}

/** The stage of a client, and the syncs that ended. */
function stageOf(rig: AuditRig, { isDue, isReacting = () => false, isEager = false, timerMs = Infinity }: Client) {
  const { control } = rig.sandbox;
  let login: Login | null = null;
  let syncs = 0;
  let tickAt = rig.clock.monotonic() + timerMs;
  const keep = ({ access, refresh }: { access: string; refresh: string }) => {
    const lifetimeMs = rig.sandbox.evidence().tokens.at(-1)?.issued?.lifetimeMs ?? 0;
    login = { access, refresh, expiresAt: rig.clock.now() + lifetimeMs };
    return login;
  };
  const read = async (access: string) => (await rig.read(access)).status;
  const stage = {
    ...{ refreshesAhead: false, hasTimer: false, forgetLogin: () => {} },
    now: () => rig.clock.monotonic(),
    evidence: () => rig.sandbox.evidence(),
    faults: async (...add: readonly string[]) => control?.do('fault', { add: [...add], clear: true }),
    advance: async (ms: number) => control?.do('advance', { ms }),
    pause: async (ms: number) => {
      rig.clock.advance(ms);
      if (rig.clock.monotonic() < tickAt) return;
      tickAt += timerMs;
      if (login !== null && rig.clock.now() > login.expiresAt - 300_000) keep(await rig.refresh(login.refresh));
    },
    connect: async () => {
      const { refresh } = keep(await rig.connect());
      if (isEager) keep(await rig.refresh(refresh));
    },
    sync: async (): Promise<SyncEnd> => {
      syncs++;
      let now = login ?? keep(await rig.connect());
      if (isDue(now, rig.clock.now())) now = keep(await rig.refresh(now.refresh));
      let status = await read(now.access);
      if (status === 401 && isReacting(syncs)) status = await read(keep(await rig.refresh(now.refresh)).access);
      return status === 200 ? 'done' : 'failed';
    },
  };
  return stage as unknown as Stage;
}

const play = (stage: Stage, id: string) => loginActs.find((act) => act.id === id)?.play(stage);
const seconds = (ms: number) => Math.floor(ms / 1_000);

describe('an integration refreshes by its own clock', () => {
  it.each([
    ['with a margin', ({ expiresAt }: Login, now: number) => now > expiresAt - 60_000],
    ['in whole seconds without a margin', ({ expiresAt }: Login, now: number) => seconds(now) > seconds(expiresAt)],
  ])('%s', async (_, isDue) => {
    const stage = stageOf(auditRig(), { isDue });
    await stage.connect();
    expect(await play(stage, 'expired')).toMatchObject({ sync: 'done', ahead: true });
    expect(await play(stage, 'expired-again')).toEqual({ sync: 'done' });
  });

  it('and is tested with the tokens that it has, also where it refreshes before a sync', async () => {
    const stage = stageOf(auditRig(), { isDue: () => false, isEager: true });
    await stage.connect();
    stage.refreshesAhead = true;
    expect(await play(stage, 'refresh-unknown-fields')).toEqual({ sync: 'done' });
  });

  it('and what goes wrong with a refresh meets one that follows the consent at once', async () => {
    const rig = auditRig();
    const stage = stageOf(rig, { isDue: () => false, isEager: true });
    await stage.connect();
    stage.refreshesAhead = true;
    await play(stage, 'refresh-token-stolen');
    await play(stage, 'refresh-answer-lost');
    expect(rig.findings('held')).toEqual(expect.arrayContaining(['refresh-after-invalid-grant', 'refresh-lost']));
  });

  it('with a timer that looks once a minute', async () => {
    const stage = stageOf(auditRig(), { isDue: () => false, timerMs: 60_000 });
    await stage.connect();
    expect(await play(stage, 'expired')).toMatchObject({ sync: 'done', ahead: true });
    expect(stage.hasPaced).toBe(true);
  });

  it('not where the API rejected a token of that login first', async () => {
    const stage = stageOf(auditRig(), { isDue: () => false, isReacting: (sync) => sync > 1 });
    await stage.connect();
    expect(await play(stage, 'expired')).toEqual({ sync: 'failed' });
    expect(stage.refreshesAhead).toBe(false);
  });
});

it('an act that cannot expire the token does not kill the integration in a later one', async () => {
  const rig = auditRig();
  const { refresh } = await rig.connect();
  const heard = new Set<(path: string) => void>();
  const killed: string[] = [];
  const stage = {
    evidence: () => rig.sandbox.evidence(),
    advance: async () => Promise.reject(new Error('no clock')),
    kill: async () => killed.push('killed'),
    onArrival: (one: (path: string) => void) => {
      heard.add(one);
      return () => heard.delete(one);
    },
  };
  await expect(play(stage as unknown as Stage, 'killed-after-refresh')).rejects.toThrow('no clock');
  await rig.refresh(refresh);
  for (const one of heard) one('/api/v1/events');
  expect(killed).toEqual([]);
});
