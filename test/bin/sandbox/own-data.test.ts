import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import seedSchema from '../../../schemas/sandbox-seed.schema.json' with { type: 'json' };
import { ProgramRig } from '../../support/program/program-rig.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await closeHandlers();
  await rig.close();
});

function write(name: string, text: string | Uint8Array): string {
  mkdirSync(rig.home, { recursive: true });
  writeFileSync(join(rig.home, name), text);
  return name;
}

const people = `seed: 7
events:
  - id: evt_test_published
    participants:
      - id: ptp_ada
        first_name: Ada
        custom_form_fields: { track: Engines }
  - id: evt_second
clients:
  - { id: client_second, secret: a-secret-of-sixteen }
`;
const inside = (command: string) => ['--', 'sh', '-c', command];
const list = inside('revento login >/dev/null 2>&1; revento participants list --jq ".[].id"');

describe('sandbox exec --seed-file', () => {
  it.each([
    ['YAML', people],
    ['JSON', JSON.stringify({ events: [{ id: 'evt_test_published', participants: [{ id: 'ptp_ada' }] }] })],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${people}`, 'utf16le')],
  ])('serves the people of a file in %s', async (_form, text) => {
    const { code, stdout } = await rig.run(['sandbox', 'exec', '--seed-file', write('people.yaml', text), ...list]);
    expect([code, stdout]).toEqual([0, 'ptp_ada\n']);
  });

  it('reads standard input', async () => {
    const { stdout } = await rig.run(['sandbox', 'exec', '--seed-file', '-', ...list], { input: people });
    expect(stdout).toBe('ptp_ada\n');
  });

  it('lists every mistake with file, line, column and path', async () => {
    const file = write(
      'bad.yaml',
      'seed: many\nevents:\n  - id: evt_1\n    participants:\n      - id: ptp_1\n        emial: a@b\n        locales: de\n      - id: ptp_1\n    days: 99\n  - title: nameless\n',
    );
    const { code, stdout, stderr } = await rig.run(['sandbox', 'exec', '--seed-file', file, '--', 'true']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').filter((line) => line.startsWith('bad.yaml:'))).toEqual([
      'bad.yaml:1:1: seed must be a number, not "many"',
      'bad.yaml:6:9: events[0].participants[0].emial is an unknown field; did you mean email?',
      'bad.yaml:7:9: events[0].participants[0].locales is an unknown field; did you mean locale?',
      'bad.yaml:8:9: events[0].participants[1].id repeats the participant ptp_1',
      'bad.yaml:9:5: events[0].days must be at most 30',
      'bad.yaml:10:5: events[1].id is missing',
    ]);
    expect(stderr).toContain('hint: fix the file; its form is in schemas/sandbox-seed.schema.json');
  });

  it('says where a file is not YAML', async () => {
    const file = write('cut.json', '{"events": [\n  {"id": "evt_1"\n');
    const { code, stderr } = await rig.run(['sandbox', 'exec', '--seed-file', file, '--', 'true']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^cut\.json:\d+:\d+: /m)]);
  });

  it('is kept by save and load', async () => {
    await rig.sandbox(['--seed-file', write('people.yaml', people)]);
    await rig.run(['sandbox', 'save', 'saved.json']);
    const { stdout } = await rig.run(['sandbox', 'status', '--jq', '[.events[].id, .events[0].participants]']);
    expect(JSON.parse(stdout)).toEqual(['evt_test_published', 'evt_test_neighbor', 'evt_second', 1]);
    const loaded = new ProgramRig();
    try {
      await loaded.sandbox(['--load', join(rig.home, 'saved.json')]);
      expect((await loaded.run(['sandbox', 'status', '--jq', '[.events[].id, .events[0].participants]'])).stdout).toBe(
        stdout,
      );
    } finally {
      await loaded.close();
    }
  });

  it.each([
    ['--load', ['sandbox', 'start', '--port', '0', '--load', 'x.json']],
    ['--participants', ['sandbox', 'start', '--port', '0', '--participants', '9']],
  ])('refuses %s beside it', async (flag, args) => {
    const { code, stderr } = await rig.run([...args, '--seed-file', write('people.yaml', people)]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(flag)]);
  });

  it('accepts what its JSON Schema accepts', () => {
    const isValid = new Ajv({ strict: false, validateFormats: false }).compile(seedSchema);
    expect(
      isValid({ events: [{ id: 'evt_1', participants: [{ id: 'ptp_1', custom_form_fields: { a: [1] } }] }] }),
    ).toBe(true);
    expect(isValid({ events: [{ id: 'evt_1', particpants: [] }] })).toBe(false);
  });
});

describe('sandbox exec --manifest', () => {
  const manifest = 'scopes: [event.read]\ndeclared_webhook_event_types: [application.approved]\n';

  it('refuses a scope outside of it, and grants one inside', async () => {
    const run = (scope: string) =>
      rig.run([
        'sandbox',
        'exec',
        '--manifest',
        write('m.yaml', manifest),
        ...inside(`revento login --scope "${scope}"`),
      ]);
    const outside = await run('event.read program.read');
    expect([outside.code, outside.stderr]).toEqual([
      1,
      expect.stringContaining('invalid_scope: the manifest does not declare program.read'),
    ]);
    expect((await run('event.read')).code).toBe(0);
  });

  it('delivers only the types in it, and says so', async () => {
    const app = await handler();
    const flags = ['--manifest', write('m.yaml', manifest), '--webhook-url', app.url, '--verbose'];
    const steps =
      'revento sandbox do reject --json; revento sandbox trigger application.rejected; revento sandbox trigger application.approved';
    const { code, stdout, stderr } = await rig.run(['sandbox', 'exec', ...flags, ...inside(steps)]);
    expect(code).toBe(0);
    expect(app.got.map(({ headers }) => headers['x-revento-event'])).toEqual([['application.approved']]);
    expect(stdout).toContain('"withheld": "the manifest does not declare application.rejected"');
    expect(stderr).toContain(
      'error: Revento would not deliver this: the manifest does not declare application.rejected.',
    );
    expect(stderr).toMatch(/sandbox .* application\.rejected not delivered/);
  });

  it.each([
    ['scope: [event.read]\n', 'm.yaml:1:1: scope is an unknown field; did you mean scopes?'],
    ['scopes:\n  - event.raed\n', 'm.yaml:2:5: scopes[0] must be'],
    ['declared_webhook_event_types: [application.aproved]\n', 'did you mean application.approved?'],
  ])('names the mistake in %j', async (text, mistake) => {
    const { code, stderr } = await rig.run(['sandbox', 'exec', '--manifest', write('m.yaml', text), '--', 'true']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(mistake)]);
  });

  it('takes a field that this tool does not know', async () => {
    const file = write('m.yaml', 'icon_url: https://example.org/i.png\n');
    expect((await rig.run(['sandbox', 'exec', '--manifest', file, '--', 'true'])).code).toBe(0);
  });
});

it('a login of a participant says that an organizer has to connect first', async () => {
  const { code, stderr } = await rig.run(['sandbox', 'exec', ...inside('revento login --user')]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('shows no consent form: An organizer has to connect the integration first.');
});

describe('sandbox trigger', () => {
  it('sends a made-up payload with --set, and says that the API does not know it', async () => {
    const app = await handler();
    await rig.sandbox(['--webhook-url', app.url]);
    const { code, stderr } = await rig.run(['sandbox', 'trigger', 'application.approved', '--set', 'data.status=odd']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('the API does not know it')]);
    expect(JSON.parse(String(app.got[0]?.body)).data.status).toBe('odd');
    const outside = await rig.run(['sandbox', 'trigger', 'application.approved', '--set', 'status=odd']);
    expect([outside.code, outside.stderr]).toEqual([2, expect.stringContaining('--set data.status=odd')]);
  });
});
