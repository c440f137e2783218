import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SealedLog } from '../../../src/ports/store.ts';
import { Keeper, readKept } from '../../../src/sandbox/saved/keeper.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/server/app.ts';
import { stillClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

/** A log in memory; `failure` is what writing fails with. */
class MemoryLog implements SealedLog {
  readonly path = '/kept';
  texts: string[] = [];
  failure: Error | null = null;
  durable = 0;
  replaced = 0;

  get wholeBytes(): number {
    return this.texts[0]?.length ?? 0;
  }
  get changedBytes(): number {
    return this.texts.slice(1).reduce((sum, text) => sum + text.length, 0);
  }
  async read() {
    return { texts: this.texts, problem: null };
  }
  append(text: string, isDurable: boolean): void {
    if (this.failure) throw this.failure;
    this.texts.push(text);
    if (isDurable) this.durable++;
  }
  replace(text: string): void {
    if (this.failure) throw this.failure;
    this.texts = [text];
    this.replaced++;
  }
  setAside = () => '/aside';
  release = () => undefined;
}

const key = randomBytes(24).toString('hex');

function setUp(log = new MemoryLog()) {
  let now = Date.UTC(2026, 2, 1);
  const said: string[] = [];
  const keep = new Keeper({
    log,
    clock: { now: () => now },
    since: now,
    onProblem: (problem) => said.push(problem),
    onRecovery: () => said.push('recovered'),
  });
  const sandbox = createSandbox({
    clock: stillClock(),
    hasAutoConsent: true,
    controlKey: key,
    keep,
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      send: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    },
  });
  sandbox.beginKeeping(true);
  const app = integrationOf(sandbox);
  const ask = async (path: string, body: object) =>
    jsonOf(await app.send('POST', `/_sandbox/v1${path}`, [['Authorization', `Bearer ${key}`]], JSON.stringify(body)));
  const pass = (ms: number) => {
    now += ms;
  };
  return { log, keep, said, sandbox, app, ask, pass };
}

/** Attempts of deliveries that have begun are over, and written. */
async function settled({ deliveries }: Sandbox): Promise<void> {
  await deliveries?.settled();
  await new Promise((resolve) => setImmediate(resolve));
}

function keptIn({ texts }: MemoryLog) {
  const read = readKept(texts);
  if ('problem' in read) throw new Error(read.problem);
  return read.snapshot;
}

describe('what is kept', () => {
  it('is the sandbox itself, after every answer', async () => {
    const { log, sandbox, app, ask } = setUp();
    const login = await app.login();
    expect(keptIn(log)).toEqual(sandbox.save());
    await app.refresh(String(login['refresh_token']));
    expect(keptIn(log)).toEqual(sandbox.save());
    for (const [path, body] of [
      ['/do', { action: 'apply', set: { first_name: 'Ada' } }],
      ['/do', { action: 'fill' }],
      ['/faults', { add: ['api:slow=1ms'] }],
      ['/rotate', {}],
      ['/clock/advance', { ms: 3_600_000 }],
      ['/revoke', {}],
      ['/reset', { keep_logins: true }],
      ['/reset', {}],
    ] as const) {
      await ask(path, body);
      await settled(sandbox);
      expect(keptIn(log), `${path} ${JSON.stringify(body)}`).toEqual(sandbox.save());
    }
  });

  it('syncs a token to the disk before the answer, and nothing else', async () => {
    const { log, app, ask } = setUp();
    await ask('/do', { action: 'approve' });
    expect(log.durable).toBe(0);
    await app.login();
    expect(log.durable).toBe(1);
  });

  it('is written whole again once its changes outgrow it', async () => {
    const { log, sandbox, ask } = setUp();
    for (let round = 0; round < 600; round++)
      await ask('/do', { action: 'edit-profile', set: { first_name: 'x'.repeat(2_000) } });
    expect(log.replaced).toBeGreaterThan(1);
    expect(log.replaced).toBeLessThan(10);
    expect(keptIn(log).happenings).toEqual(sandbox.save().happenings);
  });
});

describe('a disk that takes no more', () => {
  it('is reported once, the sandbox continues, and all of it is written when there is room', async () => {
    const { log, keep, said, sandbox, app, ask, pass } = setUp();
    await ask('/do', { action: 'apply' });
    log.failure = new Error('the disk is full');
    const login = await app.login();
    await ask('/do', { action: 'apply' });
    expect(said).toEqual(['the disk is full']);
    expect(keep.state().problem).toBe('the disk is full');
    expect((await app.api('/events/evt_test_published', login['access_token'])).status).toBe(200);
    log.failure = null;
    pass(5_000);
    await ask('/do', { action: 'apply' });
    expect(said).toEqual(['the disk is full', 'recovered']);
    expect(keep.state().problem).toBeNull();
    await settled(sandbox);
    expect(keptIn(log)).toEqual(sandbox.save());
  });

  it('gets the missing changes at the end, if it has room then', async () => {
    const { log, sandbox, ask } = setUp();
    await ask('/do', { action: 'apply' });
    log.failure = new Error('the disk is full');
    await ask('/do', { action: 'apply' });
    log.failure = null;
    const saved = sandbox.save();
    sandbox.close();
    expect(keptIn(log)).toEqual(saved);
  });
});

it.each([
  [['{}'], 'the file is missing'],
  [['{"since":1,"snapshot":{"version":2}}'], '"version" must be 1, not 2'],
])('texts of something else are refused: %j', (texts, problem) => {
  expect(readKept(texts)).toEqual({ problem });
});
