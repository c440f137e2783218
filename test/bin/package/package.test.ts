import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';

interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let directory: string;
let prefix: string;
let tarball: string;
let packed: Packed;

/** Whatever is run sees an empty home, an empty npm cache, no registry, and the Node these tests run on first. */
function run(command: string, args: readonly string[], cwd = directory) {
  return spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: [join(prefix, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: join(directory, 'home'),
      npm_config_cache: join(directory, 'cache'),
      npm_config_offline: 'true',
      npm_config_audit: 'false',
      npm_config_update_notifier: 'false',
    },
  });
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-package-'));
  prefix = join(directory, 'prefix');
  const pack = run('npm', ['pack', '--json', '--pack-destination', directory], root);
  if (pack.status !== 0) throw new Error(`npm pack ended with ${pack.status}: ${pack.stderr}`);
  // What the build prints goes to stdout as well, in front of the JSON.
  packed = JSON.parse(pack.stdout.slice(pack.stdout.search(/^\[/m)))[0];
  tarball = join(directory, packed.filename);
  const install = run('npm', ['install', '--global', '--prefix', prefix, tarball]);
  if (install.status !== 0) throw new Error(`npm install ended with ${install.status}: ${install.stderr}`);
}, 300_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the program, its man pages, and what every package holds', () => {
    const kinds = new Set(
      packed.files.map(({ path }) => path.replace(/^(bin|dist|dist\/library|dist\/man|schemas)\/[^/]+$/, '$1/…')),
    );
    const loose = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'].filter((file) =>
      existsSync(join(root, file)),
    );
    expect([...kinds].sort()).toEqual(
      [...loose, 'bin/…', 'dist/…', 'dist/library/…', 'dist/man/…', 'schemas/…'].sort(),
    );
  });

  it('holds code, its maps, and the licenses and the SBOM of what was compiled into it', () => {
    const inDist = packed.files.map(({ path }) => path).filter((path) => /^dist\/[^/]+$/.test(path));
    const others = inDist.filter((path) => !/\.cjs(\.map)?$/.test(path));
    expect(others.sort()).toEqual(['dist/THIRD-PARTY-NOTICES.txt', 'dist/sbom.cdx.json']);
  });

  it('is as large as the documentation says', () => {
    const megabytes = `${Math.round(packed.size / 1e6)} MB`;
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`The package is ${megabytes}.`);
    const [, page, all] =
      /The page adds about (\d+) KB to the package of (\d+ MB)/.exec(
        readFileSync(join(root, 'docs/webhooks.md'), 'utf8'),
      ) ?? [];
    const ofPage = packed.files.filter(({ path }) =>
      /^dist\/(?:inspector-page|editor-script|assets)-.*\.cjs$/.test(path),
    );
    const zipped = ofPage
      // The console has files of the same name.
      .filter(({ path }) => !readFileSync(join(root, `${path}.map`), 'utf8').includes('/src/console/'))
      .reduce((sum, { path }) => sum + gzipSync(readFileSync(join(root, path))).length, 0);
    expect([all, Math.round(zipped / 20_000) * 20]).toEqual([megabytes, Number(page)]);
  });

  it('runs nothing when it is installed', () => {
    // `prepare` builds a checkout; npm does not run it for a package that is installed.
    const hooks = ['preinstall', 'install', 'postinstall', 'preuninstall', 'postuninstall'];
    expect(Object.keys(manifest.scripts).filter((script) => hooks.includes(script))).toEqual([]);
  });

  it('needs no other package, and asks for one optional one', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['@napi-rs/keyring']);
    expect(manifest.bundleDependencies ?? []).toEqual([]);
  });

  it('contains nothing about the machine it was built on', () => {
    const installed = join(prefix, 'lib/node_modules/revento/dist');
    const telling = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(cjs|map|1|txt)$/.test(file))
      .filter((file) => readFileSync(join(installed, file), 'utf8').includes(root));
    expect(telling).toEqual([]);
  });
});

describe('installed offline into an empty prefix', () => {
  it('answers with its version', () => {
    expect(run('revento', ['--version'])).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('shows its help', () => {
    const { status, stdout } = run('revento', ['help']);
    expect(status).toBe(0);
    expect(stdout).toContain('revento COMMAND [options]');
  });

  it('has the commands of the reference, and no others', () => {
    const written = [...readFileSync(join(root, 'docs/reference.md'), 'utf8').matchAll(/^### revento (.+)$/gm)];
    const offered = (words: readonly string[]): string[] => {
      const { stdout } = run('revento', ['__complete', '--current=', ...words]);
      const lines = stdout.split('\n').slice(1).filter(Boolean);
      return lines.map((line) => [...words, line.replace(/\t.*$/, '')].join(' '));
    };
    const groups = new Set(written.map(([, name = '']) => name.split(' ')).filter((words) => words.length > 1));
    const members = [...new Set([...groups].map(([first = '']) => first))];
    const found = [...offered([]), ...members.filter((group) => group !== 'help').flatMap((group) => offered([group]))];
    const topics = offered(['help']).map((topic) => topic.replace('help ', ''));
    const isTopic = (name: string) => name.startsWith('help ') && topics.includes(name.slice(5));
    const commands = found.filter((name) => !members.includes(name) || name === 'token');
    const names = written.map(([, name = '']) => name);
    expect(names.filter((name) => !isTopic(name)).sort()).toEqual([...new Set(commands)].sort());
  });

  it('logs in and reads the API in a sandbox', () => {
    const script = 'revento login && revento participants list --limit 3 -o json';
    const { status, stdout, stderr } = run('revento', ['sandbox', 'exec', '--', 'sh', '-c', script]);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout.slice(stdout.search(/^\[/m)))).toHaveLength(3);
  });

  it('filters with jq, which is compiled in', () => {
    const { status, stdout } = run('revento', ['help', 'exit-codes', '-o', 'json', '--jq', '.[0].status']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0\n' });
  });

  it('leaves the place it was installed to as it was', () => {
    const installed = join(prefix, 'lib/node_modules');
    const before = readdirSync(installed, { recursive: true, encoding: 'utf8' }).sort();
    run('revento', ['config', 'set', 'default_event', 'evt_x']);
    run('revento', ['status']);
    expect(readdirSync(installed, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
  });

  it('brings its man pages', () => {
    const pages = readdirSync(join(prefix, 'share/man/man1'));
    expect(pages.sort()).toEqual(readdirSync(join(prefix, 'lib/node_modules/revento/dist/man')).sort());
    expect(pages).toContain('revento-login.1');
  });
});

it('runs by npx from the tarball', () => {
  const { status, stdout, stderr } = run('npx', ['--yes', '--package', tarball, 'revento', '--version']);
  expect({ status, stdout, stderr: status === 0 ? '' : stderr }).toEqual({
    status: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  });
});
