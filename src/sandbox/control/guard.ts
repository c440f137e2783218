import type { Incoming } from '../message/request.ts';
import { isSame } from '../oauth/clients.ts';
import type { RefusalCode } from './refusal.ts';

/**
 * Why a request is refused before its path is looked at; null for one from a program that has the key.
 *
 * A browser names the origin of the page it acts for, or the site; no page may control the sandbox, whatever it knows.
 * A body has to be declared as JSON, which no form and no simple request of a page can do.
 */
export function guardRefusal(
  incoming: Incoming,
  key: string,
): { readonly code: RefusalCode; readonly message: string } | null {
  const site = incoming.header('sec-fetch-site') ?? 'none';
  const isFromPage = incoming.header('origin') !== null || !['none', 'same-origin'].includes(site);
  const shown = /^Bearer (.+)$/.exec(incoming.header('authorization') ?? '')?.[1] ?? '';
  if (isFromPage || !isSame(key, shown)) {
    return { code: 'forbidden', message: 'the control API needs the sandbox’s own key' };
  }
  const type = incoming.header('content-type');
  const isBare = type === null && incoming.body.length === 0;
  if (incoming.method === 'GET' || isBare || /^application\/json *(;|$)/i.test(type ?? '')) return null;
  return { code: 'unsupported_media_type', message: 'send the parameters as application/json' };
}
