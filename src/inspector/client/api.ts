import { Caller } from '../../pages/client/caller.ts';
import { takeKey as take } from '../../pages/client/take-key.ts';
import type { DeliveryView, SenderRecord, SendRequest, SendView, SessionView, SubjectView } from '../model/wire.ts';

/** The requests of the page to its server. */
export class Api extends Caller {
  session(): Promise<SessionView> {
    return this.json('/session');
  }

  delivery(id: number): Promise<DeliveryView> {
    return this.json(`/deliveries/${id}`);
  }

  /** The sender's record of it; null if there is none. */
  sender(id: number): Promise<SenderRecord | null> {
    return this.json(`/deliveries/${id}/sender`);
  }

  /** Its current subject in the API. */
  subject(id: number): Promise<SubjectView> {
    return this.json(`/deliveries/${id}/subject`, {});
  }

  send(id: number, request: SendRequest): Promise<SendView> {
    return this.json(`/deliveries/${id}/send`, request);
  }

  /** The stream of a check's cases. */
  check(target: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return this.posted('/check', { target }, signal);
  }
}

/**
 * The key of this run, and the delivery that a link points to; removes the fragment from the address bar.
 *
 * @returns null when there is none
 */
export async function takeKey(): Promise<{ readonly key: string | null; readonly delivery: number | null }> {
  const taken = take('revento-inspector-key', '/key');
  const delivery = Number(new URLSearchParams(location.hash.slice(1)).get('delivery') ?? 0) || null;
  if (location.hash !== '') history.replaceState(null, '', delivery === null ? '/' : `/#delivery=${delivery}`);
  const { key, isNew } = await taken;
  // Deliveries cleared in an earlier run have nothing to do with those of this run.
  if (isNew) sessionStorage.removeItem('cleared');
  return { key, delivery };
}
