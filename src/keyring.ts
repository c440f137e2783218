import { createRequire } from 'node:module';

/** The native module for the OS keyring, where this revento has it. */
export interface KeyringModule {
  /** Its path; throws when it is not there. */
  locate(): string;
  /** What a user does about a missing one. */
  readonly remedy: string;
}

const npmModule: KeyringModule = {
  locate: () => createRequire(import.meta.url).resolve('@napi-rs/keyring'),
  remedy: 'install it with `npm install -g @napi-rs/keyring` beside revento',
};

/** The process edge of the keyring's child, which `openKeyring` starts: `revento __keyring`. */
export function main(): void {
  answerFrom(npmModule);
}

/**
 * Reads one question from stdin, such as `{"action":"get","service":"revento","account":"key-1"}`, and writes the answer to
 * stdout: `{"value":…}`, `{"failure":…}`, or `{"missing":…}` with the remedy. On Linux the Secret Service is required: the
 * module would otherwise fall back to the kernel's keyring, which forgets at reboot.
 */
export function answerFrom(module: KeyringModule): void {
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  process.stdin.on('end', () => process.stdout.write(JSON.stringify(answerTo(text, module))));
}

function answerTo(text: string, module: KeyringModule) {
  let path: string;
  try {
    path = module.locate();
  } catch {
    return { missing: module.remedy };
  }
  try {
    const { action, service, account, value } = JSON.parse(text);
    const { Entry } = createRequire(path)(path);
    const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
    if (action === 'set') entry.setPassword(value);
    if (action === 'delete') entry.deletePassword();
    return { value: action === 'get' ? entry.getPassword() : null };
  } catch (error) {
    return { failure: String(error instanceof Error ? error.message : error).slice(0, 300) };
  }
}
