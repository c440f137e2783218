import { randomBytes } from 'node:crypto';
import type { SavedSigning } from '../saved/snapshot.ts';
import type { Attempt } from './delivery.ts';

/** Which of an integration's signing secrets: the one it has now, or the one before during a rotation. */
export type SecretAge = Attempt['signed_with'];

/** A new webhook signing secret. */
export function createWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}

/**
 * The webhook signing secrets of the integration: one, or two while a rotation lasts. Source: guide, secret rotation.
 * Assumed: that both sign in turn, so that whoever verifies with one of them alone notices within two deliveries.
 */
export class SigningSecrets {
  #current: string;
  #previous: string | null = null;
  #turns = 0;

  constructor(secret: string) {
    this.#current = secret;
  }

  get current(): string {
    return this.#current;
  }

  /** Null while no rotation is under way. */
  get previous(): string | null {
    return this.#previous;
  }

  /** Begins a rotation; of one that was under way, the older secret is gone. */
  rotate(next: string): void {
    this.#previous = this.#current;
    this.#current = next;
    this.#turns = 0;
  }

  /** Ends the rotation: only the current secret signs from now on. */
  finish(): void {
    this.#previous = null;
  }

  /** Whose turn it is to sign a delivery; the new secret begins. */
  next(): SecretAge {
    return this.#previous !== null && this.#turns++ % 2 === 1 ? 'previous' : 'current';
  }

  /** What signs now for a delivery whose turn fell on this one. */
  resolve(age: SecretAge): { readonly age: SecretAge; readonly secret: string } {
    return age === 'previous' && this.#previous !== null
      ? { age, secret: this.#previous }
      : { age: 'current', secret: this.#current };
  }

  save(): SavedSigning {
    return { current: this.#current, previous: this.#previous, turns: this.#turns };
  }

  load({ current, previous, turns }: SavedSigning): void {
    this.#current = current;
    this.#previous = previous;
    this.#turns = turns;
  }
}
