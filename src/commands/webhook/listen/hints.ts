import type { Deps } from '../../../command-kit/deps.ts';
import type { Delivery } from '../../../webhook/delivery.ts';
import { diagnose } from '../../../webhook/diagnose.ts';
import type { Posted } from '../../../webhook/sending/post.ts';
import { handlerHint } from '../shared/handler-hint.ts';
import { otherSecrets } from '../shared/secrets.ts';
import type { LiveSecrets } from './live-secrets.ts';

/**
 * What to try about deliveries that went wrong. Each hint is given once: a sender that tries again and again is in no
 * need of more, until a delivery has gone well in between.
 */
export class ListenHints {
  readonly #secrets: LiveSecrets;
  readonly #deps: Deps;
  readonly #given = new Set<string>();
  #others: ReadonlyMap<string, string> | null = null;

  constructor(secrets: LiveSecrets, deps: Deps) {
    this.#secrets = secrets;
    this.#deps = deps;
  }

  /** The hints for a delivery that were not given yet: one sentence each. */
  async next(delivery: Delivery, results: readonly Posted[]): Promise<readonly string[]> {
    const fresh = (await this.#all(delivery, results)).filter((hint) => !this.#given.has(hint));
    for (const hint of fresh) this.#given.add(hint);
    return fresh;
  }

  /** A delivery has gone well: what goes wrong from here on is something new. */
  reset(): void {
    this.#given.clear();
  }

  async #all(delivery: Delivery, results: readonly Posted[]): Promise<readonly string[]> {
    const hints = results.map(handlerHint).filter((hint) => hint !== null);
    if (delivery.reason === null) return hints;
    if (delivery.reason === 'signature_mismatch') this.#others ??= await otherSecrets(this.#deps);
    const secrets = this.#secrets.values;
    return [...diagnose(delivery, delivery.reason, { secrets, otherSecrets: this.#others ?? new Map() }), ...hints];
  }
}
