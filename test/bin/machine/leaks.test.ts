import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandEntry } from '../../../src/command-kit/command.ts';
import { declareGlobals } from '../../../src/command-kit/globals.ts';
import { registry } from '../../../src/commands/registry.ts';
import { secretVariables } from '../../../src/config/environment.ts';
import type { Hostility } from '../../support/api/hostile-server.ts';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import { LeakRig } from '../../support/program/leak-rig.ts';

const child = [process.execPath, join(root, 'test/support/program/telltale-child.cjs')];

/**
 * Arguments that make a command do its work, where its name is not enough. A command that is not here is run with
 * `x` for each argument it requires: a new one is covered from its first day.
 */
const argumentsOf: Readonly<Record<string, (rig: LeakRig) => Promise<readonly string[]> | readonly string[]>> = {
  login: async () => ['--redirect-uri', `http://127.0.0.1:${await freePort()}/callback`],
  logout: () => ['--all'],
  status: () => ['--check'],
  api: () => ['/events/{event}', '--include'],
  'config get': () => ['client_secret'],
  'config set': () => ['client_secret'],
  'config unset': () => ['client_secret'],
  'profile remove': () => ['default', '--yes'],
  // What its command is given stands in a test of its own; this one writes nothing down.
  'webhook listen': () => ['--port', '0', '--timeout', '20s', '--', process.execPath, '-e', '0'],
  'webhook verify': () => ['-', '--timestamp', '1700000000', '--signature', `sha256=${'0'.repeat(64)}`],
  'webhook sign': () => ['-'],
  'webhook trigger': ({ server }) => ['application.approved', '--to', `${server.base}/hook`],
  'webhook check': ({ server }) => [`${server.base}/hook`],
  'sandbox start': () => ['--port', '0'],
  'sandbox exec': ({ dumpFile }) => ['--', ...child, dumpFile],
};

/** Commands that should find the client secret in the store. */
const readsSealedSecret: ReadonlySet<string> = new Set(['login', 'config get', 'config set', 'config list']);

/** Commands that go on until they are ended. */
const runsOn: ReadonlySet<string> = new Set(['sandbox start']);

interface Adversity {
  readonly name: string;
  readonly tokenEndpoint?: Hostility;
  readonly api?: Hostility;
  readonly firstAnswers?: readonly Hostility[];
  readonly isExpired?: boolean;
  readonly isUnreachable?: boolean;
  readonly hasEnvironmentToken?: boolean;
  readonly words?: readonly string[];
  readonly speed?: number;
}

/** Makes short work of pauses between retries, and leaves time to connect and to start a browser. */
const answeredSpeed = 40;

const refuse = (status: number, error: string): Hostility => ({ status, error });
const both = (hostility: Hostility) => ({ tokenEndpoint: hostility, api: hostility });

/** The one that shows whether a command goes to the network, at its own pace: none of its tokens will do. */
const firstAdversity: Adversity = {
  name: 'a refused refresh',
  isExpired: true,
  ...both(refuse(400, 'invalid_grant')),
  speed: 1,
};

/** For commands that go to the network at all. */
const adversities: readonly Adversity[] = [
  { name: '400', ...both(refuse(400, 'invalid_request')) },
  { name: '401', ...both(refuse(401, 'invalid_token')), words: ['-o', 'json'] },
  { name: '403', ...both(refuse(403, 'insufficient_scope')) },
  { name: '429', ...both(refuse(429, 'rate_limit_exceeded')), words: ['-o', 'ndjson'] },
  { name: '500', ...both(refuse(500, 'internal')) },
  { name: 'no answer', ...both('silence'), speed: 100 },
  { name: 'half an answer', ...both('cut') },
  { name: 'no such host', isUnreachable: true },
  { name: 'a failed refresh', isExpired: true, ...both(refuse(503, 'unavailable')), words: ['-o', 'json'] },
  {
    name: 'an error after a refresh',
    tokenEndpoint: 'grant',
    firstAnswers: [refuse(401, 'token_expired')],
    api: refuse(401, 'token_revoked'),
  },
  { name: '401 for the token of the environment', hasEnvironmentToken: true, api: refuse(401, 'token_expired') },
];

/** Processes at a time. */
const width = 3;

/** One run of a command in adversity; gives back whether it went to the network. */
async function suffer(entry: CommandEntry, adversity: Adversity): Promise<boolean> {
  const rig = await LeakRig.start({ isExpired: adversity.isExpired ?? false });
  try {
    const { server } = rig;
    server.tokenEndpoint = adversity.tokenEndpoint ?? server.tokenEndpoint;
    server.api = adversity.api ?? server.api;
    server.firstAnswers.push(...(adversity.firstAnswers ?? []));
    const args = (await argumentsOf[entry.name]?.(rig)) ?? (await placeholders(entry));
    const input = rig.canary('standard input');
    const env: Record<string, string> = {};
    if (!readsSealedSecret.has(entry.name)) env['REVENTO_CLIENT_SECRET'] = rig.canary('REVENTO_CLIENT_SECRET');
    if (adversity.hasEnvironmentToken) env['REVENTO_ACCESS_TOKEN'] = rig.canary('REVENTO_ACCESS_TOKEN', true);
    const ended = await rig.run([...entry.name.split(' '), ...(adversity.words ?? []), ...args], {
      input,
      env,
      speed: adversity.speed ?? answeredSpeed,
      ...(adversity.isUnreachable && { base: 'https://nowhere.revento.invalid' }),
      ...(runsOn.has(entry.name) && { endAfter: /ready|serving|http:/i }),
    });
    const tokens = rig.canaries.filter(({ name }) => /access token|ACCESS_TOKEN|granted/.test(name));
    const allowed = [
      // A body to sign or to verify is not a secret; what is typed as a secret is.
      ...(entry.name === 'config set' ? [] : [input]),
      // `token` is asked for just that.
      ...(entry.name === 'token' ? tokens.map(({ value }) => value) : []),
      // And this one for the secrets of a sandbox, which a shell is set up with.
      ...(entry.name === 'sandbox env'
        ? rig.canaries.filter(({ name }) => /^REVENTO_.*_SECRET$/.test(name)).map(({ value }) => value)
        : []),
    ];
    expect(rig.leaks(ended, allowed), `${entry.name} with ${adversity.name}`).toEqual([]);
    return server.requests > 0 || adversity.isUnreachable === true;
  } finally {
    await rig.close();
  }
}

async function placeholders(entry: CommandEntry): Promise<readonly string[]> {
  const declared = (await entry.load()).declare(new Command());
  return declared.registeredArguments.filter((argument) => argument.required).map(() => 'x');
}

describe('no secret gets out of', () => {
  it.each(registry.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    if (!(await suffer(entry, firstAdversity))) return;
    const rest = [...adversities];
    const work = async () => {
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) await suffer(entry, next);
    };
    await Promise.all(Array.from({ length: width }, work));
  });

  it.each([
    ['before a refresh is sent', 'before-send'],
    ['while a file is sealed', 'intent-written'],
    ['after the answer came', 'answered'],
  ])('a crash %s', async (_, crashPoint) => {
    const rig = await LeakRig.start({ isExpired: true });
    try {
      rig.server.tokenEndpoint = 'grant';
      const ended = await rig.run(['events', 'get'], { crashPoint });
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toContain('cannot read properties of');
      expect(rig.leaks(ended)).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});

/** What a command under `webhook listen` verifies and signs with, and so has to have. */
const signingVariables: readonly string[] = [secretVariables.webhook_secret, secretVariables.webhook_secret_previous];

describe('a child is given no secret that it does not need', () => {
  it.each([
    [
      'the browser of a login',
      async () => ['login', '--redirect-uri', `http://127.0.0.1:${await freePort()}/callback`],
    ],
    [
      'the command of `webhook listen`',
      async ({ dumpFile }: LeakRig) => ['webhook', 'listen', '--port', '0', '--', ...child, dumpFile],
    ],
    ['the command of `sandbox exec`', async ({ dumpFile }: LeakRig) => ['sandbox', 'exec', '--', ...child, dumpFile]],
  ])('%s', async (_, wordsFor) => {
    const rig = await LeakRig.start();
    try {
      const env = { REVENTO_CLIENT_SECRET: rig.canary('REVENTO_CLIENT_SECRET') };
      const words = await wordsFor(rig);
      const ended = await rig.run(words, { env });
      expect(existsSync(rig.dumpFile), ended.stderr).toBe(true);
      const given = readFileSync(rig.dumpFile, 'utf8');
      expect(given).toContain('"argv"');
      const needed = words[0] === 'webhook' ? signingVariables : [];
      for (const { name, value } of rig.canaries) expect(given.includes(value), name).toBe(needed.includes(name));
    } finally {
      await rig.close();
    }
  });
});

describe('nothing secret is taken as an argument', () => {
  const secretWord = /secret|token|password|passphrase|verifier|code\b|authorization/i;
  /** Options of such names whose values are not secrets. */
  const harmless: ReadonlySet<string> = new Set(['--with-token']);

  it.each(registry.map((entry) => [entry.name, entry] as const))('%s has no option for it', async (_, entry) => {
    const command = declareGlobals((await entry.load()).declare(new Command()));
    const suspects = command.options.filter(({ long, required, optional }) => {
      return (required || optional) && secretWord.test(long ?? '') && !harmless.has(long ?? '');
    });
    expect(suspects.map(({ long }) => long)).toEqual([]);
    expect(
      command.registeredArguments.map((argument) => argument.name()).filter((name) => secretWord.test(name)),
    ).toEqual([]);
  });

  it.each([
    ['config', 'set', 'client_secret', 'sVALUE'],
    ['config', 'set', 'client_secret', '-4VALUE'],
    ['config', 'set', 'client_secret', '--4VALUE'],
    ['config', 'set', 'client_secret=VALUE'],
    ['config', 'set', '--client-secret=VALUE'],
    ['login', '--client-secret=VALUE'],
    ['login', '--client-secret', 'VALUE'],
    ['--access-token=VALUE', 'events', 'get'],
  ])('%s %s %s %s is refused and not repeated', async (...words) => {
    const rig = await LeakRig.start();
    try {
      const value = rig.canary('argument');
      const ended = await rig.run(words.filter(Boolean).map((word) => word.replace('VALUE', value)));
      expect(ended.code).toBe(2);
      expect(rig.leaks(ended)).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});

describe('the canary test itself', () => {
  it.each([
    ['raw', (text: string) => text],
    ['percent-encoded', encodeURIComponent],
    ['in base64', (text: string) => Buffer.from(text).toString('base64')],
    ['in part', (text: string) => text.slice(4, 18)],
  ])('notices a secret that is written %s', async (_, encode) => {
    const rig = await LeakRig.start();
    try {
      const value = rig.canary('noticed');
      const leaks = rig.leaks({ code: 0, signal: null, stdout: '', stderr: `so ${encode(value)} it is` });
      expect(leaks.map(({ canary, place }) => [canary, place])).toEqual([['noticed', 'stderr']]);
    } finally {
      await rig.close();
    }
  });

  it('covers every variable that carries a secret', async () => {
    const rig = await LeakRig.start();
    try {
      const { stdout } = await rig.run(['help', 'environment', '-o', 'json']);
      for (const variable of Object.values(secretVariables)) expect(stdout).toContain(variable);
    } finally {
      await rig.close();
    }
  });
});
