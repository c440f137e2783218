import { unseenFact } from '../../sandbox/audit/rules/traces.ts';
import type { Act } from '../act.ts';
import type { Stage } from '../stage.ts';

const needs = ['connect', 'sync'] as const;
const minuteMs = 61_000;
/** What an integration lacks that refreshes by its own clock alone. */
export const onlyAhead = 'a refresh on token_expired: this integration refreshes before a token expires';

/** So many of one request show whether the waits between its attempts grow. */
const failures = 3;
const givesUp =
  'a sync that sends a request again after a third server error: this one gives up earlier, which is allowed';

/** Acts in which the API returns errors. */
export const errorActs: readonly Act[] = [
  under(
    'invalid-token',
    'the API answers invalid_token',
    ['invalid-token-final', 'refresh-needless'],
    'api:invalid_tokenx5',
  ),
  under('rate-limited', 'a 429 with Retry-After', ['retry-after-waited'], 'api:429=3x1'),
  under('concurrent-limit', 'a 429 without Retry-After', ['concurrent-limit'], 'api:concurrent_limit_exceededx1'),
  {
    id: 'server-errors',
    title: 'the API fails three times (503)',
    brings: ['backoff'],
    needs,
    hasLogin: true,
    play: async (stage) => {
      const before = stage.evidence().apis.length;
      let ends = await syncUnder(stage, [`api:503x${failures}`]);
      const struck = stage
        .evidence()
        .apis.slice(before)
        .filter(({ status }) => status === 503);
      const requests = new Set(struck.map(({ target }) => target)).size;
      // Lists that are read at the same time have shared the failures.
      if (requests > 1) ends = await syncUnder(stage, [`api:503x${requests * failures}`]);
      return { ...ends, ...(ends.sync === 'failed' && { [unseenFact('backoff')]: givesUp }) };
    },
  },
  under('refused', 'the API refuses a request (400)', ['refusal-final'], 'api:validation_errorx5'),
  under('forbidden', 'the API answers insufficient_scope', ['refusal-final'], 'api:insufficient_scopex5'),
  under('page-cut', 'a page is truncated', ['page-cut'], 'api:cutx1@1'),
  under('page-html', 'a proxy returns an HTML page', ['page-html'], 'api:htmlx1@1'),
  {
    id: 'scrambled-messages',
    title: 'the messages of errors are scrambled',
    brings: ['message-ignored'],
    needs,
    hasLogin: true,
    play: async (stage) => {
      const ends = await syncUnder(stage, ['api:messages', 'refresh:messages', 'api:expiredx1']);
      return { ...ends, ...(stage.refreshesAhead && { [unseenFact('message-ignored')]: onlyAhead }) };
    },
  },
  {
    id: 'scrambled-revoked',
    title: 'token_revoked comes with a scrambled message',
    brings: ['message-ignored', 'revoked-stops'],
    needs,
    hasLogin: true,
    play: (stage) => loseUnder(stage, ['api:messages', 'refresh:messages', 'api:revokedx1']),
  },
];

/** Syncs with a fault injected, then again without it a minute later. */
function under(id: string, title: string, brings: readonly string[], ...faults: readonly string[]): Act {
  return { id, title, brings, needs, hasLogin: true, play: (stage) => syncUnder(stage, faults) };
}

/** Syncs with a fault that ends the login, and again a minute later. */
export async function loseUnder(stage: Stage, faults: readonly string[]) {
  await stage.faults(...faults);
  const sync = await stage.sync();
  await stage.advance(minuteMs);
  const after = await stage.sync();
  stage.forgetLogin();
  return { sync, after };
}

export async function syncUnder(stage: Stage, faults: readonly string[]) {
  await stage.faults(...faults);
  const sync = await stage.sync();
  await stage.faults();
  await stage.advance(minuteMs);
  return { sync, after: await stage.sync() };
}
