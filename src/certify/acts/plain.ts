import type { ActFacts } from '../../sandbox/audit/evidence.ts';
import type { Act } from '../act.ts';
import type { Stage } from '../stage.ts';

/** What is missing where a sync is answered when it begins. */
export const wentOn =
  'a sync that responds after it has ended: this one went on after its response. Respond later, or wait for its end in --sync-command';

/** Acts without faults. If one of them fails, the results of later acts mean nothing. */
export const plainActs: readonly Act[] = [
  {
    id: 'consent',
    title: 'an organizer allows the connection',
    brings: [
      'connects',
      'secret-not-in-url',
      'client-auth-in-body',
      'pkce-s256',
      'state-sent',
      'redirect-exact',
      'scopes-declared',
      'verifier-random',
      'code-once',
    ],
    needs: ['connect'],
    hasLogin: false,
    play: async (stage) => ({ landed: await stage.connect() }),
  },
  {
    id: 'sync',
    title: 'a sync without faults',
    brings: [
      'syncs',
      'list-whole',
      'token-in-header',
      'token-kind',
      'read-only',
      'accept-pinned',
      'request-id',
      'request-id-uuid',
      'request-id-fresh',
      'pages-stuck',
      'pages-followed',
      'list-end',
      'limit-most',
      'limit-kept',
      'cursor-opaque',
    ],
    needs: ['connect', 'sync'],
    hasLogin: true,
    play: async (stage) => {
      const facts = await syncOnce(stage);
      // The first sync of the consent may have followed it: one that goes on does so each time.
      return facts['sync'] === 'went on' ? syncOnce(stage) : facts;
    },
  },
];

async function syncOnce(stage: Stage): Promise<ActFacts> {
  const before = stage.evidence().apis.length;
  const sync = await stage.sync();
  const hasBegun = stage.evidence().apis.length > before;
  if (sync !== 'done' || !(await stage.goesOn(hasBegun))) return { sync };
  return { sync: 'went on', unseen: wentOn };
}
