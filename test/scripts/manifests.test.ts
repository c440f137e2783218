import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formulaOf, scoopManifestOf } from '../../scripts/binaries/manifests.mjs';
import { lackOf, withReason } from '../support/program/needs.ts';

const url = 'https://files.example/revento';
const archives = ['darwin-arm64.tar.gz', 'linux-x64.tar.gz', 'linux-arm64.tar.gz', 'windows-x64.zip'];
const sums = new Map(archives.map((name, index) => [`revento-${name}`, String(index).repeat(64)]));
const noRuby = lackOf('ruby');

describe(withReason('the Homebrew formula', noRuby), () => {
  it.skipIf(noRuby !== null)('is Ruby, and names each archive with its own sum', () => {
    const formula = formulaOf('1.2.3', url, sums);
    expect(spawnSync('ruby', ['-c'], { input: formula, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const named = [...formula.matchAll(/url "([^"]+)"\s+sha256 "(\w+)"/g)].map(([, file, sum]) => [file, sum]);
    expect(named).toEqual(
      [...sums].filter(([name]) => name.endsWith('.tar.gz')).map(([name, sum]) => [`${url}/${name}`, sum]),
    );
  });
});

it('gives Scoop the archive for Windows with its sum', () => {
  expect(JSON.parse(scoopManifestOf('1.2.3', url, sums))).toMatchObject({
    version: '1.2.3',
    architecture: { '64bit': { url: `${url}/revento-windows-x64.zip`, hash: '3'.repeat(64) } },
    bin: 'revento.exe',
  });
});

it('refuses manifests of some targets before it builds anything', () => {
  const build = join(import.meta.dirname, '../../scripts/binaries/build.mjs');
  // Where it could not work in the first place.
  const env = { ...process.env, TMPDIR: '/nowhere', TEMP: '/nowhere', TMP: '/nowhere' };
  const { status, stderr } = spawnSync(process.execPath, [build, '--url', url, 'linux-x64'], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('error: --url needs all targets: linux-x64-musl, ')]);
});
