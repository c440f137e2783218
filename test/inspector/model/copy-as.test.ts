import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { whole } from '../../../src/inspector/model/bytes.ts';
import { asCurl, asRevento, asTest } from '../../../src/inspector/model/copy-as.ts';
import type { DeliveryLine } from '../../../src/inspector/model/wire.ts';
import { testForms } from '../../../src/test-code/test-forms.ts';

const line = (body: Buffer): DeliveryLine => ({
  type: 'delivery',
  delivery_id: 'x',
  event: 'a.b',
  received_at: '2026-11-24T12:00:00.000Z',
  verified: true,
  reason: null,
  duplicate: false,
  headers: { host: 'localhost', 'content-length': '9', 'x-odd': "it's $HOME `id`", 'x-empty': '', 'x-two': ['1', '2'] },
  body: body.toString('utf8') === body.toString('latin1') || !body.includes(0xff) ? body.toString('utf8') : null,
  body_base64: body.toString('base64'),
  forward: [],
  reply_status: 200,
});

/** Runs a command line with the program in it replaced by one that shows what it gets. */
const run = (command: string, name: string, show: string) =>
  execFileSync('bash', ['-c', `${name}() { ${show}; }\n${command}`], { encoding: 'buffer' });

it.each([
  ['text with quotes and more', Buffer.from(`{"a":"it's \\"$HOME\\" %s \\\\n 🎪"}\n\n`)],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x00, 0x0a])],
])('the curl command sends the same bytes: %s', (_, body) => {
  expect(run(asCurl(line(body), 'http://localhost:3000/a?b&c'), 'curl', 'cat')).toEqual(body);
});

it('the curl command passes each header as it is, those of the connection left out', () => {
  const command = asCurl(line(Buffer.from('{}')), 'http://localhost:3000/');
  const args = run(command, 'curl', `printf '%s\\n' "$@"`).toString().split('\n');
  expect(args.filter((_, at) => args[at - 1] === '-H')).toEqual([
    "x-odd: it's $HOME `id`",
    // A colon would have curl leave it out.
    'x-empty;',
    'x-two: 1',
    'x-two: 2',
    // What curl adds by itself.
    'Content-Type:',
    'Expect:',
  ]);
});

it('the revento command hands over the recorded line', () => {
  const one = line(Buffer.from(`{"a":"it's %s"}`));
  expect(JSON.parse(run(asRevento(whole({ ...one, body_base64: '' }), '3000'), 'revento', 'cat').toString())).toEqual(
    one,
  );
});

it.each(testForms)('the $name test of a forged delivery never signs it, and expects 401', (form) => {
  const forged = { ...line(Buffer.from('{}')), verified: false, headers: { 'x-revento-signature': 'sha256=forged' } };
  const code = asTest(form, forged, 'http://localhost:3000/');
  expect(code).toContain('sha256=forged');
  expect(code).toContain('401');
  // The one place where the file signs is not called.
  expect(code).not.toMatch(/[Cc]hanged/);
});
