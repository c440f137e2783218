import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/platform/http/client.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { type CaseResult, runCases } from '../../../src/webhook/conformance/bench.ts';
import { conformanceCases } from '../../../src/webhook/conformance/cases.ts';
import { jsonReport, junitReport, tapReport } from '../../../src/webhook/conformance/report.ts';
import { newSecret } from '../../support/delivery.ts';
import { closeHandlers, handler } from '../../support/handler.ts';
import { handlerWith, type Mistake } from '../../support/handler-mistakes.ts';

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

async function check(url: string, clock: Clock = systemClock): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  const options = {
    url,
    secret,
    previousSecret: null,
    exchange: client.exchange,
    clock,
    signal: new AbortController().signal,
    eventId: 'evt_test_published',
  };
  for await (const result of runCases(conformanceCases, options)) results.push(result);
  return results;
}

const failed = (results: readonly CaseResult[]) =>
  results.filter(({ outcome }) => outcome === 'fail').map(({ test }) => test.id);

/** Python from Debian's packages: `apt-get install python3-flask`. */
function flask(mistake: Mistake): Promise<string> {
  const script = join(import.meta.dirname, '../../support/flask_handler.py');
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
const signs: Readonly<Record<Exclude<Mistake, 'slow'>, readonly string[]>> = {
  none: [],
  reserialised: ['valid-pretty', 'valid-trailing-newline', 'valid-escapes', 'tampered-space', 'tampered-newline'],
  trimmed: ['valid-trailing-newline', 'tampered-newline'],
  'no-tolerance': ['stale', 'future', 'timestamp-nan', 'timestamp-hex', 'timestamp-fraction'],
  'nan-passes': ['timestamp-nan', 'timestamp-hex', 'timestamp-fraction'],
  'not-raw': ['valid-unicode'],
  'no-dedupe': ['duplicate'],
  'crashes-on-unknown': ['unknown-type'],
  'small-limit': ['large-body'],
  'remembers-forged': ['duplicate', 'retry'],
};

describe('a Node handler', () => {
  it.each(Object.entries(signs))('with the mistake "%s" fails exactly its cases', async (mistake, ids) => {
    const { url } = await handlerWith({ secret, mistake: mistake as Mistake });
    expect(failed(await check(url))).toEqual(ids);
  });

  it('that is right gets no warning either', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    expect((await check(url)).filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
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

  it('that believes everything fails every case of refusal', async () => {
    const { url } = await handler();
    const ids = failed(await check(url));
    expect(ids).toContain('wrong-secret');
    expect(ids).toContain('tampered-byte');
    expect(ids).toContain('missing-signature');
    expect(ids).not.toContain('valid-compact');
  });

  it('that refuses everything with 500 passes nothing but the look at the clock', async () => {
    const { url } = await handler(() => ({ status: 500 }));
    const passed = (await check(url)).filter(({ outcome }) => outcome !== 'fail').map(({ test }) => test.id);
    expect(passed).toEqual(['answers-in-time']);
  });

  it('that refuses with 400 instead of 401 is warned, not failed', async () => {
    const { url } = await handler(({ headers }) => ({ status: headers['x-revento-signature'] ? 200 : 400 }));
    const result = (await check(url)).find(({ test }) => test.id === 'missing-signature');
    expect(result).toMatchObject({ outcome: 'warn', got: 'HTTP 400; the guide says 401' });
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

  it('that writes JSON its own way before verifying refuses even compact bodies', async () => {
    const ids = failed(await check(await flask('reserialised')));
    expect(ids).toContain('valid-compact');
    expect(ids).not.toContain('missing-signature');
  });

  it('that lets NaN pass takes everything that is no number', async () => {
    expect(failed(await check(await flask('nan-passes')))).toEqual(
      expect.arrayContaining(['timestamp-nan', 'timestamp-fraction']),
    );
  });
});

describe('the cases', () => {
  it('are at least twenty, each with an id of its own and all that has to be said', () => {
    expect(conformanceCases.length).toBeGreaterThanOrEqual(20);
    expect(new Set(conformanceCases.map(({ id }) => id)).size).toBe(conformanceCases.length);
    for (const { id, title, sent, wanted, why, fix } of conformanceCases) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      for (const text of [title, sent, wanted, why, fix]) expect(text).not.toBe('');
    }
  });

  it('give every mistake a set of failures of its own', () => {
    const sets = Object.values(signs).map((ids) => ids.join());
    expect(new Set(sets).size).toBe(sets.length);
  });
});

describe('reports', () => {
  const [first, second] = conformanceCases;
  const results: CaseResult[] = [
    { test: first as never, outcome: 'pass', got: 'HTTP 200', durationMs: 3 },
    { test: second as never, outcome: 'fail', got: 'HTTP 500 <&">\u0007', durationMs: 4 },
  ];

  it('as JSON has the score and each case', () => {
    expect(jsonReport('http://h/', results)).toMatchObject({
      url: 'http://h/',
      passed: 1,
      warned: 0,
      failed: 1,
      cases: [
        { id: 'valid-compact', outcome: 'pass' },
        { id: 'valid-pretty', outcome: 'fail', duration_ms: 4 },
      ],
    });
  });

  it('as TAP has a plan and a line a case', () => {
    const lines = tapReport(results).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'TAP version 13',
      '1..2',
      'ok 1 - valid-compact: acknowledges a delivery with a compact JSON body',
      'not ok 2 - valid-pretty: acknowledges a delivery with a pretty-printed body',
    ]);
    expect(lines).toContain('  got: "HTTP 500 <&\\">\\u0007"');
  });

  it('as JUnit is XML whatever the handler said', () => {
    const xml = junitReport('http://h/?a=1&b=2', results);
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toContain('got HTTP 500 &lt;&amp;&quot;&gt;"');
    expect(xml).not.toContain('\u0007');
  });
});
