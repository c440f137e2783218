import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/library/public.ts';
import type {
  Manifest,
  SeedActivity,
  SeedClient,
  SeedData,
  SeedEvent,
  SeedParticipant,
} from '../../src/library/public-data.ts';
import { startSandbox } from '../../src/library/start-sandbox.ts';
import type { Manifest as CheckedManifest } from '../../src/sandbox/seed/manifest.ts';
import type {
  PinnedActivity,
  PinnedClient,
  PinnedEvent,
  PinnedPerson,
  SeedDocument,
} from '../../src/sandbox/seed/seed-document.ts';

const directory = mkdtempSync(join(tmpdir(), 'revento-own-data-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const running: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.close();
});

async function started(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  return sandbox;
}

function file(name: string, text: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function idsIn(sandbox: Sandbox): Promise<unknown> {
  const { access_token: token } = await sandbox.login();
  const answer = await fetch(`${sandbox.apiBase}/events/${sandbox.event}/participants`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { data } = (await answer.json()) as { readonly data: readonly { readonly id: string }[] };
  return data.map(({ id }) => id);
}

const data: SeedData = {
  seed: 7,
  events: [{ id: 'evt_test_published', participants: [{ id: 'ptp_ada', first_name: 'Ada' }], more_participants: 1 }],
};
const yaml =
  'seed: 7\nevents:\n  - id: evt_test_published\n    participants: [{ id: ptp_ada }]\n    more_participants: 1\n';

describe('test data of your own', () => {
  it.each([
    ['an object', data],
    ['a file in YAML', file('people.yaml', yaml)],
    ['a file in JSON', file('people.json', JSON.stringify(data))],
    ['a file in UTF-16', file('wide.yaml', Buffer.from(`\ufeff${yaml}`, 'utf16le'))],
    ['the URL of a file', pathToFileURL(file('by-url.yaml', yaml))],
  ])('comes from %s', async (_what, seedFile) => {
    expect(await idsIn(await started({ seedFile }))).toEqual(['ptp_ada', expect.stringMatching(/^ptp_/)]);
  });

  it('is made up by its own seed, unless the option gives another', async () => {
    const made = async (options: SandboxOptions) => await idsIn(await started(options));
    const ofFile = await made({ seedFile: data });
    expect(await made({ seedFile: { ...data, seed: 8 } })).not.toEqual(ofFile);
    expect(await made({ seedFile: { ...data, seed: 8 }, seed: 7 })).toEqual(ofFile);
  });

  it('does not change with the object afterward', async () => {
    const person = { id: 'ptp_ada', custom_form_fields: { answers: ['yes'] } };
    const sandbox = await started({ seedFile: { events: [{ id: 'evt_test_published', participants: [person] }] } });
    person.custom_form_fields.answers.push('no');
    expect(JSON.stringify(await sandbox.save())).toContain('{"answers":["yes"]}');
  });

  it('has a second integration', async () => {
    const sandbox = await started({ seedFile: { clients: [{ id: 'client_second', secret: 'a-secret-of-sixteen' }] } });
    const form = { client_id: 'client_second', client_secret: 'a-secret-of-sixteen', grant_type: 'refresh_token' };
    const body = new URLSearchParams({ ...form, refresh_token: 'unknown' });
    const answer = await fetch(`${sandbox.authBase}/oauth/token`, { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('is kept by save and load', async () => {
    const first = await started({ seedFile: data });
    const saved = JSON.parse(JSON.stringify(await first.save()));
    expect(await idsIn(await started({ load: saved }))).toEqual(await idsIn(first));
  });

  const wrong = 'seed: many\nevents:\n  - id: evt_1\n    participants: [{ emial: a@b }]\n';

  const refused: readonly (readonly [code: string, seedFile: unknown, lines: readonly string[]])[] = [
    [
      'file',
      file('wrong.yaml', wrong),
      [
        `${join(directory, 'wrong.yaml')} is not a seed file; it has 2 mistakes:`,
        `${join(directory, 'wrong.yaml')}:1:1: seed must be a number, not "many"`,
        `${join(directory, 'wrong.yaml')}:4:22: events[0].participants[0].emial is an unknown field; did you mean email?`,
      ],
    ],
    [
      'invalid_option',
      { seed: 'many', events: [{ id: 'evt_1', participants: [{ emial: 'a@b' }] }] },
      [
        'seedFile is not a seed file; it has 2 mistakes:',
        'seed must be a number, not "many"',
        'events[0].participants[0].emial is an unknown field; did you mean email?',
      ],
    ],
    [
      'invalid_option',
      { events: [{ id: 'evt_1' }, { id: 'evt_1' }] },
      ['seedFile is not a seed file; it has a mistake:', 'events[1].id repeats the event evt_1'],
    ],
    [
      'file',
      join(directory, 'nowhere.yaml'),
      [`Cannot read ${join(directory, 'nowhere.yaml')}: there is no such file.`],
    ],
    ['file', directory, [`Cannot read ${directory}: it is a directory.`]],
    ['file', '', ['Cannot read "": there is no such file.']],
    ...[5, null, true, [], new Map(), () => 0, new URL('https://example.org/people.yaml'), { seed: 5n }].map(
      (value) =>
        ['invalid_option', value, ['seedFile must be the path of a file, or an object of plain JSON.']] as const,
    ),
  ];

  it.each(refused)('is refused with every mistake: %s %#', async (code, seedFile, lines) => {
    await expect(startSandbox({ seedFile } as SandboxOptions)).rejects.toMatchObject({
      name: 'SandboxError',
      code,
      message: lines.join('\n'),
    });
  });

  it('is refused beside a number of participants that it makes meaningless', async () => {
    await expect(startSandbox({ seedFile: data, participants: 3 })).rejects.toMatchObject({
      code: 'invalid_option',
      message: 'seedFile lists the participants of evt_test_published, so participants has no effect.',
    });
    expect(await idsIn(await started({ seedFile: { seed: 7 }, participants: 3 }))).toHaveLength(3);
  });
});

describe('a manifest', () => {
  const manifest: Manifest = { scopes: ['event.read'], declared_webhook_event_types: ['application.approved'] };

  it.each([
    ['an object', manifest],
    ['a file', file('manifest.yaml', 'scopes: [event.read]\ndeclared_webhook_event_types: [application.approved]\n')],
  ])('of %s narrows scopes and event types', async (_what, given) => {
    const sandbox = await started({ manifest: given, webhookUrl: 'http://127.0.0.1:9/' });
    expect((await sandbox.login()).scope).toBe('event.read');
    await expect(sandbox.login({ scope: ['program.read'] })).rejects.toMatchObject({ code: 'validation_error' });
    await expect(sandbox.trigger('application.rejected')).rejects.toMatchObject({ code: 'not_delivered' });
  });

  it('may have fields that this library does not know', async () => {
    await started({ manifest: { ...manifest, icon_url: 'https://example.org/i.png' } });
  });

  it('is refused with its mistakes', async () => {
    await expect(startSandbox({ manifest: { scope: ['event.read'] } })).rejects.toMatchObject({
      code: 'invalid_option',
      message: 'manifest is not a manifest; it has a mistake:\nscope is an unknown field; did you mean scopes?',
    });
  });
});

it('the types of the package have the fields that are checked, and take what was checked', () => {
  expectTypeOf<keyof SeedData>().toEqualTypeOf<keyof SeedDocument>();
  expectTypeOf<keyof SeedEvent>().toEqualTypeOf<keyof PinnedEvent>();
  expectTypeOf<keyof SeedParticipant>().toEqualTypeOf<keyof PinnedPerson>();
  expectTypeOf<keyof SeedActivity>().toEqualTypeOf<keyof PinnedActivity>();
  expectTypeOf<keyof SeedClient>().toEqualTypeOf<keyof PinnedClient>();
  expectTypeOf<SeedDocument>().toExtend<SeedData>();
  expectTypeOf<CheckedManifest>().toExtend<Manifest>();
});
