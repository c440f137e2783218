import { diagnose } from '../../../webhook/diagnosis/diagnose.ts';
import type { Answered } from '../../../webhook/listener/listen-event.ts';
import { handlerHint } from '../shared/handler-hint.ts';
import { otherSecrets } from '../shared/secrets.ts';
import type { LiveSecrets } from './live-secrets.ts';

/**
 * Hints for deliveries that failed. Each hint is given once, until a delivery succeeds: a sender that
 * keeps retrying would repeat it.
 */
export class ListenHints {
  readonly #secrets: Pick<LiveSecrets, 'values'>;
  readonly #deps: Parameters<typeof otherSecrets>[0];
  readonly #given = new Set<string>();
  #others: ReadonlyMap<string, string> | null = null;

  constructor(secrets: Pick<LiveSecrets, 'values'>, deps: Parameters<typeof otherSecrets>[0]) {
    this.#secrets = secrets;
    this.#deps = deps;
  }

  /** The hints for a delivery that were not given yet, one sentence each. */
  async next(event: Pick<Answered, 'delivery' | 'evidence' | 'results'>): Promise<readonly string[]> {
    const fresh = (await this.#all(event)).filter((hint) => !this.#given.has(hint));
    for (const hint of fresh) this.#given.add(hint);
    return fresh;
  }

  /** A delivery succeeded: later failures get their hints again. */
  reset(): void {
    this.#given.clear();
  }

  async #all({ delivery, evidence, results }: Parameters<ListenHints['next']>[0]): Promise<readonly string[]> {
    const hints = results.map(handlerHint).filter((hint) => hint !== null);
    const { reason } = delivery;
    if (reason === null) return hints;
    // Hints from headers work for a partly kept body as well.
    const isAboutHead = reason === 'missing_header' || reason === 'bad_timestamp';
    const examined = evidence ?? (isAboutHead ? delivery : null);
    if (examined === null) return hints;
    if (reason === 'signature_mismatch') this.#others ??= await otherSecrets(this.#deps);
    const context = { secrets: this.#secrets.values, otherSecrets: this.#others ?? new Map() };
    return [...diagnose(examined, reason, context), ...hints];
  }
}
