import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookCheck } from '../../src/commands/webhook/check/check.ts';
import { createForwarder } from '../../src/platform/http/forwarder.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { memory, run } from '../support/commands/deps.ts';
import { newSecret } from '../support/webhook/delivery.ts';
import { lack, nginx, type Receiver, type Running, receivers, start } from '../support/webhook/receivers/rig.ts';

const secret = newSecret();

interface Report {
  readonly framework: string | null;
  readonly cause: string | null;
  readonly fix: string | null;
  readonly notes: readonly string[];
  readonly cases: readonly { readonly id: string; readonly outcome: string; readonly got: string }[];
}

async function check(url: string): Promise<Report> {
  const base = memory({ environmentSecrets: { webhook_secret: secret }, format: 'json' });
  const rig = Object.assign(base, { deps: { ...base.deps, clock: systemClock, forwarder: createForwarder } });
  const { data, failure } = await run(webhookCheck, { url, patience: '10s' }, rig);
  if (failure !== null) throw failure;
  return data[0] as Report;
}

const those = (outcome: string, { cases }: Report) =>
  cases.filter((result) => result.outcome === outcome).map(({ id }) => id);

/** What the docs leave to a receiver, and what not every server can do. */
const allowed = ['missing-event', 'missing-delivery-id', 'large-body', 'chunked-body'];

/** The status cases that each classic mistake fails. */
const signs = {
  'no-timestamp': ['stale', 'future', 'timestamp-nan'],
  trimmed: ['valid-trailing-newline', 'tampered-newline'],
  'id-first': ['forged-twice', 'forged-known-id', 'retry'],
};

function suite(receiver: Receiver, begin: () => Promise<Running>) {
  let running: Running;
  beforeAll(async () => {
    running = await begin();
  });
  afterAll(() => running?.close());

  it('passes every case when it is correct', async () => {
    const report = await check(running.url('none'));
    expect({ failed: those('fail', report), skipped: those('skip', report) }).toEqual({ failed: [], skipped: [] });
    expect(those('warn', report).filter((id) => !allowed.includes(id))).toEqual([]);
    expect(report).toMatchObject({ framework: receiver.shows, cause: null, fix: null, notes: [] });
  });

  it.each(Object.entries(signs))('fails exactly the cases of its mistake: %s', async (mistake, ids) => {
    expect(those('fail', await check(running.url(mistake)))).toEqual(ids);
  });

  const { rewrites } = receiver;
  if (rewrites === null) return;
  it('gets the name of the framework that re-serialized the JSON, and the line to change', async () => {
    const { cause, fix } = await check(running.url('reserialized'));
    expect(cause).toContain(`the handler parses the body and verifies what ${rewrites[0]}`);
    expect(fix).toContain(rewrites[1]);
  });
}

for (const receiver of receivers) {
  const reason = lack(receiver);
  describe.skipIf(reason !== null)(reason === null ? receiver.name : `${receiver.name} (${reason})`, () =>
    suite(receiver, () => start(receiver, secret)),
  );
}

const express = receivers[0] as Receiver;
const noNginx = lack(nginx(0));
describe.skipIf(noNginx !== null)(`nginx in front of Express${noNginx === null ? '' : ` (${noNginx})`}`, () => {
  suite(nginx(0), async () => {
    const behind = await start(express, secret);
    const front = await start(nginx(behind.port), secret);
    const close = async () => {
      await front.close();
      await behind.close();
    };
    return { ...front, close };
  });

  it('is not judged without a handler behind it', async () => {
    const front = await start(nginx(1), secret);
    const report = await check(front.url('none'));
    await front.close();
    expect(report.cases.map(({ id, outcome }) => [id, outcome])).toEqual([['valid-compact', 'fail']]);
    expect(report.notes.join()).toContain('is the handler behind');
  });
});

describe('Express', () => {
  it.each(['express', 'express4'])(
    'with express.json() before express.raw() gets that as a hint (%s)',
    async (name) => {
      const running = await start({ ...express, env: { RECEIVER_PACKAGE: name } }, secret);
      const { cause, fix } = await check(running.url('json-first'));
      await running.close();
      expect(cause).toBe(
        'express.json() runs before express.raw(), so the handler gets a parsed object instead of bytes',
      );
      expect(fix).toContain('above any express.json()');
    },
  );
});

const django = receivers.find(({ name }) => name === 'Django') as Receiver;
describe.skipIf(lack(django) !== null)(`Django without its trailing slash ${lack(django) ?? ''}`.trim(), () => {
  it.each(['0', '1'])('names the whole URL (DEBUG = %s)', async (debug) => {
    const running = await start({ ...django, env: { RECEIVER_DEBUG: debug } }, secret);
    const url = running.url('none');
    const { notes } = await check(url.replace(/\/$/, ''));
    await running.close();
    expect(notes.join('\n')).toContain(`run: revento webhook check ${url}`);
  });
});
