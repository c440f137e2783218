import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

const rig = new ProgramRig();
const preload = join(import.meta.dirname, '../../support/program/preload/loaded-files.cjs');

afterAll(() => rig.close());

/** Sources of the pages, besides what answers the first request of the console. */
const ofPages = /\/src\/(?:inspector|console|pages\/client)\/(?!page\.ts$)/;

/** The sources of pages that a run loaded, by the source maps of what it loaded. */
async function loadedOfPages(args: readonly string[]): Promise<readonly string[]> {
  const list = join(rig.home, 'loaded.json');
  const env = {
    NODE_OPTIONS: `--require "${preload}"`,
    // Node itself loads the files then.
    NODE_DISABLE_COMPILE_CACHE: '1',
    REVENTO_TEST_LOADED: list,
    REVENTO_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123456789abcdef',
  };
  const running = rig.start(args, { env });
  if (args.includes('-o')) await running.until('stdout', /"type":"ready"/);
  if (args.includes('-o')) running.kill('SIGINT');
  await running.ended;
  const { files } = JSON.parse(readFileSync(list, 'utf8')) as { readonly files: readonly string[] };
  const maps = files.map((file) => `${file}.map`).filter((map) => existsSync(map));
  const sources = maps.flatMap(
    (map) => (JSON.parse(readFileSync(map, 'utf8')) as { readonly sources: readonly string[] }).sources,
  );
  expect(sources.length).toBeGreaterThan(20);
  return sources.filter((source) => ofPages.test(source));
}

it.each(['--help', 'status', 'webhook listen --port 0 -o ndjson', 'sandbox start --port 0 -o ndjson'])(
  'nothing of a page is loaded by %s',
  async (line) => {
    expect(await loadedOfPages(line.split(' '))).toEqual([]);
  },
);

it('the page of a listener is loaded by --ui, and its script and style not before a browser asks', async () => {
  const loaded = await loadedOfPages(['webhook', 'listen', '--port', '0', '--ui-port', '0', '-o', 'ndjson']);
  expect(loaded.some((source) => source.endsWith('/inspector/server.ts'))).toBe(true);
  expect(loaded.filter((source) => /\/client\/|\/(?:assets|editor-script)\.ts$/.test(source))).toEqual([]);
});
