import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

const rig = new ProgramRig();
const preload = join(import.meta.dirname, '../../support/program/preload/loaded-files.cjs');

beforeAll(async () => {
  const answer = {
    access_token: `rev_install_${'a'.repeat(40)}`,
    refresh_token: `rev_refresh_${'b'.repeat(40)}`,
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_expires_in: 7_776_000,
    scope: 'event.read participants.read program.read',
    event_id: 'evt_1',
    organization_id: 'org_1',
  };
  const env = { REVENTO_CLIENT_ID: 'client' };
  expect(await rig.run(['login', '--with-token'], { env, input: JSON.stringify(answer) })).toMatchObject({ code: 0 });
});
afterAll(() => rig.close());

/** What a run loads whose output goes into a file: our chunks, without their hashes, and Node's own modules. */
async function loadedBy(line: string): Promise<{ chunks: readonly string[]; modules: readonly string[] }> {
  const list = join(rig.home, 'loaded.json');
  const output = openSync(join(rig.home, 'output'), 'w');
  const env = {
    NODE_OPTIONS: `--require "${preload}"`,
    REVENTO_TEST_LOADED: list,
    // Node itself loads the files then.
    NODE_DISABLE_COMPILE_CACHE: '1',
  };
  const ended = await rig.run(line.split(' '), { env, stdout: output });
  closeSync(output);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const { files, modules } = JSON.parse(readFileSync(list, 'utf8')) as Record<'files' | 'modules', readonly string[]>;
  const chunks = files.flatMap((file) => /[/\\]dist[/\\](.*?)(?:-[\w-]{8})?\.cjs$/.exec(file)?.[1] ?? []);
  return { chunks: chunks.sort(), modules };
}

const streams = ['stream', 'net', 'tty'];
const others = ['http', 'https', 'http2', 'tls', 'child_process', 'worker_threads', 'readline', 'zlib'];

it.each([
  ['--version', [], [...streams, ...others, 'crypto']],
  ['--help', ['help', 'main', 'rolldown-runtime', 'start'], [...streams, ...others, 'crypto']],
  [
    'participants list --help',
    ['esm', 'help', 'list', 'main', 'rolldown-runtime', 'start'],
    [...streams, ...others, 'crypto'],
  ],
  [
    'webhook listen --help',
    ['defaults', 'esm', 'help', 'listen', 'main', 'rolldown-runtime', 'start'],
    [...streams, ...others, 'crypto'],
  ],
  [
    'status',
    ['esm', 'main', 'profile-names', 'rolldown-runtime', 'start', 'status', 'store', 'wire'],
    ['net', 'tty', ...others],
  ],
])('%s loads only what it uses', async (line, chunks, without) => {
  const loaded = await loadedBy(line);
  expect(loaded.chunks).toEqual(chunks);
  expect(without.filter((name) => loaded.modules.includes(name))).toEqual([]);
});
