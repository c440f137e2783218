import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';

/** Time limit: a locked keyring, or a D-Bus service that hangs, never answers. */
const limitMs = 3_000;

const service = 'revento';

/**
 * Runs in a process of its own, because a native call that hangs can be neither aborted nor waited out: only
 * ending its process ends it. The secret travels through pipes, never in arguments or the environment. On Linux the
 * Secret Service is required: the module would otherwise fall back to the kernel's keyring, which forgets at reboot.
 */
const program = `
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', () => {
  const { module, action, service, account, value } = JSON.parse(text);
  let answer;
  try {
    const { Entry } = require(module);
    const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
    if (action === 'set') entry.setPassword(value);
    if (action === 'delete') entry.deletePassword();
    answer = { value: action === 'get' ? entry.getPassword() : null };
  } catch (error) {
    answer = { failure: String(error && error.message).slice(0, 300) };
  }
  process.stdout.write(JSON.stringify(answer));
});`;

/** Secrets in the system's keyring: Secret Service, Keychain or Credential Manager. */
export interface Keyring {
  /** @throws ReventoError `store_key`, saying why the keyring is unavailable */
  get(account: string): Promise<string | null>;
  set(account: string, value: string): Promise<void>;
  /** Writes, reads and deletes a dummy, because a read-only keyring is useless. */
  probe(): Promise<void>;
}

type Answer = { readonly value: string | null } | { readonly failure: string };

/**
 * @param env  environment of the process that asks; it needs the session bus's address, not our secrets
 */
export function openKeyring(env: Readonly<Record<string, string>>): Keyring {
  const ask = async (action: 'get' | 'set' | 'delete', account: string, value?: string): Promise<string | null> => {
    const answer = await run(JSON.stringify({ module: locateModule(), action, service, account, value }), env);
    if ('failure' in answer) throw unreachableKeyring(answer.failure);
    return answer.value;
  };
  return {
    get: (account) => ask('get', account),
    set: async (account, value) => {
      await ask('set', account, value);
    },
    async probe() {
      const account = `probe-${randomBytes(8).toString('hex')}`;
      const value = randomBytes(16).toString('hex');
      await ask('set', account, value);
      const found = await ask('get', account);
      await ask('delete', account);
      if (found !== value) throw unreachableKeyring('it did not return the stored value');
    },
  };
}

function locateModule(): string {
  try {
    return createRequire(import.meta.url).resolve('@napi-rs/keyring');
  } catch {
    throw new ReventoError('store_key', 'The module for the OS keyring is not installed with this revento.', {
      hint: 'install it with `npm install -g @napi-rs/keyring` beside revento, or run: revento config set key_store keyfile',
    });
  }
}

function run(input: string, env: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: limitMs, killSignal: 'SIGKILL' as const, windowsHide: true };
    const child = execFile(process.execPath, ['-e', program], options, (error, stdout) => {
      if (error?.killed) resolve({ failure: `no answer within ${limitMs / 1000} s; is the keyring locked?` });
      else resolve(parseAnswer(stdout));
    });
    // A child that died early closes its pipe; its exit is what is reported.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function parseAnswer(text: string): Answer {
  const { failure, value } = parseRecord(text) ?? {};
  if (typeof failure === 'string') return { failure };
  if (value === null || typeof value === 'string') return { value };
  // The child's output is not an answer and might hold a key, so it is not shown.
  return { failure: 'the module for it failed' };
}

function unreachableKeyring(reason: string): ReventoError {
  const isLinux = process.platform === 'linux';
  const needs = isLinux ? ' (it needs D-Bus and a Secret Service such as gnome-keyring)' : '';
  return new ReventoError('store_key', `The OS keyring is not reachable here${needs}: ${reason}`, {
    hint: 'run this in the session whose keyring has the key; nothing was changed',
  });
}
