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

function look(places: readonly string[], answer: { readonly status: number; readonly text: string } | null = null) {
  const asked: string[] = [];
  const http = async ({ url }: { readonly url: string }) => {
    asked.push(url);
    return { status: answer?.status ?? 200, headers: [], body: Buffer.from(answer?.text ?? ''), notices: [] };
  };
  const { signal } = new AbortController();
  const traces = tracesIn(places, { eventId: 'evt 1', people: people(), http: http as never, signal });
  return { traces, asked };
}

it('finds people and tokens in files and directories, also packed, and says where', async () => {
  mkdirSync(join(folder, 'data/logs'), { recursive: true });
  writeFileSync(join(folder, 'data/app.db'), `one\n${marker('email', 7)}`);
  writeFileSync(join(folder, 'data/logs/old.gz'), gzipSync(marker('email', 2)));
  writeFileSync(join(folder, 'tokens.json'), `{"refresh_token":"${marker('refresh_token', 0)}"}`);
  const traces = await look([join(folder, 'data'), join(folder, 'tokens.json')]).traces;
  expect(traces).toEqual([
    { shown: `email of ptp_7 (${folder}/data/app.db, line 2)`, isSecret: false, isRevoked: true },
    { shown: `email of ptp_2 (${folder}/data/logs/old.gz, line 1)`, isSecret: false, isRevoked: false },
    { shown: `refresh_token of login 1 (${folder}/tokens.json, line 1)`, isSecret: true, isRevoked: false },
  ]);
});

it('reads a page of the integration, for the event', async () => {
  const { traces, asked } = look(['http://localhost:1/people?event={event}'], {
    status: 200,
    text: marker('email', 7),
  });
  expect(await traces).toMatchObject([{ shown: 'email of ptp_7 (/people, line 1)' }]);
  expect(asked).toEqual(['http://localhost:1/people?event=evt%201']);
});

it('takes a page that is gone for an empty one', async () => {
  expect(await look(['http://localhost:1/people'], { status: 404, text: '{}' }).traces).toEqual([]);
});

it.each([
  [
    'a path that does not exist',
    [join(tmpdir(), 'no-such-data')],
    null,
    /cannot read .*no-such-data: there is no such file/,
  ],
  ['a page that fails', ['http://localhost:1/people'], { status: 500, text: '' }, /\/people was answered 500/],
] as const)('does not call %s clean', async (_, places, answer, message) => {
  await expect(look(places, answer).traces).rejects.toThrow(message);
});
