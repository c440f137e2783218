import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selfSigned } from '../support/http/certificate.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'scripts/binaries/install.sh');
const names = ['linux-x64', 'linux-x64-musl', 'linux-arm64', 'darwin-arm64'].map((target) => `revento-${target}`);

/** What `ldd --version` does where programs use musl, and where they use the C library of GNU. */
const musl = 'echo "musl libc (x86_64)" >&2; exit 1';
const glibc = 'echo "ldd (Debian GLIBC 2.36-9+deb12u10) 2.36"';

type Words = Readonly<Record<string, string>>;

let work: string;
let server: Server;
let source: string;
let prefix: string;

/** Archives as `npm run build:binaries` makes them, whose program only says its version, at a URL. */
function release(version: string, program = `#!/bin/sh\necho ${version}\n`): void {
  const sums = names.map((name) => {
    mkdirSync(join(work, name), { recursive: true });
    writeFileSync(join(work, name, 'revento'), program, { mode: 0o755 });
    writeFileSync(join(work, name, 'revento-keyring.node'), '');
    execFileSync('tar', ['-czf', `${name}.tar.gz`, name], { cwd: work });
    const sum = createHash('sha256').update(readFileSync(join(work, `${name}.tar.gz`)));
    return `${sum.digest('hex')}  ${name}.tar.gz\n`;
  });
  writeFileSync(join(work, 'SHA256SUMS'), sums.join(''));
}

/** Puts a program first on the PATH of the installer. */
function shadow(name: string, text: string): void {
  writeFileSync(join(work, 'first', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function install(from = source, more: Words = {}): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const path = `${join(work, 'first')}:${process.env['PATH']}`;
    const env = { PATH: path, HOME: join(work, 'home'), TMPDIR: join(work, 'tmp'), ...more };
    const child = execFile('sh', [script, from, prefix], { env, cwd: work }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'revento-install-'));
  for (const name of ['home', 'tmp', 'first']) mkdirSync(join(work, name));
  prefix = join(work, 'home/.local');
  server = createServer(({ url = '' }, response) => {
    const path = join(work, url);
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  release('1.0.0');
});
afterEach(() => {
  server.close();
  rmSync(work, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('install.sh', () => {
  it('installs from a URL, replaces what is there, and says how to remove all of it', async () => {
    const first = await install();
    expect([first.status, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain(`Installed revento 1.0.0 as ${prefix}/bin/revento`);
    expect(first.stdout).toContain(`export PATH="${prefix}/bin:$PATH"`);
    release('1.0.1');
    expect((await install()).stdout).toContain('Installed revento 1.0.1');
    expect(execFileSync(join(prefix, 'bin/revento'), { encoding: 'utf8' })).toBe('1.0.1\n');
    const [, remedy = ''] = /^To remove it: (.*)$/m.exec(first.stdout) ?? [];
    execFileSync('sh', ['-c', remedy]);
    expect(readdirSync(prefix, { recursive: true }).sort()).toEqual(['bin', 'lib']);
    expect(readdirSync(join(work, 'tmp'))).toEqual([]);
  });

  it('installs from a directory', async () => {
    expect(await install(work)).toMatchObject({ status: 0, stderr: '' });
  });

  it('installs nothing whose checksum is another', async () => {
    for (const name of names) writeFileSync(join(work, `${name}.tar.gz`), 'forged');
    const { status, stderr } = await install();
    expect([status, stderr]).toEqual([1, expect.stringContaining('is not what SHA256SUMS says')]);
    expect(existsSync(prefix)).toBe(false);
  });

  it('installs nothing without a checksum, or without the archive', async () => {
    writeFileSync(join(work, 'SHA256SUMS'), `${'0'.repeat(64)}  revento-other.tar.gz\n`);
    expect(await install()).toMatchObject({ status: 1, stderr: expect.stringContaining('does not name revento-') });
    release('1.0.0');
    for (const name of names) rmSync(join(work, `${name}.tar.gz`));
    expect(await install()).toMatchObject({ status: 1, stderr: expect.stringContaining('could not be fetched') });
    expect(existsSync(prefix)).toBe(false);
  });

  it('follows an address with http elsewhere, but never one with https to http', async () => {
    const { key, cert, certFile } = selfSigned('localhost', work);
    const redirect: RequestListener = ({ url = '' }, response) =>
      response.writeHead(302, { location: `${source}${url}` }).end();
    const [open, secure] = [createServer(redirect), createSecureServer({ key, cert }, redirect)];
    for (const one of [open, secure]) await once(one.listen(0, '127.0.0.1'), 'listening');
    const [from, secureFrom] = [open, secure].map((one) => (one.address() as AddressInfo).port);
    const { status, stderr } = await install(`https://localhost:${secureFrom}`, { CURL_CA_BUNDLE: certFile });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/"http" not supported|http.* disabled/)]);
    expect(existsSync(prefix)).toBe(false);
    expect(await install(`http://127.0.0.1:${from}`)).toMatchObject({ status: 0, stderr: '' });
    for (const one of [open, secure]) one.close();
  });

  it('keeps what works when the new program does not run on this machine', async () => {
    const first = await install();
    release('1.0.1', '#!/nowhere/interpreter\n');
    const { status, stdout, stderr } = await install();
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining('does not run on this machine')]);
    expect(first.status).toBe(0);
    expect(execFileSync(join(prefix, 'bin/revento'), { encoding: 'utf8' })).toBe('1.0.0\n');
    expect(readdirSync(join(prefix, 'lib'))).toEqual(['revento']);
  });

  it('has no file for arm64 with musl', async () => {
    shadow('uname', 'case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac');
    shadow('ldd', musl);
    const { status, stderr } = await install();
    expect([status, stderr]).toEqual([1, expect.stringContaining('with musl; install the npm package instead')]);
    expect(existsSync(prefix)).toBe(false);
  });

  it.each([
    ['musl is its only C library', musl, 'linux-x64-musl'],
    ['musl is beside its own C library', glibc, 'linux-x64'],
  ])('takes the file for a machine on which %s', async (_which, ldd, target) => {
    shadow('uname', 'case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac');
    shadow('ls', 'exit 0');
    shadow('ldd', ldd);
    for (const name of names) if (!name.endsWith(target)) rmSync(join(work, `${name}.tar.gz`));
    expect(await install()).toMatchObject({ status: 0, stderr: '' });
  });

  it('says what the file for musl needs where that does not start', async () => {
    shadow('uname', 'case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac');
    shadow('ldd', musl);
    release('1.0.0', '#!/bin/sh\necho "Error loading shared library libstdc++.so.6" >&2\nexit 127\n');
    const { status, stderr } = await install();
    expect([status, stderr]).toEqual([1, expect.stringContaining('apk add libstdc++')]);
    expect(existsSync(join(prefix, 'bin/revento'))).toBe(false);
  });

  it('has a program in place at every moment of an update', async () => {
    await install();
    for (const name of ['mv', 'rm', 'ln']) {
      shadow(
        name,
        `PATH=\${PATH#*:} ${name} "$@" && { ${join(prefix, 'bin/revento')} > "${work}/said" || echo no >> "${work}/gone"; }`,
      );
    }
    release('1.0.1');
    expect(await install()).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(work, 'gone'))).toBe(false);
    expect(readFileSync(join(work, 'said'), 'utf8')).toBe('1.0.1\n');
  });

  it.each(["it's a home", '$HOME', 'a relative one'])(
    'says how to remove all of it under the prefix %s',
    async (name) => {
      const absolute = join(work, name);
      prefix = name.startsWith('a ') ? name : absolute;
      const { stdout } = await install();
      const [, remedy = ''] = /^To remove it: (.*)$/m.exec(stdout) ?? [];
      execFileSync('sh', ['-c', remedy], { cwd: join(work, 'tmp') });
      expect(readdirSync(absolute, { recursive: true }).sort()).toEqual(['bin', 'lib']);
      expect(stdout).toContain(`as ${absolute}/bin/revento`);
    },
  );

  it('names another revento that comes first in the PATH, and no other', async () => {
    const path = `${join(prefix, 'bin')}:${process.env['PATH']}`;
    expect((await install(source, { PATH: path })).stdout).not.toMatch(/PATH/);
    shadow('revento', 'echo 0.9.0');
    const { stdout } = await install(source, { PATH: `${join(work, 'first')}:${path}` });
    expect(stdout).toContain(`Another revento comes first in your PATH: ${join(work, 'first/revento')}`);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    server.removeAllListeners('request');
    const asked = once(server, 'request');
    const env = { PATH: process.env['PATH'], HOME: join(work, 'home'), TMPDIR: join(work, 'tmp') };
    const child = spawn('sh', [script, source, prefix], { env, detached: true });
    const ended = once(child, 'exit');
    await asked;
    expect(readdirSync(join(work, 'tmp'))).toHaveLength(1);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(join(work, 'tmp'))).toEqual([]);
    server.closeAllConnections();
  });

  it('does nothing when only half of it has arrived', () => {
    const half = readFileSync(script, 'utf8').slice(0, -20);
    execFileSync('sh', ['-s', source, prefix], { input: half, env: { PATH: process.env['PATH'], HOME: work } });
    expect(existsSync(prefix)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('action.yml', () => {
  interface Step {
    readonly run?: string | undefined;
    readonly uses?: string;
    readonly env?: Words | undefined;
  }
  const { runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { runs: { steps: readonly Step[] } };

  it('installs and runs by its own steps, without its cache', () => {
    const files = { GITHUB_OUTPUT: join(work, 'output'), GITHUB_PATH: join(work, 'path') };
    for (const file of Object.values(files)) writeFileSync(file, '');
    const inputs: Words = {
      source: `file://${work}`,
      run: 'revento --version > said\nfalse | true',
    };
    for (const { run, uses, env } of runs.steps) {
      expect([run, uses].filter((one) => one !== undefined)).toHaveLength(1);
      if (run === undefined) continue;
      const added = readFileSync(files.GITHUB_PATH, 'utf8').trim();
      const { status, stderr } = ended({ run, env }, inputs, { ...files, PATH: `${added}:${process.env['PATH']}` });
      // The last one fails in the middle of a pipe.
      expect([run, status, stderr]).toEqual([run, run.includes('COMMANDS') ? 1 : 0, '']);
    }
    expect(readFileSync(join(work, 'said'), 'utf8')).toBe('1.0.0\n');
    expect(readFileSync(files.GITHUB_OUTPUT, 'utf8')).toMatch(/^key=[0-9a-f]{64}\n$/);
  });

  it('stops where the checksums cannot be summed, instead of sharing a cache with everybody', () => {
    for (const name of ['sha256sum', 'shasum']) shadow(name, 'exit 1');
    const output = join(work, 'output');
    writeFileSync(output, '');
    const path = `${join(work, 'first')}:${process.env['PATH']}`;
    const [sums = {}] = runs.steps;
    const { status } = ended(sums, { source: `file://${work}` }, { GITHUB_OUTPUT: output, PATH: path });
    expect([status, readFileSync(output, 'utf8')]).toEqual([1, '']);
  });

  /** Runs a step as GitHub does, to its end. */
  function ended({ run = '', env = {} }: Step, inputs: Words, more: Words): { status: number | null; stderr: string } {
    const given = Object.entries(env).map(([name, value]) => [name, filled(value, inputs)]);
    return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', run], {
      cwd: work,
      env: {
        ...Object.fromEntries(given),
        HOME: join(work, 'home'),
        RUNNER_TEMP: join(work, 'tmp'),
        GITHUB_ACTION_PATH: root,
        ...more,
      },
      encoding: 'utf8',
    });
  }

  const filled = (text: string, inputs: Words) =>
    text.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_whole, name: string) => inputs[name] ?? '');
});
