import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { asTest, testForms } from '../../../../src/inspector/model/tests/test-forms.ts';
import type { DeliveryLine } from '../../../../src/inspector/model/wire.ts';
import { sign } from '../../../../src/webhook/signature.ts';
import { lackOf, type NeedName, withReason } from '../../../support/program/needs.ts';
import { newSecret } from '../../../support/webhook/delivery.ts';
import { closeHandlers, type Got, handler } from '../../../support/webhook/handler.ts';

const secret = newSecret();
const junit = '/usr/share/java';
const jars = ['junit-jupiter', 'junit-platform', 'opentest4j', 'apiguardian', 'univocity', 'picocli'];

/** How a user runs each, in the folder of its file. */
const runs: Readonly<Record<string, { readonly needs: NeedName[]; readonly command: string }>> = {
  pytest: { needs: ['pytest'], command: '/usr/bin/python3 -m pytest -p no:cacheprovider test_webhook.py' },
  Vitest: { needs: [], command: `node ${resolve('node_modules/vitest/vitest.mjs')} run --root . webhook.test.js` },
  Go: { needs: ['go'], command: 'GO111MODULE=off go test webhook_test.go' },
  PHPUnit: { needs: ['phpunit'], command: 'phpunit --do-not-cache-result WebhookTest.php' },
  RSpec: { needs: ['rspec'], command: 'rspec webhook_spec.rb' },
  JUnit: {
    needs: ['junit'],
    command: `CP=$(ls ${jars.map((name) => `${junit}/${name}*.jar`).join(' ')} 2>/dev/null | tr '\\n' ':')
      javac -encoding UTF-8 -cp "$CP" -d out WebhookTest.java &&
      java -cp "$CP:out" org.junit.platform.console.ConsoleLauncher --select-class WebhookTest --fail-if-no-tests`,
  },
};

const line = (body: Buffer): DeliveryLine => ({
  type: 'delivery',
  delivery_id: 'x',
  event: 'application.approved',
  received_at: '2026-11-24T12:00:00.000Z',
  verified: true,
  reason: null,
  duplicate: false,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: body.includes(0xff) ? null : body.toString('utf8'),
  body_base64: body.toString('base64'),
  forward: [],
  reply_status: 200,
});

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

/** Writes the test into an empty folder and runs it. */
const run = (form: (typeof testForms)[number], body: Buffer, url: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'revento-test-form-'));
  folders.push(folder);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, form.file), asTest(form, line(body), url));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GOCACHE: goCache,
    LC_ALL: 'C.UTF-8',
    REVENTO_WEBHOOK_SECRET: secret,
  };
  const child = spawn('bash', ['-c', runs[form.name]?.command ?? 'false'], { cwd: folder, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise<{ readonly code: number | null; readonly output: string }>((done) =>
    child.on('close', (code) => done({ code, output })),
  );
};

const readable = Buffer.from(`{"a":"it's \\"$HOME\\" #{x} %s \\\\n {$y} \`z\` 🎪é","type":"application.approved"}\n\n`);
const bytes = Buffer.concat([Buffer.from('\ufeff{"a":1}\r\n'), Buffer.from([0xff, 0x00])]);

for (const form of testForms) {
  const reason = lackOf(...(runs[form.name]?.needs ?? []));
  const test = it.skipIf(reason !== null);

  describe(withReason(`a test for ${form.name}`, reason), () => {
    test.each([
      ['a body to read', readable],
      ['bytes that are not text', bytes],
    ])('passes with a handler that verifies, which gets the same bytes: %s', async (_, body) => {
      const target = await handler((got) => ({ status: isRight(got) ? 200 : 401 }));
      const { code, output } = await run(form, body, target.url);
      expect(output).not.toContain(secret);
      expect([code, output]).toEqual([0, output]);
      const taken = target.got.filter(isRight);
      expect(taken.map((got) => got.body)).toEqual([body]);
      expect(taken[0]?.headers['content-type']).toEqual(['application/json; charset=utf-8']);
      expect(target.got).toHaveLength(2);
    });

    test('fails with a handler that takes everything', async () => {
      const target = await handler();
      const { code } = await run(form, readable, target.url);
      expect(target.got).toHaveLength(2);
      expect(code).not.toBe(0);
    });
  });
}

it('contains nothing from a header or type that breaks out of the code', () => {
  const odd = { ...line(readable), event: `a"'\`\n$x#{y}*/?>`, headers: { 'content-type': `"); evil(); //'` } };
  for (const form of testForms) expect(asTest(form, odd, 'http://localhost:3000/')).not.toMatch(/evil\(\)|\$x|#\{y/);
});
