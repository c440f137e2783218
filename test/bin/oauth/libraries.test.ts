import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

interface Library {
  /** As docs/oauth-libraries.md calls it. */
  readonly name: string;
  readonly file: string;
  readonly command: readonly string[];
  /** Debian packages, and a command that fails without them. */
  readonly needs?: { readonly packages: string; readonly probe: readonly string[] };
  /** The documented line taken out, where the library then fails: old text, new text, what the user reads. */
  readonly without?: readonly [line: string, instead: string, error: string];
}

// Debian's own Python: its packages are where the libraries are.
const python = '/usr/bin/python3';
const inForm = 'in the form body (client_secret_post), not in an Authorization header';

const libraries: readonly Library[] = [
  { name: 'openid-client', file: 'openid-client.mjs', command: [process.execPath] },
  { name: 'oauth4webapi', file: 'oauth4webapi.mjs', command: [process.execPath] },
  {
    name: 'simple-oauth2',
    file: 'simple-oauth2.mjs',
    command: [process.execPath],
    without: ["  options: { authorizationMethod: 'body' },\n", '', inForm],
  },
  {
    name: '@badgateway/oauth2-client',
    file: 'badgateway.mjs',
    command: [process.execPath],
    without: ["  authenticationMethod: 'client_secret_post',\n", '', inForm],
  },
  { name: 'passport-oauth2', file: 'passport-oauth2.mjs', command: [process.execPath] },
  {
    name: 'Authlib',
    file: 'authlib_client.py',
    command: [python],
    needs: { packages: 'python3-authlib', probe: [python, '-c', 'import authlib.integrations.requests_client'] },
    without: ['    token_endpoint_auth_method="client_secret_post",\n', '', inForm],
  },
  {
    name: 'requests-oauthlib',
    file: 'requests_oauthlib_client.py',
    command: [python],
    needs: { packages: 'python3-requests-oauthlib', probe: [python, '-c', 'import requests_oauthlib'] },
    without: ['    include_client_id=True,\n', '', inForm],
  },
  {
    name: 'golang.org/x/oauth2',
    file: 'client.go',
    command: ['go', 'run'],
    needs: {
      packages: 'golang-go golang-golang-x-oauth2-dev',
      probe: ['sh', '-c', 'go version && test -d /usr/share/gocode/src/golang.org/x/oauth2'],
    },
  },
  {
    name: 'oauth2',
    file: 'client.rb',
    command: ['ruby'],
    needs: { packages: 'ruby-oauth2', probe: ['ruby', '-e', 'require "oauth2"'] },
    without: ['  auth_scheme: :request_body\n', '  auth_scheme: :basic_auth\n', inForm],
  },
  {
    name: 'google-oauth-client',
    file: 'Client.java',
    command: ['java', '-cp', '/usr/share/java/*'],
    needs: {
      packages: 'default-jdk-headless libgoogle-oauth-client-java',
      probe: ['sh', '-c', 'javac -version && test -f /usr/share/java/google-oauth-client.jar'],
    },
  },
  {
    name: 'cURL',
    file: 'client.php',
    command: ['php'],
    needs: { packages: 'php-cli php-curl', probe: ['php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);'] },
    without: [
      '=> http_build_query($fields)',
      '=> $fields',
      'application/x-www-form-urlencoded, not multipart/form-data',
    ],
  },
];

const page = readFileSync(join(root, 'docs/oauth-libraries.md'), 'utf8');
const documented = [...page.matchAll(/^\| ([^|]+) \([^|]+\) \| `([^|]+)` \| /gm)].map(([, name, line]) => ({
  name,
  line,
}));
const sources = join(root, 'test/support/oauth/clients');

/** What is not installed, as an addition to a test's name; null when all is. */
function lack({ needs }: Library): string | null {
  if (needs === undefined) return null;
  const [command = '', ...args] = needs.probe;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0 ? null : `not installed: ${needs.packages}`;
}

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

/** Runs a library's login beside a sandbox that consents by itself. */
function logIn(
  { file, command }: Library,
  flags: readonly string[] = [],
  change: (source: string) => string = (source) => source,
) {
  const folder = join(rig.home, 'clients');
  cpSync(sources, folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return rig.run(['sandbox', 'exec', '--auto-consent', ...flags, '--', ...command, path], {
    env: { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(rig.home, 'go') },
  });
}

/** Each login ends with a spent refresh token, to see it refused: that the audit finds this, and nothing else, is right. */
const onPurpose = JSON.stringify({ cases: [{ id: 'refresh-token-spent', outcome: 'fail' }] });

interface AuditCase {
  readonly id: string;
  readonly outcome: string;
  readonly level: string;
}

function brokenMusts(report: string): readonly string[] {
  const { cases } = JSON.parse(readFileSync(report, 'utf8')) as { cases: readonly AuditCase[] };
  return cases
    .filter(({ outcome, level }) => (outcome === 'fail' || outcome === 'warn') && level.startsWith('must'))
    .map(({ id }) => id);
}

describe('OAuth libraries', () => {
  it('are those that the page documents', () => {
    expect(documented.map(({ name }) => name)).toEqual(libraries.map(({ name }) => name));
  });

  describe.each(libraries.map((library) => [library.name, library] as const))('%s', (name, library) => {
    const missing = lack(library);
    const suffix = missing === null ? '' : ` (${missing})`;

    it('has its documented line in its login', () => {
      const line = documented.find((row) => row.name === name)?.line ?? '';
      expect(readFileSync(join(sources, library.file), 'utf8')).toContain(line);
    });

    it.skipIf(missing !== null)(
      `logs in, reads, refreshes, sees a spent token refused, and breaks no rule but that one${suffix}`,
      async () => {
        const report = join(rig.home, 'audit.json');
        const baseline = join(rig.home, 'baseline.json');
        writeFileSync(baseline, onPurpose);
        const { code, stdout, stderr } = await logIn(library, ['--audit-report', report, '--baseline', baseline]);
        expect(code, stderr).toBe(0);
        expect(brokenMusts(report)).toEqual(['refresh-token-spent']);
        expect(JSON.parse(stdout)).toEqual({
          event: 'evt_test_published',
          rows: 42,
          rowsAfterRefresh: 42,
          reuse: 'invalid_grant',
        });
      },
    );

    if (library.without === undefined) return;
    const [line, instead, error] = library.without;
    it.skipIf(missing !== null)(`fails without the line, and says how credentials are sent${suffix}`, async () => {
      const { code, stderr } = await logIn(library, [], (source) => source.replace(line, instead));
      expect(code).not.toBe(0);
      expect(stderr).toContain(error);
    });
  });
});
