import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revento, root } from '../../support/program/build.ts';

/** The build that this test run made. */
const built = join(dirname(revento), '../dist');
const compiled = [
  ...readFileSync(join(built, 'THIRD-PARTY-NOTICES.txt'), 'utf8').matchAll(/^(\S+) (\d\S*) \((.+)\)$/gm),
].map(([, name = '', version = '', license = '']) => ({ name, version, license }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-audit-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The SHA-256 of each file below a directory, by its path. */
function hashesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  return Object.fromEntries(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

/** `.ci/audit.mjs` with an npm that reports this. */
function audit(report: object) {
  const fake = `#!${process.execPath}\nconsole.log(${JSON.stringify(JSON.stringify(report))}); process.exit(1);\n`;
  writeFileSync(join(directory, 'npm'), fake, { mode: 0o755 });
  const env = { PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` };
  const { status, stdout } = spawnSync(process.execPath, ['.ci/audit.mjs'], { cwd: root, env, encoding: 'utf8' });
  return { status, stdout };
}
const vulnerable = (name: string) => ({ vulnerabilities: { [name]: { name, severity: 'high', range: '<99' } } });

describe('the audit of the packages', () => {
  it.each(['@napi-rs/keyring', compiled[0]?.name ?? ''])('fails for a vulnerability in %s, which users get', (name) => {
    expect(audit(vulnerable(name))).toEqual({
      status: 1,
      stdout: `audit: ${name} <99: high, in what users get\n`,
    });
  });

  it('names one in a tool of ours, and does not fail', () => {
    const { status, stdout } = audit(vulnerable('vitest'));
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('vitest <99: high, in a tool'),
    });
  });

  it('says so when the registry gives no advisories', () => {
    const { status, stdout } = audit({ message: 'this mirror has none' });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('not asked') });
  });
});

describe('what is compiled into the program', () => {
  it('is listed with its license, at the version of the lock file', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const locked = compiled.map(({ name }) => packages[`node_modules/${name}`]?.version);
    expect(compiled.length).toBeGreaterThan(5);
    expect(compiled.map(({ version }) => version)).toEqual(locked);
    expect(compiled.filter(({ license }) => license === '')).toEqual([]);
  });

  it('is listed in the SBOM, with the hashes of what npm installed, beside the optional module', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const { components } = JSON.parse(readFileSync(join(built, 'sbom.cdx.json'), 'utf8')) as { components: Part[] };
    interface Part {
      readonly name: string;
      readonly version: string;
      readonly scope: string;
      readonly purl: string;
      readonly hashes: readonly { readonly content: string }[];
    }
    const required = components.filter(({ scope }) => scope === 'required');
    expect(required.map(({ name, version }) => ({ name, version }))).toEqual(
      compiled.map(({ name, version }) => ({ name, version })),
    );
    expect(components.filter(({ scope }) => scope === 'optional').map(({ purl }) => purl)).toEqual([
      `pkg:npm/%40napi-rs/keyring@${packages['node_modules/@napi-rs/keyring'].version}`,
    ]);
    const locked = components.map(({ name }) => packages[`node_modules/${name}`].integrity);
    expect(
      components.map(({ hashes }) => `sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`),
    ).toEqual(locked);
  });
});

describe('the build', () => {
  it('gives the same bytes again, in another directory', () => {
    // Source maps name the sources from where they are, so it lies as deep as the build.
    const again = join(directory, 'dist');
    const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--out', again], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(hashesOf(again)).toEqual(hashesOf(built));
  }, 60_000);
});
