import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';

/** Time limit: a locked keyring, or a D-Bus service that hangs, never answers. */
const limitMs = 3_000;

const service = 'revento';

/** Secrets in the system's keyring: Secret Service, Keychain or Credential Manager. */
export interface Keyring {
  /** @throws ReventoError `store_key`, saying why the keyring is unavailable */
  get(account: string): Promise<string | null>;
  set(account: string, value: string): Promise<void>;
  /** Writes, reads and deletes a dummy, because a read-only keyring is useless. */
  probe(): Promise<void>;
}

type Answer = { readonly value: string | null } | { readonly failure: string } | { readonly missing: string };

/**
 * The keyring, asked by a process of its own (src/keyring.ts), because a native call that hangs can be neither aborted
 * nor waited out: only ending its process ends it. The secret travels through pipes, never in arguments or the environment.
 *
 * @param program  the words that start this program again
 * @param env  environment of the process that asks; it needs the session bus's address, not our secrets
 */
export function openKeyring(program: readonly string[], env: Readonly<Record<string, string>>): Keyring {
  const ask = async (action: 'get' | 'set' | 'delete', account: string, value?: string): Promise<string | null> => {
    const answer = await run(program, JSON.stringify({ action, service, account, value }), env);
    if ('missing' in answer) throw missingModule(answer.missing);
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

function missingModule(remedy: string): ReventoError {
  return new ReventoError('store_key', 'The module for the OS keyring is not installed with this revento.', {
    hint: `${remedy}, or run: revento config set key_store keyfile`,
  });
}

function run(
  [executable = '', ...words]: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: limitMs, killSignal: 'SIGKILL' as const, windowsHide: true };
    const child = execFile(executable, [...words, '__keyring'], options, (error, stdout) => {
      if (error?.killed) resolve({ failure: `no answer within ${limitMs / 1000} s; is the keyring locked?` });
      else resolve(parseAnswer(stdout));
    });
    // A child that died early closes its pipe; its exit is what is reported.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function parseAnswer(text: string): Answer {
  const { missing, failure, value } = parseRecord(text) ?? {};
  if (typeof missing === 'string') return { missing };
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
