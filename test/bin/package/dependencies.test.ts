import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';

const compiled = [
  ...readFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8').matchAll(/^(\S+) (\d\S*) \((.+)\)$/gm),
].map(([, name = '', version = '', license = '']) => ({ name, version, license }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-audit-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

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
});
