import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { withReason } from '../../support/program/needs.ts';
import { installPacked, succeed } from '../../support/program/packed.ts';

let directory: string;
let tarball: string;

beforeAll(() => {
  ({ directory, tarball } = installPacked(['vitest', 'typescript', '@types/node']));
  cpSync(join(root, 'examples'), join(directory, 'examples'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"name":"suite","private":true}');
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** jest brings 250 packages that nothing else here needs, so it is installed by its test. */
const registry = spawnSync('npm', ['view', 'jest@30', 'version'], { encoding: 'utf8' });
const lackOfJest = registry.status === 0 ? null : 'needs an npm registry, for jest';
if (lackOfJest !== null) process.stderr.write(`${lackOfJest}\n`);

describe('the suite of the examples', () => {
  it('passes under vitest', () => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const printed = succeed(
      process.execPath,
      [vitest, 'run', '--root', 'examples/vitest', '--reporter=tap'],
      directory,
    );
    expect(printed.match(/^ +ok /gm)?.length).toBeGreaterThanOrEqual(4);
    expect(printed).not.toContain('not ok');
  });

  it.skipIf(lackOfJest !== null)(
    withReason('passes under jest, in CommonJS', lackOfJest),
    () => {
      succeed(
        'npm',
        ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', 'with-jest', 'jest@30'],
        directory,
      );
      succeed('tar', ['-xzf', tarball, '-C', directory, '--one-top-level=unpacked'], directory);
      cpSync(join(directory, 'unpacked/package'), join(directory, 'with-jest/node_modules/revento'), {
        recursive: true,
      });
      cpSync(join(root, 'examples'), join(directory, 'with-jest/examples'), { recursive: true });
      const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--rootDir', 'examples/jest'];
      const { status, stderr } = spawnSync(process.execPath, [...jest, '--testMatch', '**/*.test.cjs'], {
        cwd: join(directory, 'with-jest'),
        encoding: 'utf8',
      });
      expect(stderr).toMatch(/Tests: +4 passed, 4 total/);
      // Nothing of the sandbox is left that would keep jest from ending.
      expect([status, stderr.includes('did not exit')]).toEqual([0, false]);
    },
    180_000,
  );
});

describe('the library', () => {
  it.each([
    ['node16', 'mts', 'import'],
    ['nodenext', 'mts', 'import'],
    ['nodenext', 'cts', 'import'],
    ['bundler', 'ts', 'import'],
  ])('has types for moduleResolution %s in .%s files', (resolution, extension) => {
    const file = `consumer-${resolution}.${extension}`;
    writeFileSync(
      join(directory, file),
      [
        "import { type Delivery, SandboxError, startSandbox } from 'revento/sandbox';",
        'export async function use(): Promise<Delivery | null | undefined> {',
        "  const sandbox = await startSandbox({ participants: 10, webhookUrl: 'http://127.0.0.1:9/' });",
        "  const [done] = await sandbox.do('approve');",
        '  // @ts-expect-error there is no such action',
        "  await sandbox.do('aprove');",
        "  await startSandbox({ seedFile: { events: [{ id: 'evt_1', participants: [{ first_name: 'Ada' }] }] } });",
        "  await startSandbox({ seedFile: 'people.yaml', manifest: { scopes: ['event.read'], icon_url: '' } });",
        '  // @ts-expect-error a field that does not exist',
        "  await startSandbox({ seedFile: { events: [{ id: 'evt_1', people: [] }] } });",
        '  // @ts-expect-error an option that does not exist',
        '  await startSandbox({ people: 3 });',
        "  try { await sandbox.clock.advance('10s'); } catch (error) { if (error instanceof SandboxError) return null; }",
        '  return done?.delivery;',
        '}',
      ].join('\n'),
    );
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--target', 'es2023', '--module', module, '--moduleResolution', resolution];
    succeed(process.execPath, [tsc, ...flags, '--types', 'node', file], directory);
  });

  it('is what publint and attw expect of a package', () => {
    succeed(process.execPath, [join(root, 'node_modules/publint/src/cli.js'), tarball, '--strict'], directory);
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    // Node before 12 alone resolves without exports, and cannot run it.
    succeed(
      process.execPath,
      [attw, tarball, '--profile', 'node16', '--exclude-entrypoints', './schemas/*'],
      directory,
    );
  });
});
