import { Caller } from '../../pages/client/caller.ts';
import { takeKey as take } from '../../pages/client/take-key.ts';
import type { DeliveryView, SenderRecord, SendRequest, SendView, SessionView, SubjectView } from '../model/wire.ts';

/** What the page asks its server. */
export class Api extends Caller {
  session(): Promise<SessionView> {
    return this.json('/session');
  }

  delivery(id: number): Promise<DeliveryView> {
    return this.json(`/deliveries/${id}`);
  }

  /** What the sender did with it; null where nobody tells. */
  sender(id: number): Promise<SenderRecord | null> {
    return this.json(`/deliveries/${id}/sender`);
  }

  /** What the API says now of its subject. */
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
 * The key of this run, and the delivery that a link leads to; the fragment is taken out of the address bar.
 *
 * @returns null when there is none
 */
export async function takeKey(): Promise<{ readonly key: string | null; readonly delivery: number | null }> {
  const taken = take('revento-inspector-key', '/key');
  const delivery = Number(new URLSearchParams(location.hash.slice(1)).get('delivery') ?? 0) || null;
  if (location.hash !== '') history.replaceState(null, '', delivery === null ? '/' : `/#delivery=${delivery}`);
  const { key, isNew } = await taken;
  // What was cleared in an earlier run says nothing about the deliveries of this one.
  if (isNew) sessionStorage.removeItem('cleared');
  return { key, delivery };
}
