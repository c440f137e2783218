import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tracesIn } from '../../../../src/commands/shared/certify/traces.ts';
import { People } from '../../../../src/commands/shared/privacy/people.ts';
import { markerOf, readMarker } from '../../../../src/privacy/marker.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'traces-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const marker = (kind: 'email' | 'refresh_token', index: number) => markerOf({ kind, slot: 0, seed: 1, index });
/** Participant 7 has revoked. */
const people = () =>
  new People(async (markers) => ({
    canaries: true,
    owners: markers.map((text) => {
      const index = readMarker(text)?.index ?? 0;
      return { participant_id: `ptp_${index}`, name: 'Ada', event_id: 'evt 1', is_revoked: index === 7 };
    }),
  }));

type Moment = Parameters<typeof tracesIn>[1]['moment'];
interface Seeing {
  readonly answer?: { readonly status: number; readonly text: string };
  readonly moment?: Moment;
}

function look(places: readonly string[], { answer, moment = 'in use' }: Seeing = {}) {
  const asked: string[] = [];
  const http = async ({ url }: { readonly url: string }) => {
    asked.push(url);
    return { status: answer?.status ?? 200, headers: [], body: Buffer.from(answer?.text ?? ''), notices: [] };
  };
  const { signal } = new AbortController();
  const kept = tracesIn(places, { eventId: 'evt 1', people: people(), http: http as never, signal, moment });
  return { kept, asked };
}

it('finds people and tokens in files and directories, also packed, and says where', async () => {
  mkdirSync(join(folder, 'data/logs'), { recursive: true });
  writeFileSync(join(folder, 'data/app.db'), `one\n${marker('email', 7)}`);
  writeFileSync(join(folder, 'data/logs/old.gz'), gzipSync(marker('email', 2)));
  writeFileSync(join(folder, 'tokens.json'), `{"refresh_token":"${marker('refresh_token', 0)}"}`);
  const { traces, ...rest } = await look([join(folder, 'data'), join(folder, 'tokens.json')]).kept;
  expect(rest).toEqual({ problem: null, hasFiles: true });
  expect(traces).toEqual([
    { shown: `email of ptp_7 (${folder}/data/app.db, line 2)`, isSecret: false, eventId: 'evt 1', isRevoked: true },
    {
      shown: `email of ptp_2 (${folder}/data/logs/old.gz, line 1)`,
      isSecret: false,
      eventId: 'evt 1',
      isRevoked: false,
    },
    {
      shown: `refresh_token of login 1 (${folder}/tokens.json, line 1)`,
      isSecret: true,
      eventId: null,
      isRevoked: false,
    },
  ]);
});

it('reads a page of the integration, for the event', async () => {
  const answer = { status: 200, text: marker('email', 7) };
  const { kept, asked } = look(['http://localhost:1/people?event={event}'], { answer });
  const traces = [expect.objectContaining({ shown: 'email of ptp_7 (/people, line 1)' })];
  expect(await kept).toEqual({ traces, problem: null, hasFiles: false });
  expect(asked).toEqual(['http://localhost:1/people?event=evt%201']);
});

const nothing = { traces: [], problem: null, hasFiles: false };
const page = ['http://localhost:1/people'];

it('takes what is gone after a deletion for empty', async () => {
  const answer = { status: 404, text: '{}' };
  expect(await look(page, { answer, moment: 'deleted' }).kept).toEqual(nothing);
  expect(await look([join(folder, 'app.db')], { moment: 'deleted' }).kept).toEqual(nothing);
});

it.each<[string, readonly string[], Seeing, RegExp]>([
  ['a path that does not exist', [join(tmpdir(), 'no-such-data')], {}, /no-such-data: there is no such file$/],
  ['a page that fails', page, { answer: { status: 500, text: '' } }, /^cannot read \/people: it was answered 500$/],
  ['a page that is not there yet', page, { answer: { status: 404, text: '' } }, /it was answered 404$/],
  ['a busy page', page, { answer: { status: 429, text: '' }, moment: 'deleted' }, /it was answered 429$/],
])('does not call %s clean', async (_, places, seeing, problem) => {
  expect(await look(places, seeing).kept).toEqual({ ...nothing, problem: expect.stringMatching(problem) });
});

it('looks at everything, whatever else cannot be read', async () => {
  writeFileSync(join(folder, 'a.zst'), Buffer.from('28b52ffd2000000000000000', 'hex'));
  writeFileSync(join(folder, 'tokens.json'), marker('refresh_token', 0));
  const { traces, problem } = await look([join(tmpdir(), 'no-such-data'), folder]).kept;
  expect(traces).toMatchObject([{ shown: `refresh_token of login 1 (${folder}/tokens.json, line 1)` }]);
  expect(problem).toMatch(/no-such-data: there is no such file$/);
});

it('does not take an empty directory for a place where tokens would be seen', async () => {
  writeFileSync(join(folder, 'empty'), '');
  expect(await look([folder]).kept).toEqual(nothing);
});

it.skipIf(process.platform !== 'linux')('finds what is in files whose names are not UTF-8 (needs Linux)', async () => {
  const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);
  mkdirSync(odd);
  writeFileSync(Buffer.concat([odd, Buffer.from('/na'), Buffer.from([0xef]), Buffer.from('ve')]), marker('email', 7));
  writeFileSync(Buffer.concat([odd, Buffer.from('/plain')]), marker('email', 2));
  const { traces, problem } = await look([folder]).kept;
  expect(problem).toBeNull();
  expect(traces.map(({ shown }) => shown)).toEqual([
    `email of ptp_7 (${folder}/caf\\xe9/na\\xefve, line 1)`,
    `email of ptp_2 (${folder}/caf\\xe9/plain, line 1)`,
  ]);
});
