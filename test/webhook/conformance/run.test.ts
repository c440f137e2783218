import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../src/http/failure.ts';
import { headerOf } from '../../../src/http/headers.ts';
import { createHttpClient, type HttpClient } from '../../../src/platform/http/client.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Exchange } from '../../../src/ports/exchange.ts';
import type { CaseResult } from '../../../src/webhook/conformance/case.ts';
import { conformanceCases, isAlwaysRun } from '../../../src/webhook/conformance/cases.ts';
import { type Checked, checked } from '../../support/webhook/checked.ts';
import { newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, type Got, handler } from '../../support/webhook/handler.ts';
import { handlerWith, type Mistake } from '../../support/webhook/handler-mistakes.ts';

const secret = newSecret();
let client: HttpClient;
const children: ChildProcess[] = [];

beforeAll(async () => {
  client = await createHttpClient();
});
afterAll(() => client.close());
afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await closeHandlers();
});

const checkAll = (url: string, clock: Clock = systemClock, exchange = client.exchange): Promise<Checked> =>
  checked({ url, secret, clock, exchange });

const check = async (url: string, clock?: Clock) => (await checkAll(url, clock)).results;

const those = (outcome: CaseResult['outcome'], results: readonly CaseResult[]) =>
  results.filter((result) => result.outcome === outcome).map(({ test }) => test.id);
const failed = (results: readonly CaseResult[]) => those('fail', results);
const warned = (results: readonly CaseResult[]) => those('warn', results);

/** Python from Debian's packages: `apt-get install python3-flask`. */
function flask(mistake: Mistake): Promise<string> {
  const script = join(import.meta.dirname, '../../support/webhook/flask_handler.py');
  const child = spawn('/usr/bin/python3', [script, mistake], {
    env: { WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += String(text);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the Flask handler did not start; is python3-flask there? ${said}`)));
    child.stdout.once('data', (port: Buffer) => resolve(`http://127.0.0.1:${Number(port)}/webhooks/revento`));
  });
}

/** What gives each mistake away. No two are alike. */
const signs: Readonly<Record<Exclude<Mistake, 'slow' | 'small-limit'>, readonly string[]>> = {
  none: [],
  reserialized: ['valid-pretty', 'valid-trailing-newline', 'valid-escapes', 'tampered-space', 'tampered-newline'],
  trimmed: ['valid-trailing-newline', 'tampered-newline'],
  'no-tolerance': ['stale', 'future', 'timestamp-nan'],
  'tolerance-500': ['stale', 'future'],
  'tolerance-599': ['stale', 'future'],
  'tolerance-15': ['age-20s'],
  'past-only': ['future'],
  'future-only': ['stale'],
  'nan-passes': ['timestamp-nan'],
  'not-raw': ['valid-unicode'],
  'no-dedupe': ['duplicate'],
  'crashes-on-unknown': ['unknown-type'],
  'expects-data': ['deletion-required'],
  'crashes-on-null': ['null-event-id'],
  'tiny-limit': ['body-64k'],
  'remembers-forged': ['duplicate', 'retry'],
  'looks-up-first': ['forged-known-id'],
  'stores-first': ['forged-twice', 'forged-known-id', 'retry'],
  'stores-first-looks-up-late': ['retry'],
  'compares-prefix': ['empty-signature', 'truncated-signature'],
  'compares-beginning': ['altered-signature'],
};

describe('a Node handler', () => {
  it.each(Object.entries(signs))('with the mistake "%s" fails exactly its cases', async (mistake, ids) => {
    const { url } = await handlerWith({ secret, mistake: mistake as Mistake });
    expect(failed(await check(url))).toEqual(ids);
  });

  it('that is correct gets neither a warning nor a remark', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const { results, explanation, notes } = await checkAll(url);
    expect(results.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect({ explanation, notes }).toEqual({ explanation: null, notes: [] });
  });

  describe('that ends at a delivery', () => {
    /** Nothing listens for the next `refusals` requests after the event type that it does not know. */
    const ending = (refusals: number) => {
      let left: number | null = null;
      const exchange: Exchange = async (request) => {
        const isFatal = headerOf(request, 'x-revento-event') === 'venue.teleported';
        if (left === null && isFatal) left = refusals;
        else if (left === null || left === 0) return client.exchange(request);
        else left--;
        throw new HttpFailure(left === refusals ? 'closed' : 'refused', 'localhost:3000', false);
      };
      return exchange;
    };
    const clock = { ...systemClock, sleep: async () => undefined };

    it('gets the cases until then, and a note about it', async () => {
      const { url } = await handlerWith({ secret, mistake: 'none' });
      const { results, explanation, notes } = await checkAll(url, clock, ending(1_000));
      expect(failed(results)).toEqual(['unknown-type', 'unknown-fields']);
      expect(results.at(-1)?.test.id).toBe('unknown-fields');
      expect(explanation).toBeNull();
      const unsent = conformanceCases.filter(isAlwaysRun).length - results.length;
      expect(notes).toEqual([
        `the handler ended: since unknown-fields nothing listens there, so the other ${unsent} cases were not sent; look at its log, and start it again`,
      ]);
    });

    it('gets all cases if it comes back', async () => {
      const { url } = await handlerWith({ secret, mistake: 'none' });
      const { results, notes } = await checkAll(url, clock, ending(5));
      expect(failed(results)).toEqual(['unknown-type']);
      expect(notes).toEqual([]);
    });
  });

  it.each([
    ['small-limit', ['large-body']],
    ['tolerance-15', ['ahead-20s', 'valid-in-tolerance']],
    ['nan-passes', ['timestamp-hex', 'timestamp-fraction']],
  ] as const)('with "%s" is warned of what the docs leave open', async (mistake, ids) => {
    const { url } = await handlerWith({ secret, mistake });
    expect(warned(await check(url))).toEqual(ids);
  });

  it('that is slow fails for that alone: its late answers are read', async () => {
    let elapsedMs = 0;
    const onWork = () => {
      elapsedMs += 11_000;
    };
    const { url } = await handlerWith({ secret, mistake: 'slow', onWork });
    const clock = { ...systemClock, monotonic: () => elapsedMs };
    expect(failed(await check(url, clock))).toEqual(['answers-in-time']);
  });

  it('that believes everything fails every case of refusal, for one reason', async () => {
    const { url } = await handler();
    const { results, explanation } = await checkAll(url);
    const ids = failed(results);
    expect(ids).toEqual(expect.arrayContaining(['wrong-secret', 'tampered-byte', 'missing-signature']));
    expect(ids).not.toContain('valid-compact');
    expect(explanation?.mistake).toContain('does not verify signatures');
  });

  it('that crashes on everything is sent one case', async () => {
    const { url } = await handler(() => ({ status: 500 }));
    expect(failed(await check(url))).toEqual(['valid-compact']);
  });

  it.each([400, 403])('that refuses with %i instead of 401 gets one remark, and nothing else', async (status) => {
    const correct = await handlerWith({ secret, mistake: 'none' });
    const { url } = await handler(async (got) => {
      const answer = await again(correct.url, got);
      return { status: answer === 401 ? status : answer };
    });
    const { results, notes } = await checkAll(url);
    expect(results.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`refused with HTTP ${status}; .*: answer 401$`))]);
  });
});

describe('a handler whose clock is not ours', () => {
  it.each([40, -40])('by %i s is judged by its own clock, and this is reported once', async (seconds) => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const ours = { ...systemClock, now: () => Date.now() - seconds * 1000 };
    const { results, notes } = await checkAll(url, ours);
    expect(results.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^the handler's clock is (39|40|41) s (ahead of|behind) this machine's/),
    ]);
  });

  it('and therefore refuses everything gets the reason', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const { results, notes } = await checkAll(url, { ...systemClock, now: () => Date.now() - 3_600_000 });
    expect(failed(results)).toEqual(['valid-compact']);
    expect(notes).toEqual([expect.stringMatching(/clock is 36\d\d s ahead of|clock is 3599 s ahead of/)]);
  });
});

/** The status another handler gives to the same request. */
async function again(url: string, { headers, body }: Got): Promise<number> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-revento-'));
  const list = kept.flatMap(([name, values]) => values.map((value) => [name, value] as const));
  return (await client.exchange({ method: 'POST', url, headers: list, body })).status;
}

describe('something in front of a correct handler', () => {
  it('that limits the rate is named once, and fails nothing', async () => {
    const correct = await handlerWith({ secret, mistake: 'none' });
    let count = 0;
    const { url } = await handler(async (got) =>
      ++count > 10 ? { status: 429 } : { status: await again(correct.url, got) },
    );
    const { results, notes } = await checkAll(url);
    expect(failed(results)).toEqual([]);
    expect(those('skip', results).length).toBeGreaterThan(20);
    expect(notes).toEqual([expect.stringContaining('rate limiter')]);
  });

  it('that asks to wait a moment is waited for', async () => {
    const correct = await handlerWith({ secret, mistake: 'none' });
    const waits: number[] = [];
    let count = 0;
    const { url } = await handler(async (got) => {
      count++;
      return count === 5 ? { status: 429, headers: { 'Retry-After': '2' } } : { status: await again(correct.url, got) };
    });
    const clock = { ...systemClock, sleep: async (ms: number) => void waits.push(ms) };
    const { results } = await checkAll(url, clock);
    expect(results.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(waits).toEqual([2_000]);
  });

  it.each([502, 503, 504])('that loses its handler in the middle is not the handler: %i', async (status) => {
    const correct = await handlerWith({ secret, mistake: 'none' });
    let count = 0;
    const { url } = await handler(async (got) =>
      ++count > 20 ? { status } : { status: await again(correct.url, got) },
    );
    const { results, notes } = await checkAll(url);
    expect(failed(results)).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('gateway')]);
  });

  it('hides no crash: what only this delivery causes is judged', async () => {
    const correct = await handlerWith({ secret, mistake: 'none' });
    const { url } = await handler(async (got) => {
      const isForm = /^sha256=[0-9a-f]{64}$/.test(got.headers['x-revento-signature']?.[0] ?? '');
      return { status: isForm ? await again(correct.url, got) : 502 };
    });
    expect(failed(await check(url))).toEqual([
      'missing-signature',
      'empty-signature',
      'truncated-signature',
      'uppercase-signature',
      'no-prefix',
    ]);
  });

  it('that turns a part of twenty away is a warning', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    let open = 0;
    const limited: Exchange = async (request) => {
      if (open >= 5) return { status: 503, headers: [], body: new Uint8Array() };
      open++;
      return client.exchange(request).finally(() => open--);
    };
    const { results } = await checkAll(url, systemClock, limited);
    expect(failed(results)).toEqual([]);
    expect(warned(results)).toEqual(['twenty-at-once']);
  });
});

describe('a Flask handler', () => {
  const inPython: readonly Mistake[] = [
    'none',
    'trimmed',
    'no-tolerance',
    'not-raw',
    'no-dedupe',
    'crashes-on-unknown',
  ];
  it.each(inPython)('with the mistake "%s" fails exactly its cases', async (mistake) => {
    expect(failed(await check(await flask(mistake)))).toEqual(signs[mistake as keyof typeof signs]);
  });

  it('that lets NaN pass accepts everything that is not a number', async () => {
    expect(failed(await check(await flask('nan-passes')))).toEqual(['timestamp-nan']);
  });
});

describe('the cases', () => {
  it('are at least forty, each with its own id, why and fix', () => {
    expect(conformanceCases.length).toBeGreaterThanOrEqual(40);
    expect(new Set(conformanceCases.map(({ id }) => id)).size).toBe(conformanceCases.length);
    for (const { id, title, sent, wanted, why, fix } of conformanceCases) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      for (const text of [title, sent, wanted, why, fix]) expect(text).not.toBe('');
    }
  });
});
