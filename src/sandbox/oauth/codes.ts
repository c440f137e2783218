import { randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Consent, Family } from './grants.ts';

/** Assumed: the guide gives codes no lifetime. */
const codeTtlMs = 60_000;
/** Used codes are remembered for this long, so that reuse revokes their tokens. */
const rememberedMs = 60 * 60 * 1000;

/** What a code is bound to besides the consent. */
export interface CodeBinding {
  readonly redirectUri: string;
  /** base64url of SHA-256 of the verifier, without padding. */
  readonly challenge: string;
}

interface Code {
  readonly consent: Consent;
  readonly binding: CodeBinding;
  readonly expiresAt: number;
  isUsed: boolean;
  /** What was issued for it. */
  family: Family | null;
}

/** Authorization codes. They are not saved: they live for a minute. */
export class Codes {
  readonly #clock: Clock;
  readonly #codes = new Map<string, Code>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new code. */
  issue(consent: Consent, binding: CodeBinding): string {
    this.#forgetOld();
    const code = randomBytes(32).toString('base64url');
    const expiresAt = this.#clock.now() + codeTtlMs;
    this.#codes.set(code, { consent, binding, expiresAt, isUsed: false, family: null });
    return code;
  }

  get(code: string): Code | undefined {
    return this.#codes.get(code);
  }

  clear(): void {
    this.#codes.clear();
  }

  #forgetOld(): void {
    const limit = this.#clock.now() - rememberedMs;
    for (const [code, { expiresAt }] of this.#codes) {
      if (expiresAt > limit) return;
      this.#codes.delete(code);
    }
  }
}
