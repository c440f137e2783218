import type { Deps } from '../../../command-kit/deps.ts';
import { secretVariables } from '../../../config/environment.ts';
import type { SecretStore } from '../../../config/types.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { readSigningSecrets, type SigningSecret, signingSecrets, warnOfWeak } from '../shared/secrets.ts';

type SecretDeps = Pick<Deps, 'profile' | 'secrets' | 'terminal'>;

/**
 * The signing secrets of a listener, which may run for days: when those of its profile change meanwhile, in a
 * rotation for instance, it switches to them. Those of the environment stay, because they take precedence.
 */
export class LiveSecrets {
  readonly #store: SecretStore;
  readonly #deps: SecretDeps;
  #all: readonly SigningSecret[] = [];
  #stamp: string | null = null;
  #renewal: Promise<readonly string[] | null> = Promise.resolve(null);
  #complaint = '';

  private constructor(store: SecretStore, deps: SecretDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  /** @throws ReventoError `setting_missing` when there is no secret */
  static async open(deps: SecretDeps): Promise<LiveSecrets> {
    const live = new LiveSecrets(await deps.secrets(), deps);
    // Before reading, so that a write in between counts as a change.
    live.#stamp = live.#store.stamp();
    live.#all = await signingSecrets(deps);
    return live;
  }

  /** The current one first, then the previous one during a rotation. */
  get all(): readonly SigningSecret[] {
    return this.#all;
  }

  get values(): readonly string[] {
    return this.#all.map(({ secret }) => secret.reveal());
  }

  /** As variables for the command: a handler under test verifies with them, `trigger` signs with them. */
  get variables(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#all.map(({ name, secret }) => [secretVariables[name], secret.reveal()]));
  }

  /**
   * Checks whether the secrets of the profile have changed, and says so when they have.
   *
   * Costs one `stat` unless the file was written. Secrets that cannot be read or were removed change nothing:
   * the known ones stay. Never rejects.
   *
   * @returns the new values, or null when they are still the same
   */
  renew(): Promise<readonly string[] | null> {
    // Each change is checked separately: a rotation is two changes with a moment in between.
    this.#renewal = this.#renewal.then(() => this.#look());
    return this.#renewal;
  }

  async #look(): Promise<readonly string[] | null> {
    const stamp = this.#store.stamp();
    if (stamp !== null && stamp === this.#stamp) return null;
    this.#stamp = stamp;
    let found: readonly SigningSecret[] | null;
    try {
      found = await readSigningSecrets(this.#deps);
    } catch (error) {
      this.#complain(error instanceof ReventoError ? `cannot be read: ${error.message}` : 'cannot be read.');
      return null;
    }
    if (found === null) {
      this.#complain('were removed.');
      return null;
    }
    this.#complaint = '';
    const before = this.values;
    const isSame = found.length === before.length && found.every(({ secret }, at) => secret.reveal() === before[at]);
    if (isSame) return null;
    this.#all = found;
    this.#deps.terminal.notice(`note: signing secrets changed; now verifying with ${this.labels}`);
    warnOfWeak(found, this.#deps);
    return this.values;
  }

  /** `secret of profile default (fingerprint ab12cd34) and …`. */
  get labels(): string {
    return this.#all.map(({ label }) => label).join(' and ');
  }

  #complain(what: string): void {
    if (what === this.#complaint) return;
    this.#complaint = what;
    this.#deps.terminal.notice(
      `warning: the signing secrets of profile "${this.#deps.profile}" ${what} Still verifying with ${this.labels}`,
    );
  }
}
