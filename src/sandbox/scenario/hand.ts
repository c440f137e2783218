import { randomUUID } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import { isHttpFailure, networkError } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import { isRecord, parseJson } from '../../json/parse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange } from '../../ports/exchange.ts';
import type { OperationName, ParamsOf, ResultOf } from '../control/operations.ts';
import { testEventId } from '../world/world.ts';
import type { SeenRequest, StageHand } from './stage-hand.ts';

/** How often to check a condition: the sandbox is on this machine and answers in a few milliseconds. */
const lookMs = 25;
/** Time limit of a sync that the integration is asked for. */
const syncMs = 120_000;
const pageRows = 50;

/** Marks our own requests, which are not the integration's. */
const ownPrefix = 'revento-scenario-';

/** Where a scenario is played. */
export interface HandParts {
  /** The control API of the sandbox. */
  ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>;
  readonly http: Exchange;
  readonly authBase: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where a POST starts a sync of the integration, and is answered when it has ended; null for nowhere. */
  readonly syncUrl: string | null;
  notice(text: string): void;
}

/** What plays a scenario to a sandbox, by its control API. */
export async function createStageHand(parts: HandParts): Promise<StageHand> {
  const { ask, syncUrl, clock, signal, notice } = parts;
  const seen: SeenRequest[] = [];
  // Requests from before the run do not count.
  let cursor = 0;
  const look = async (): Promise<readonly SeenRequest[]> => {
    const found: SeenRequest[] = [];
    for (let hasMore = true; hasMore; ) {
      const page = await ask('log', { kind: 'request', after: cursor });
      for (const entry of page.entries) {
        if (entry.kind === 'request' && entry.request_id?.startsWith(ownPrefix) !== true) found.push(entry);
      }
      ({ cursor, has_more: hasMore } = page);
    }
    return found;
  };
  await look();
  return {
    ask,
    deliveries: async () => (await ask('deliveries', {})).deliveries,
    requests: async () => {
      seen.push(...(await look()));
      return seen;
    },
    rows: (path, eventId) => readRows(path, eventId, parts),
    sync: syncUrl === null ? null : () => startSync(syncUrl, parts),
    pause: () => clock.sleep(lookMs, signal),
    now: () => clock.monotonic(),
    notice,
  };
}

async function startSync(url: string, { http, signal }: HandParts): Promise<void> {
  try {
    // Any answer will do: some scenarios expect the sync to fail.
    await http({ method: 'POST', url, headers: [], body: new Uint8Array(), timeoutMs: syncMs, signal });
  } catch (error) {
    if (isHttpFailure(error)) throw networkError(error, 'The sync of your integration');
    throw error;
  }
}

/**
 * All rows of a list, with a token of our own, so that the integration's budget is left alone. It belongs to the
 * existing consent: a wider one would be another connection, which `revoke` ends as well.
 */
async function readRows(path: string, eventId: string, { ask, http, authBase, signal }: HandParts) {
  const { connections } = await ask('status', {});
  const consent = connections.find((one) => one.kind === 'installation' && one.event_id === eventId);
  if (consent === undefined && eventId !== testEventId) {
    throw new ReventoError('usage', `Nobody has connected the integration to ${eventId}.`, { status: 409 });
  }
  const scope = consent === undefined ? {} : { scope: [...consent.scope] };
  const { access_token: token } = await ask('login', { event_id: eventId, ...scope });
  const rows: { readonly [field: string]: unknown }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const place: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await http({
      method: 'GET',
      url: `${authBase}/api/v1/events/${eventId}/${path}?limit=${pageRows}${place}`,
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['X-Revento-Request-Id', `${ownPrefix}${randomUUID()}`],
      ],
      body: new Uint8Array(),
      timeoutMs: 15_000,
      signal,
    });
    const page = parseJson(Buffer.from(answer.body).toString('utf8')) ?? null;
    if (!isSuccess(answer.status) || !isRecord(page) || !Array.isArray(page['data'])) {
      throw new ReventoError('usage', `The API has no list ${JSON.stringify(path)}: it answered ${answer.status}.`, {
        status: answer.status,
      });
    }
    rows.push(...(page['data'] as { readonly [field: string]: unknown }[]));
    cursor = page['has_more'] === true && typeof page['next_cursor'] === 'string' ? page['next_cursor'] : null;
  }
  return rows;
}
