import { act, onActs } from '../acts.ts';
import type { ActSeen, Evidence } from '../evidence.ts';
import type { Rule, Ruling } from '../rule.ts';
import { deliveryRules } from './deliveries.ts';

/** Cases of `webhook check --effects` about deliveries whose acceptance already breaks one of these rules. */
const explained = {
  'effect-forged': ['delivery-forged', 'delivery-forged-repeat'],
  'effect-wrong-secret': ['delivery-forged', 'delivery-forged-repeat'],
  'effect-stale': ['delivery-stale'],
} as const;

/** What an integration does for a delivery, and what it leaves behind; seen only by `revento certify`. */
export const traceRules: readonly Rule[] = [
  {
    id: 'effects-once',
    title: 'does its work exactly once for each delivery',
    level: 'must',
    why: 'deliveries arrive at least once, and may arrive twice at the same moment or after a crash',
    source: 'guide, webhooks',
    fix: 'store the delivery id in the same transaction as the work; to repeat this, run: revento webhook check --effects',
    needs: act('every case of webhook check --effects'),
    judge: (evidence) => {
      const ruling = onActs(evidence, ['effects'], ({ facts }) => {
        const failed = `${facts['failed'] ?? ''}`.split(', ').filter((id) => id !== '' && !isExplained(id, evidence));
        return failed.length === 0 ? null : `failed: ${failed.join(', ')}`;
      });
      return onlyIfShown(ruling, { rule: 'effects-once', act: 'effects', fact: 'failed' }, evidence);
    },
  },
  {
    id: 'data-erased',
    title: 'deletes all data of people after data.deletion_required',
    level: 'must',
    why: 'without consent nothing may be kept of them, neither in logs and caches nor in free pages of a database',
    source: 'guide, webhooks, data.deletion_required',
    fix: 'delete and overwrite all that came by this consent, in SQLite with PRAGMA secure_delete and, in WAL mode, PRAGMA wal_checkpoint(TRUNCATE); if the deletion takes longer, add --settle; to repeat this, run: revento privacy scan',
    needs: act('what is left after data.deletion_required (--data)'),
    judge: (evidence) => {
      const ruling = onActs(evidence, ['erasure'], ({ facts }) => {
        const left = facts['left'] ?? '';
        const after =
          facts['allowed_s'] === undefined
            ? 'after the deletion'
            : `${facts['allowed_s']} s after the deletion was required`;
        return left === '' ? null : `left ${after}: ${left}`;
      });
      return onlyIfShown(ruling, { rule: 'data-erased', act: 'erasure', fact: 'left' }, evidence);
    },
  },
  {
    id: 'tokens-encrypted',
    title: 'stores tokens and secrets encrypted',
    level: 'must',
    why: 'a copied database or backup would give access to the data of all events',
    source: 'guide, tokens',
    fix: 'encrypt tokens with a key that is not stored beside them',
    needs: act('what is left after data.deletion_required (--data)'),
    judge: (evidence) => {
      const ruling = onActs(evidence, ['erasure'], ({ facts }) => {
        const tokens = facts['tokens'] ?? '';
        return tokens === '' ? null : `stored in the clear: ${tokens}`;
      });
      return onlyIfShown(ruling, { rule: 'tokens-encrypted', act: 'erasure', fact: 'tokens' }, evidence);
    },
  },
  {
    id: 'output-secrets',
    title: 'prints no tokens or secrets',
    level: 'must',
    why: 'logs are read by more people than databases, and kept for longer',
    source: 'guide, tokens',
    fix: 'log IDs and error codes, never a token, a secret or a whole response',
    needs: act(),
    judge: (evidence) => onPrinted(evidence, 'printed_secrets'),
  },
  {
    id: 'output-people',
    title: 'prints no data of people',
    level: 'should',
    why: 'what is in logs stays there after the data had to be deleted',
    source: 'our reading of the guide, webhooks, data.deletion_required',
    fix: 'log IDs, such as the participant ID, never names, email addresses, answers or a whole delivery',
    needs: act(),
    judge: (evidence) => onPrinted(evidence, 'printed_people'),
  },
];

/** A ruling on everything that was printed, during whichever act. */
function onPrinted({ acts }: Evidence, fact: string): Ruling {
  const found = ({ facts }: ActSeen) => facts[fact] ?? '';
  const breaches = acts
    .filter((one) => found(one) !== '')
    .map((one) => ({ what: `printed: ${found(one)}`, shown: [one] }));
  return { breaches, isSeen: acts.length > 0 };
}

/** The name of the fact that says why an act could not show one of its rules; `unseen` is about all of them. */
export function unseenFact(rule: string): string {
  return `unseen_${rule.replaceAll('-', '_')}`;
}

/** The ruling, unless the act found nothing that it could judge: then it is seen only if it is broken. */
function onlyIfShown(
  ruling: Ruling,
  { rule, act, fact }: { readonly rule: string; readonly act: string; readonly fact: string },
  { acts }: Evidence,
): Ruling {
  const isShown = acts.some(
    (one) => one.act === act && fact in one.facts && !('unseen' in one.facts) && !(unseenFact(rule) in one.facts),
  );
  return { ...ruling, isSeen: ruling.isSeen && isShown };
}

function isExplained(id: string, evidence: Evidence): boolean {
  const by: readonly string[] = explained[id as keyof typeof explained] ?? [];
  return deliveryRules.some((rule) => by.includes(rule.id) && rule.judge(evidence).breaches.length > 0);
}
