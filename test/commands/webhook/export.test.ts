import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookExport } from '../../../src/commands/webhook/export.ts';
import { RecordingScrubber } from '../../../src/pseudonyms/recording-scrubber.ts';
import { memory, run, type World } from '../../support/commands/deps.ts';
import { newSecret } from '../../support/webhook/delivery.ts';
import { recordedLine } from '../../support/webhook/recorded-line.ts';

const secret = newSecret();
const [plain, created, forged, broken, foreign] = [
  recordedLine('plain', { secret }),
  recordedLine('created', { secret, answers: [null, 201, 500] }),
  recordedLine('forged', { secret, reason: 'signature_mismatch', answers: [200] }),
  recordedLine('broken', { secret, answers: [500] }),
  recordedLine('foreign', { secret: newSecret() }),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revento-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Options = Partial<Parameters<typeof webhookExport.run>[0]>;
type Given = { readonly [Name in keyof Options]: Options[Name] | undefined };

/** What exporting these lines gives, and says. */
const exported = async (lines: readonly string[], options: Given = {}, world: World = {}) => {
  const file = join(folder, 'deliveries.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const rig = memory({ environmentSecrets: { webhook_secret: secret }, format: 'json', ...world });
  const { data, failure } = await run(
    webhookExport,
    { file, as: 'pytest', to: '3000', ...options } as Required<Options>,
    rig,
  );
  const [one] = data as { code: string }[];
  const tests = [...(one?.code ?? '').matchAll(/def test_\w+?_([a-z]+)\(\):\n.*\n.*assert (.*)/g)];
  const wanted = Object.fromEntries(
    tests.map(([, id, assertion]) => [id, assertion?.replace(/^.*\) (?:==|(?=<))/, '').trim()]),
  );
  return { code: one?.code ?? '', wanted, failure, notices: rig.notices.join('\n'), file };
};

describe('the tests of a recording', () => {
  it('ask for the status that the handler gave, or any 2xx if none did', async () => {
    const { code, wanted, notices } = await exported([plain, created]);
    expect(wanted).toEqual({ plain: '< 300', created: '201', body: '401' });
    expect(code).not.toContain(secret);
    expect(notices).toContain('hold');
    expect(notices.match(/warning: /g)).toHaveLength(1);
    expect(notices).toContain('webhook scrub');
  });

  it('say that a valid delivery was not acknowledged when it was recorded', async () => {
    const { wanted, notices } = await exported([plain, broken]);
    expect(wanted['broken']).toBe('500');
    expect(notices).toContain('note: 1 test expects 500 for a valid delivery');
  });

  it('leave out what was recorded as invalid; asked for, it is sent unchanged and must be rejected', async () => {
    const { wanted, notices } = await exported([plain, forged]);
    expect(Object.keys(wanted)).toEqual(['plain', 'body']);
    expect(notices).toContain('left out: 1 recorded as invalid (signature_mismatch)');
    const all = await exported([forged], { includeInvalid: true });
    expect(all.wanted).toEqual({ forged: '401' });
    expect(all.code).toContain(`"sha256=${'a'.repeat(64)}"`);
    expect(all.code).not.toContain('signed=body');
  });

  it('never sign a delivery whose recorded signature is by another secret, unless asked to', async () => {
    const { wanted, notices } = await exported([plain, foreign]);
    expect(Object.keys(wanted)).toEqual(['plain', 'body']);
    expect(notices).toContain('left out: 1 whose signature cannot be checked');
    expect((await exported([plain, foreign], { includeUnchecked: true })).wanted['foreign']).toBe('< 300');
    expect((await exported([foreign])).failure).toMatchObject({ code: 'failed' });
  });

  it('say that signatures could not be checked where no secret is configured', async () => {
    const { wanted, notices } = await exported([plain], {}, { environmentSecrets: {} });
    expect(Object.keys(wanted)).toEqual(['plain', 'body']);
    expect(notices).toContain('note: the recorded signatures were not checked');
  });

  it('are those of the named deliveries, sent to the named handler', async () => {
    const { code, wanted } = await exported([plain, created], {
      only: ['created'],
      to: "http://localhost:8080/it's?a=1",
    });
    expect(Object.keys(wanted)).toEqual(['created', 'body']);
    expect(code).toContain('"http://localhost:8080/it%27s?a=1"');
    expect((await exported([plain], { only: ['none'] })).failure).toMatchObject({ code: 'failed' });
  });

  it.each(['curl', 'pytest', 'vitest', 'go', 'phpunit', 'rspec', 'junit'])('are written in the form %s', async (as) => {
    const { code, failure } = await exported([plain], { as });
    expect(failure).toBeNull();
    expect(code).toContain('REVENTO_WEBHOOK_SECRET');
    expect(code).toContain('WEBHOOK_URL');
  });
});

it('of a scrubbed recording sign with the key of its file, and hold no data to warn of', async () => {
  const scrubber = new RecordingScrubber({ secrets: () => [secret] });
  const lines = [scrubber.head, await scrubber.line(plain, 1), await scrubber.line(created, 2)];
  const given = lines.filter((line) => line !== null);
  const { file_key: key } = JSON.parse(scrubber.head) as { file_key: string };
  const { code, wanted, notices, failure } = await exported(given, {}, { environmentSecrets: {} });
  expect(failure).toBeNull();
  expect(Object.values(wanted)).toEqual(['< 300', '201', '401']);
  expect(code).toContain(`os.environ.get("REVENTO_WEBHOOK_SECRET", "${key}")`);
  expect(notices).toBe('note: the recorded signatures were not checked: no signing secret is configured here');
  expect(await exported(given)).toMatchObject({ failure: null, notices: '' });
  const mixed = await exported([plain, ...given]);
  expect(mixed.notices).toContain("holds attendees' data as received");
});

it('without --as names the forms', async () => {
  const { failure } = await exported([plain], { as: undefined });
  expect(failure).toMatchObject({ code: 'usage' });
  expect(failure?.facts.hint).toContain('curl, pytest, vitest, go, phpunit, rspec, junit');
});

describe('--out', () => {
  it('does not replace a file, which may have been edited, without --force', async () => {
    const out = join(folder, 'test_webhook.py');
    writeFileSync(out, 'edited');
    const { failure } = await exported([plain], { out });
    expect(failure).toMatchObject({ code: 'usage', message: `${out} already exists. Nothing was written.` });
    expect((await exported([plain], { out, force: true })).failure).toBeNull();
  });

  it('names the class where a test needs one, and warns of a name that the framework does not find', async () => {
    const java = await exported([plain], { as: 'junit', out: join(folder, 'DeliveriesTest.java') });
    expect(java.code).toContain('class DeliveriesTest {');
    expect(java.notices).not.toContain('finds only');
    const python = await exported([plain], { out: join(folder, 'deliveries.py') });
    expect(python.notices).toContain('note: pytest finds only files with names like test_webhook.py');
  });
});
