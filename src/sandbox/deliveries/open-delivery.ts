import type { SavedDelivery } from '../saved/snapshot.ts';
import type { Delivery } from './delivery.ts';
import type { SecretAge } from './signing.ts';

/** A delivery that can still be sent, or sent again. */
export interface Open {
  readonly body: Uint8Array;
  shown: Delivery;
  /** Signs every attempt of a round, unless a rotation ends meanwhile. */
  signer: SecretAge;
  /** Increases with every round, so that an older round notices that it was replaced. */
  round: number;
  /** Attempts of this round that have ended. */
  tries: number;
}

/** The body as text: it was made of text. */
export function textOf({ body }: Open): string {
  return Buffer.from(body).toString('utf8');
}

export function savedOf(open: Open): SavedDelivery {
  const { shown, signer, tries } = open;
  return { body: textOf(open), shown, signer, tries };
}
