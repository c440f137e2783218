import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/json/parse.ts';
import type { Json } from '../../../src/json/value.ts';
import { createHttpClient, type HttpClient } from '../../../src/platform/http/client.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { CaseResult } from '../../../src/webhook/conformance/case.ts';
import { runCases } from '../../../src/webhook/conformance/run.ts';
import { casesWith, effectCases } from '../../../src/webhook/effects/cases.ts';
import { Effects, Unjudged } from '../../../src/webhook/effects/effects.ts';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { newSecret } from '../../support/webhook/delivery.ts';
import { effectsHandler } from '../../support/webhook/effects/effects-handler.ts';

const lack = lackOf('sqlite');
/** `npm run chaos` asks for more. */
const runs = Number(process.env['REVENTO_EFFECT_RUNS'] ?? '1');
const secret = newSecret();
let client: HttpClient;
let folder: string;

beforeAll(async () => {
  client = await createHttpClient();
  folder = await mkdtemp(join(tmpdir(), 'revento-effects-'));
});
afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

const signal = new AbortController().signal;

async function readFrom(url: string): Promise<Json> {
  const { body } = await client.exchange({ method: 'GET', url, headers: [], body: new Uint8Array() });
  return parseJson(Buffer.from(body).toString()) as Json;
}

interface Watching {
  readonly read?: (url: string) => Promise<Json>;
  readonly limitMs?: number;
}

async function check(design: string, { read = readFrom, limitMs = 1_000 }: Watching = {}): Promise<CaseResult[]> {
  const handler = await effectsHandler(design, secret, folder);
  try {
    const { url, effectsUrl } = handler;
    const effects = new Effects({ read: () => read(effectsUrl), clock: systemClock, signal, limitMs });
    const { exchange } = client;
    const options = { url, secret, previousSecret: null, exchange, clock: systemClock, signal, eventId: 'evt_test' };
    const run = runCases(casesWith(effects, effectCases), options);
    const results: CaseResult[] = [];
    for (let step = await run.next(); !step.done; step = await run.next()) results.push(step.value);
    return results;
  } finally {
    await handler.stop();
  }
}

const verdicts = (results: readonly CaseResult[], outcome: CaseResult['outcome'] = 'fail') =>
  results.filter((result) => result.outcome === outcome).map(({ test }) => test.id);
const said = (results: readonly CaseResult[], id: string) => results.find(({ test }) => test.id === id)?.got;

describe.skipIf(lack !== null)(withReason('a handler over SQLite', lack), () => {
  it.concurrent.each([
    ['no-memory', ['effect-twice', 'effect-at-once', 'effect-lost-answer']],
    ['set', ['effect-after-500']],
    ['check-then-insert', ['effect-at-once']],
    ['insert-then-work', ['effect-after-500']],
    ['work-then-insert', ['effect-at-once']],
    ['stores-first', ['effect-after-500', 'effect-forged', 'effect-wrong-secret', 'effect-stale']],
    ['works-for-forged', ['effect-forged', 'effect-wrong-secret', 'effect-stale']],
    ['overwrites', ['effect-older-event']],
    ['one-transaction', []],
  ])('of the design %s fails its cases, each time', { timeout: 60_000 * runs }, async (design, wanted) => {
    for (let run = 1; run <= runs; run++) {
      const results = await check(design);
      expect(verdicts(results), JSON.stringify(results.map(({ got }) => got))).toEqual(wanted);
      expect(verdicts(results, 'skip')).toEqual([]);
      if (design !== 'no-memory') continue;
      expect(said(results, 'effect-twice')).toBe(
        'it took effect twice: approvals +2, approved +1, where one delivery means approvals +1, approved +1',
      );
    }
  });

  it.concurrent('that works after its answer passes, because its effects are waited for', async () => {
    const results = await check('later', { limitMs: 5_000 });
    expect(results.filter(({ outcome }) => outcome === 'fail' || outcome === 'skip')).toEqual([]);
    expect(said(results, 'effect-after-500')).toContain('it did not fail, so the retry after a failure was not tested');
  });

  it.concurrent('is not judged when its effects change on their own', async () => {
    const results = await check('on-its-own');
    expect(verdicts(results, 'skip')).toEqual(effectCases.map(({ id }) => id));
    expect(said(results, 'effect-twice')).toBe('the effects keep changing although nothing is sent');
  });

  it.concurrent('is not judged when nothing that is shown changes', async () => {
    const results = await check('one-transaction', { read: async () => 7 });
    expect(verdicts(results, 'skip')).toEqual(effectCases.map(({ id }) => id));
    expect(said(results, 'effect-twice')).toContain('changed nothing within 1 s');
  });

  it.concurrent('is not judged when its effects cannot be read', async () => {
    const results = await check('one-transaction', {
      read: async () => {
        throw new Unjudged('no such table: approvals');
      },
    });
    expect(new Set(results.map(({ got }) => got))).toEqual(new Set(['no such table: approvals']));
  });
});
