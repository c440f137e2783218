import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingScrubber } from '../../src/pseudonyms/recording-scrubber.ts';
import type { Recorded } from '../../src/webhook/recorded-line.ts';
import { parseRecording } from '../../src/webhook/recording.ts';
import { recordedLine } from '../support/webhook/recorded.ts';
import { dataOf, failureOf, lineOf, scrubbed, scrubber, secret } from '../support/webhook/scrubbed.ts';
import { survivorsIn } from '../support/webhook/survivors.ts';

/** Texts in many scripts, long enough that none comes back by chance. */
const script = (from: number, to: number) =>
  fc.string({
    unit: fc.integer({ min: from, max: to }).map((code) => String.fromCodePoint(code)),
    minLength: 6,
    maxLength: 30,
  });
const words = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéřßÅ '),
  minLength: 9,
  maxLength: 60,
});
const personal = fc.oneof(
  words,
  script(0x410, 0x44f),
  script(0x4e00, 0x9fff),
  script(0x621, 0x64a),
  script(0xac00, 0xd7a3),
  script(0x1f600, 0x1f64f),
  fc.emailAddress(),
  fc.webUrl({ withQueryParameters: true }),
  fc.uuid(),
  fc.stringMatching(/^\+420 \d{3} \d{3} \d{3}$/),
  fc.stringMatching(/^(?:19|20)[0-9]{2}-0[1-9]-[12][0-9]$/),
  fc.stringMatching(/^usr_[a-z0-9]{8,20}$/),
  fc.string({ minLength: 10, maxLength: 40 }),
);
const field = fc.stringMatching(/^[a-z]{3,8}$/);
const value = fc.oneof(
  personal,
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: 10_000_000, max: 2 ** 50 }),
  fc.array(personal, { maxLength: 3 }),
);
const data = fc.record({
  custom_form_fields: fc.dictionary(field, value),
  name: personal,
  notes: value,
  more: fc.dictionary(field, value),
});

function leaves(one: unknown): readonly (string | number | boolean | null)[] {
  if (typeof one !== 'object' || one === null) return [one as string];
  return Object.values(one).flatMap(leaves);
}

/** JSON with every character escaped. */
const escaped = (text: string) =>
  `"${text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

const scriptOf = (text: string) =>
  ['Latin', 'Cyrillic', 'Greek', 'Han', 'Hangul', 'Arabic'].filter((name) =>
    new RegExp(`\\p{Script=${name}}`, 'u').test(text),
  );

describe('a scrubbed recording', () => {
  it('has no text of the original left, in any encoding', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 3 }), personal, async (all, agent) => {
        const header = agent.replace(/[^ -~]/g, '_').trim();
        const lines = all.map((one) =>
          lineOf(one, {
            headers: [
              ['User-Agent', header],
              ['Cookie', `session=${header}`],
            ],
          }),
        );
        const texts = [...all.flatMap(leaves), header]
          .map(String)
          .filter((text) => /[^\s\p{P}\p{S}_]{3}|\p{So}{3}/u.test(text) && text.trim().length >= 8);
        expect(survivorsIn(await scrubbed(lines), texts)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps which values are equal, their types, lengths and scripts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(data, { minLength: 2, maxLength: 3 }), async (all) => {
        const made = (await parseRecording(await scrubbed(all.map((one) => lineOf(one))))).deliveries.map(dataOf);
        const [before, after] = [leaves(all), leaves(made)];
        expect(after.length).toBe(before.length);
        const pairs = before.map((one, index) => [one, after[index]] as const);
        for (const [one, other] of pairs) {
          expect(other === null ? null : typeof other).toBe(one === null ? null : typeof one);
          if (typeof one !== 'string' || typeof other !== 'string') continue;
          const isMail = /^[^\s@]+@[^\s@]+$/.test(one) || one.includes('://');
          if (!isMail) expect([...other].length).toBe([...one].length);
          if (!isMail) expect(scriptOf(other)).toEqual(scriptOf(one));
        }
        const texts = pairs.filter(([one]) => typeof one === 'string' || typeof one === 'number');
        const there = new Map(texts.map(([one, other]) => [one, other]));
        const back = new Map(texts.map(([one, other]) => [other, one]));
        for (const [one, other] of texts) expect([there.get(one), back.get(other)]).toEqual([other, one]);
      }),
      { numRuns: 60 },
    );
  });

  it('verifies with the key in its first line, and says that the key is not a secret', async () => {
    const text = await scrubbed([lineOf({ name: 'Alice Novak' }), lineOf({ name: 'Bob Stone' })]);
    const head = JSON.parse(text.split('\n')[0] ?? '') as { type: string; file_key: string; note: string };
    expect(head).toMatchObject({ type: 'scrubbed', note: expect.stringContaining('made up') as string });
    const { deliveries, warnings } = await parseRecording(text);
    expect(warnings).toEqual([]);
    expect(deliveries.map((one) => [one.scrubbed?.fileKey, failureOf(one)])).toEqual([
      [head.file_key, null],
      [head.file_key, null],
    ]);
  });

  it('shows every changed byte', async () => {
    const text = await scrubbed([lineOf({ name: 'Alice Novak', custom_form_fields: { diet: 'no nuts at all' } })]);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const { deliveries, warnings, foreign } = await parseRecording(changed.toString('utf8'));
      expect([at, warnings.length > 0 || foreign !== null || deliveries.length !== 1]).toEqual([at, true]);
    }
  });

  it('can be scrubbed again, and verifies again with a new key', async () => {
    const once = await scrubbed([lineOf({ name: 'Alice Novak' })]);
    const twice = await scrubbed(once.trimEnd().split('\n'));
    const [first, second] = [
      (await parseRecording(once)).deliveries[0],
      (await parseRecording(twice)).deliveries[0],
    ] as [Recorded, Recorded];
    expect(failureOf(second)).toBeNull();
    expect(second.scrubbed?.fileKey).not.toBe(first.scrubbed?.fileKey);
    expect(second.scrubbed?.isChecked).toBe(true);
    const elsewhere = await parseRecording(await scrubbed(once.trimEnd().split('\n'), scrubber([])));
    expect(elsewhere.deliveries.map(failureOf)).toEqual([null]);
    expect(elsewhere.deliveries[0]?.scrubbed?.isChecked).toBe(false);
  });

  it('is read as it was sealed, whatever the names, escapes and numbers of its lines', async () => {
    const name = fc.oneof(fc.stringMatching(/^[0-9]{1,4}$/), fc.constantFrom('x-\u00ec', '__proto__', 'constructor'));
    const number = fc.constantFrom('7.40', '1e2', '-0', '12345678901234567890');
    const one = fc.record({ header: name, member: name, number, value: fc.string({ unit: 'binary', maxLength: 9 }) });
    await fc.assert(
      fc.asyncProperty(one, async ({ header, member, number: raw, value: text }) => {
        const line = lineOf({ name: text })
          .replace('"headers":{', `"headers":{${escaped(header)}:${JSON.stringify(text)},`)
          .replace(/\}$/, `,${escaped(member)}:[${raw},{${escaped(header)}:${escaped(text)}}]}`);
        const { deliveries, warnings } = await parseRecording(await scrubbed([line]));
        expect([warnings, deliveries.map(failureOf)]).toEqual([[], [null]]);
      }),
      { numRuns: 100 },
    );
  });

  it('has the words, types and times of the contract as they were', async () => {
    const at = '2026-05-01T10:00:00Z';
    const one = {
      id: 'app_1',
      status: 'waitlisted',
      approved_at: at,
      application_status: 'approved',
      role: 'speaker',
      capacity: 24,
    };
    const { deliveries } = await parseRecording(await scrubbed([lineOf(one)]));
    expect(dataOf(deliveries[0] as Recorded)).toEqual({ ...one, id: expect.stringMatching(/^app_\d$/) as string });
    expect(deliveries[0]).toMatchObject({ event: 'application.approved', receivedAt: 1_767_225_600_000 });
  });

  it('gives a person one name in all fields and lines', async () => {
    const lines = [
      { first_name: 'Alice', last_name: 'Novak', email: 'alice.novak@gmail.com' },
      { display_name: 'Alice Novak', guest: 'Alice Novak' },
    ];
    const { deliveries } = await parseRecording(await scrubbed(lines.map((one) => lineOf(one))));
    const [one, two] = deliveries.map(dataOf) as Record<string, string>[];
    expect(two?.['display_name']).toBe(`${one?.['first_name']} ${one?.['last_name']}`);
    expect(two?.['guest']).toBe(two?.['display_name']);
    expect(one?.['email']).toMatch(/\.example$/);
    expect(one?.['email']?.split('@')[0]).toBe(two?.['display_name']?.toLowerCase().replace(' ', '.'));
  });

  it('maps an id by one rule wherever it is, and keeps its prefix', async () => {
    const one = { id: 'app_77aa', user_id: 'usr_42', seen: ['usr_42'], custom_form_fields: { guest: 'usr_42' } };
    const { deliveries } = await parseRecording(await scrubbed([lineOf(one)]));
    const made = dataOf(deliveries[0] as Recorded) as typeof one;
    expect(made.user_id).toMatch(/^usr_\d\d$/);
    expect([made.seen[0], made.custom_form_fields.guest]).toEqual([made.user_id, made.user_id]);
  });

  it('keeps nothing that only looks like an id, a word of the contract, a scheme or a time', async () => {
    const one = {
      user_id: 'anna_novakova',
      nick: 'jana_1987',
      hint: 'pass_word1',
      status: 'vegetarian',
      role: 'novakova',
      link: 'jananovakova://open',
      born: '1987-04-12T08:15:47.918273Z',
    };
    const text = await scrubbed([lineOf(one)]);
    expect(survivorsIn(text, ['novakova', 'jana_1987', 'pass_word1', 'vegetarian', '918273'])).toEqual([]);
    const made = dataOf((await parseRecording(text)).deliveries[0] as Recorded) as typeof one;
    expect([made.user_id, made.nick, made.hint].join()).not.toMatch(/\b(?:anna|jana|pass)_/);
    expect(made.status).toMatch(/^[a-z]{10}$/);
    const url = 'http://127.0.0.1:3000';
    const forward = (path: string) => lineOf({}).replace('"forward":[]', `"forward":[{"url":"${url}${path}"}]`);
    expect(await scrubbed([forward('/webhooks/revento')])).toContain(`"${url}/webhooks/revento"`);
    expect(survivorsIn(await scrubbed([forward('/people/jana_novakova1987')]), ['jana_', 'novakova1987'])).toEqual([]);
  });

  it('has another key and other people each time', async () => {
    const lines = [lineOf({ name: 'Alice Novakova' })];
    const [one, two] = [await scrubbed(lines), await scrubbed(lines)];
    expect(one.split('\n')[0]).not.toBe(two.split('\n')[0]);
    expect((await parseRecording(one)).deliveries.map(dataOf)).not.toEqual(
      (await parseRecording(two)).deliveries.map(dataOf),
    );
  });

  it('leaves kept paths alone', async () => {
    const by = new RecordingScrubber({ kept: ['data.custom_form_fields.favorite_track'], secrets: () => [secret] });
    const text = await scrubbed([lineOf({ custom_form_fields: { favorite_track: 'Robotics', diet: 'Robotics' } })], by);
    const { deliveries } = await parseRecording(text);
    const made = dataOf(deliveries[0] as Recorded) as { custom_form_fields: Record<string, string> };
    expect(made.custom_form_fields['favorite_track']).toBe('Robotics');
    expect(made.custom_form_fields['diet']).not.toBe('Robotics');
    expect(failureOf(deliveries[0] as Recorded)).toBeNull();
  });

  it('replaces a body that is not JSON as a whole', async () => {
    const bodies = ['name=Alice+Novak&mail=alice@novak.cz', Buffer.from([0xff, 0xfe, ...Buffer.from('Alice Novak')])];
    const by = scrubber();
    const text = await scrubbed(
      bodies.map((body) => recordedLine({ secret, body })),
      by,
    );
    expect(survivorsIn(text, ['Alice', 'Novak', 'alice@novak.cz'])).toEqual([]);
    expect(by.tally.replacedBodies).toBe(2);
    const { deliveries } = await parseRecording(text);
    expect(deliveries.map(({ body }) => body.length)).toEqual(bodies.map((body) => Buffer.from(body).length));
    expect(deliveries.map(failureOf)).toEqual([null, null]);
  });
});

it('keeps as a reason, and as the error of a handler, only what a listener writes there', async () => {
  const line = (reason: string, error: string) =>
    lineOf({}, { reason }).replace('"forward":[]', `"forward":[{"url":null,"status":null,"error":"${error}"}]`);
  const own = ['signature_mismatch', 'stale_timestamp', 'connect_timeout', 'wrong_protocol'];
  for (const word of own) expect(await scrubbed([line(word, word)])).toContain(`"error":"${word}"`);
  for (const word of own.slice(0, 2)) expect(await scrubbed([line(word, 'dns')])).toContain(`"reason":"${word}"`);
  const text = await scrubbed([line('novakova', 'jana_novakova')]);
  expect(survivorsIn(text, ['novakova', 'jana_novakova'])).toEqual([]);
});

it.each([
  ['events of another program', ['{"type":"message","text":"hello"}', '{"type":"user"}']],
  ['deliveries that are all altered', [lineOf({}).replace('"verified":true', '"verified":true,"scrubbed":{}')]],
])('is not made of %s', async (_name, lines) => {
  const by = scrubber();
  await scrubbed(lines, by);
  expect(by.foreign()).toMatch(/^line 1 is /);
});

it('is made of the lines of a listener that got no deliveries', async () => {
  const by = scrubber();
  await scrubbed(['{"type":"ready","url":"http://127.0.0.1:1"}', '{"type":"summary"}'], by);
  expect(by.foreign()).toBeNull();
});
