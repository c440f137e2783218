import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type TestedDelivery, testFile } from '../../src/test-code/test-file.ts';
import { curlForm, type TestForm, testForms } from '../../src/test-code/test-forms.ts';
import { sign } from '../../src/webhook/signature.ts';
import { lackOf, type NeedName, withReason } from '../support/program/needs.ts';
import { newSecret } from '../support/webhook/delivery.ts';
import { closeHandlers, type Got, handler } from '../support/webhook/handler.ts';
import { hostile, recorded } from '../support/webhook/hostile-deliveries.ts';

const secret = newSecret();
const junit = '/usr/share/java';
const jars = ['junit-jupiter', 'junit-platform', 'opentest4j', 'apiguardian', 'univocity', 'picocli'];

/** How a user runs each, in the folder of its file. */
const runs: Readonly<Record<string, { readonly needs: NeedName[]; readonly command: string }>> = {
  curl: { needs: ['curl', 'openssl'], command: 'sh webhook.sh' },
  pytest: { needs: ['pytest'], command: '/usr/bin/python3 -m pytest -p no:cacheprovider test_webhook.py' },
  Vitest: { needs: [], command: `node ${resolve('node_modules/vitest/vitest.mjs')} run --root . webhook.test.js` },
  Go: { needs: ['go'], command: 'GO111MODULE=off go test webhook_test.go' },
  PHPUnit: { needs: ['phpunit'], command: 'phpunit --do-not-cache-result WebhookTest.php' },
  RSpec: { needs: ['rspec'], command: 'rspec webhook_spec.rb' },
  // In ASCII: a test must not depend on what a compiler takes for the encoding of a file.
  JUnit: {
    needs: ['junit'],
    command: `CP=$(ls ${jars.map((name) => `${junit}/${name}*.jar`).join(' ')} 2>/dev/null | tr '\\n' ':')
      javac -encoding US-ASCII -cp "$CP" -d out WebhookTest.java &&
      java -cp "$CP:out" org.junit.platform.console.ConsoleLauncher --select-class WebhookTest --fail-if-no-tests`,
  },
};

const idOf = ({ headers }: Got) => headers['x-revento-delivery-id']?.[0] ?? null;
const sentIdOf = ({ headers }: TestedDelivery) =>
  headers.find(([name]) => name === 'x-revento-delivery-id')?.[1] ?? null;

const isRight = ({ headers, body }: Got) => {
  const timestamp = headers['x-revento-timestamp']?.[0] ?? '';
  return headers['x-revento-signature']?.[0] === sign(secret, timestamp, body);
};

/** Shared: Go compiles its library once. */
const goCache = mkdtempSync(join(tmpdir(), 'revento-go-'));
afterAll(() => rmSync(goCache, { recursive: true, force: true }));

const folders: string[] = [];
afterEach(async () => {
  await closeHandlers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Writes the tests into an empty folder and runs them. */
const run = (form: TestForm, code: string, env: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'revento-test-form-'));
  folders.push(folder);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, form.file), code);
  const all = { PATH: process.env['PATH'], HOME: folder, GOCACHE: goCache, LC_ALL: 'C.UTF-8', ...env };
  const child = spawn('bash', ['-c', runs[form.name]?.command ?? 'false'], { cwd: folder, env: all });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise<{ readonly code: number | null; readonly output: string }>((done) =>
    child.on('close', (code) => done({ code, output })),
  );
};

/** The headers that a client of the language can send in the way they came. */
const sendable = (form: TestForm, { headers }: TestedDelivery): Readonly<Record<string, readonly string[]>> => {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    if (form.name === 'JUnit' && /[^\t -~]/.test(value)) continue;
    lists[name] = [...(lists[name] ?? []), value];
  }
  if (form.name !== 'RSpec') return lists;
  // Net::HTTP sends one line a name.
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, [values.join(', ')]]));
};

for (const form of [curlForm, ...testForms]) {
  const reason = lackOf(...(runs[form.name]?.needs ?? []));
  const test = it.skipIf(reason !== null);

  describe(withReason(`tests for ${form.name}`, reason), () => {
    test('pass with a handler that verifies and answers as recorded, which gets the same bytes', async () => {
      const deliveries = hostile();
      const target = await handler((got) => {
        const one = deliveries.find((delivery) => sentIdOf(delivery) === idOf(got));
        if (!isRight(got)) return { status: 401 };
        return { status: one?.status ?? 200, headers: one?.status === 302 ? { Location: '/elsewhere' } : {} };
      });
      const code = form.write(testFile(deliveries, { url: 'http://localhost:9/' }));
      const env = { REVENTO_WEBHOOK_SECRET: secret, WEBHOOK_URL: target.url };
      const { code: status, output } = await run(form, code, env);
      expect(output).not.toContain(secret);
      expect([status, output]).toEqual([0, output]);
      // Each once, and the first once more with a changed body.
      expect(target.got).toHaveLength(deliveries.length + 1);
      expect(target.got.filter((got) => got.method !== 'POST')).toEqual([]);
      for (const delivery of deliveries) {
        const got = target.got.find((one) => idOf(one) === sentIdOf(delivery) && one.body.equals(delivery.body));
        expect(got, `${delivery.deliveryId} arrived unchanged`).toBeDefined();
        expect(got?.headers).toMatchObject(sendable(form, delivery));
        expect(got !== undefined && isRight(got)).toBe(delivery.isSigned);
      }
    });

    test('fail with a handler that takes everything, rewrites a body or answers another status', async () => {
      const deliveries = [
        recorded('fine', '{"type":"application.approved"}'),
        recorded('created', '{}', { status: 201 }),
        recorded('rewritten', '{"a": 1}'),
        recorded('forged', '{}', { isSigned: false, status: 401 }),
      ];
      const target = await handler((got) => ({ status: idOf(got) === 'rewritten' ? 401 : 200 }));
      // The key of a recording without people's data is in the file: nothing has to be set.
      const code = form.write(testFile(deliveries, { url: target.url, key: 'whsec_of_the_recording' }));
      const { code: status, output } = await run(form, code, {});
      expect(target.got).toHaveLength(deliveries.length + 1);
      expect(status).not.toBe(0);
      const failed = /not ok|FAIL|^rspec|^\d+\) Web|JUnit Jupiter:/;
      const lines = output
        .split('\n')
        .filter((line) => failed.test(line))
        .join('\n');
      for (const name of [/created/, /rewritten/, /forged/, /changed|Changed/]) expect(lines).toMatch(name);
      expect(lines).not.toMatch(/fine/);
    });
  });
}

it('contains nothing from a type, an ID or a URL that breaks out of the code', () => {
  const odd = 'a"\'`\n$x#{y}*/?>';
  for (const form of [curlForm, ...testForms]) {
    const code = form.write(testFile([recorded(odd, 'x', { event: odd })], { url: `http://localhost:3000/${odd}` }));
    // The ID is also a header, quoted there; that it arrives unchanged is tested above.
    expect(
      code
        .split('\n')
        .filter((line) => !/x-revento-delivery-id/.test(line))
        .join('\n'),
    ).not.toMatch(/\$x|#\{y/);
  }
});
