import type { HeaderList } from '../../ports/exchange.ts';
import { deliveryHeaders, sign } from '../signature.ts';
import { isHopHeader } from './hop-header.ts';
import type { Outgoing } from './outgoing.ts';

/** A delivery as received. */
interface Received {
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/**
 * A delivery to be sent once more: its bytes and headers, without those that belong to the connection.
 *
 * @param signing  gives it a fresh timestamp and signature; null leaves those that it has
 */
export function again(
  { headers, body }: Received,
  signing: { readonly secret: string; readonly nowSeconds: number } | null,
): Outgoing {
  const kept = headers.filter(([name]) => !isHopHeader(name) && name.toLowerCase() !== 'content-length');
  if (signing === null) return { headers: kept, body };
  const timestamp = String(signing.nowSeconds);
  const renewed: Readonly<Record<string, string>> = {
    [deliveryHeaders.timestamp]: timestamp,
    [deliveryHeaders.signature]: sign(signing.secret, timestamp, body),
  };
  const others = kept.filter(([name]) => renewed[name.toLowerCase()] === undefined);
  return { headers: [...others, ...Object.entries(renewed)], body };
}
