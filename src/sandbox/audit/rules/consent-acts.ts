import { act, canSync, crashOf, failureOf, isStruck, onActs, untested } from '../acts.ts';
import { type ActSeen, during, type Evidence, type TokenSeen } from '../evidence.ts';
import type { Rule, Ruling } from '../rule.ts';

/** What an integration does with what a browser brings back; each rule needs an act of `revento certify`. */
export const consentActRules: readonly Rule[] = [
  {
    id: 'connects',
    title: 'completes a login',
    level: 'must',
    why: 'everything else depends on it',
    source: 'guide, authorization request',
    fix: 'redeem the code at the callback, store the tokens, and answer with a page',
    needs: act('an organizer allows the connection'),
    judge: (evidence) =>
      onActs(evidence, ['consent', 'consent-again', 'participant'], (one) => {
        const landed = one.facts['landed'];
        if (landed === null) return 'the page after consent did not load';
        if (Number(landed) >= 400) return `the page after consent was answered ${landed}`;
        return exchanges(one, evidence).some(({ issued }) => issued !== null) ? null : 'no code was redeemed';
      }),
  },
  {
    id: 'state-checked',
    title: 'rejects a redirect with a state that it did not issue',
    level: 'must',
    why: 'otherwise an attacker can connect their own account in another user’s browser',
    source: 'guide, authorization request; RFC 6749 section 10.12',
    fix: 'compare state with the one in the session before anything else, and answer 400 when it differs or is missing',
    needs: act('a redirect with a forged state'),
    judge: (evidence) =>
      onActs(evidence, forgeries, (one) => redeemed(one, evidence, 'a redirect with a forged state')),
  },
  {
    id: 'state-bound',
    title: 'accepts a state only from the browser that it was issued to',
    level: 'must',
    why: 'otherwise an attacker can use their own state to send another user to the callback',
    source: 'guide, authorization request; RFC 6749 section 10.12',
    fix: 'keep the state in the browser’s session, not in a global list',
    needs: act('a redirect with the state of another browser'),
    judge: (evidence) => {
      // A client that accepts any state accepts this one too, which is the other rule's breach.
      const takesAny = evidence.acts.some((one) => forgeries.includes(one.act) && exchanges(one, evidence).length > 0);
      return onActs(evidence, ['foreign-state'], (one) =>
        takesAny || one.facts['had_state'] === false
          ? untested
          : redeemed(one, evidence, 'a redirect with the state of another browser'),
      );
    },
  },
  {
    id: 'denied-handled',
    title: 'handles a consent that was declined or failed',
    level: 'must',
    why: 'users decline, close the page and come back; that must not cause a crash',
    source: 'guide, authorization request; RFC 6749 section 4.1.2.1',
    fix: 'check the error parameter of the redirect first, and show a page that explains it',
    needs: act('the organizer declines'),
    judge: (evidence) =>
      onActs(evidence, ['access-denied', 'authorize-error', 'empty-callback'], (one) => {
        const [asked] = exchanges(one, evidence);
        if (asked !== undefined) return { what: 'a token request was sent without a code', shown: [one, asked] };
        return crashOf(one, 'the callback');
      }),
  },
  {
    id: 'code-refused-final',
    title: 'sends a rejected code only once',
    level: 'must',
    why: 'a rejected code is never accepted later',
    source: 'guide, token endpoint; RFC 6749 section 5.2',
    fix: 'on invalid_grant, show a page that offers to connect again',
    needs: act('the token endpoint refuses the code'),
    judge: (evidence) =>
      onActs(evidence, ['code-refused'], (one) => {
        const sent = exchanges(one, evidence);
        if (sent.length === 0) return untested;
        if (sent.length > 1) return { what: `the rejected code was sent ${sent.length} times`, shown: sent };
        return crashOf(one, 'the callback');
      }),
  },
  {
    id: 'token-answer-tolerated',
    title: 'accepts a token response with unknown fields',
    level: 'must',
    why: 'fields may be added to the response at any time',
    source: 'guide, token endpoint; RFC 6749 section 5.1',
    fix: 'read the known fields of a token response, and ignore the others',
    needs: act('the token response has unknown fields'),
    judge: (evidence) => tokenAnswerTaken(evidence, ['code-unknown-fields', 'refresh-unknown-fields']),
  },
  {
    id: 'token-answer-minimal',
    title: 'accepts a token response with only the required fields',
    // RFC 6749 demands token_type, and strict libraries refuse an answer without it.
    level: 'note',
    why: 'the guide guarantees only access_token, refresh_token, event_id, organization_id and scope',
    source: 'our reading of the guide, token endpoint',
    fix: 'treat every other field of a token response as optional; without token_type it is Bearer',
    needs: act('the token response has only the required fields'),
    judge: (evidence) => tokenAnswerTaken(evidence, ['code-minimal']),
  },
  {
    id: 'fewer-scopes',
    title: 'reads the granted scope, and works with fewer scopes',
    level: 'should',
    why: 'organizers may untick optional scopes; requests without the scope are rejected',
    source: 'guide, scopes',
    fix: 'store the scope of the token response, and skip what it does not cover',
    needs: act('the organizer unticks every optional scope'),
    judge: (evidence) =>
      onActs(evidence, ['fewer-scopes'], (one) => {
        const refused = during(one, evidence.apis).filter(({ error }) => error === 'insufficient_scope');
        if (refused.length > 0) return { what: 'requested data whose scope was not granted', shown: [one, ...refused] };
        const crash = crashOf(one, 'the callback');
        if (crash !== null) return crash;
        // Where nothing was optional, nothing could be unticked.
        if (!canSync(evidence) || !hasFewer(one, evidence)) return untested;
        return one.facts['sync'] === 'no answer' ? 'the sync did not end' : null;
      }),
  },
];

/** A ruling on logins whose token answer was unusual. */
function tokenAnswerTaken(evidence: Evidence, acts: readonly string[]): Ruling {
  return onActs(evidence, acts, (one) => {
    const landed = one.facts['landed'];
    if (landed === null || Number(landed ?? 0) >= 400) return `the callback was answered ${landed ?? 'not at all'}`;
    return isStruck(during(one, evidence.tokens)) ? failureOf(one, evidence) : untested;
  });
}

const forgeries = ['forged-state', 'missing-state', 'similar-state'];

/** Whether a login of an act got fewer scopes than the first one. */
function hasFewer(one: ActSeen, evidence: Evidence): boolean {
  const granted = (act: ActSeen | undefined) =>
    (act && exchanges(act, evidence).find(({ issued }) => issued !== null)?.issued?.scope.length) ?? 0;
  const usual = granted(evidence.acts.find(({ act: id }) => id === 'consent'));
  const now = granted(one);
  return now > 0 && now < usual;
}

function exchanges(one: ActSeen, { tokens }: Evidence): readonly TokenSeen[] {
  return during(one, tokens).filter(({ grant }) => grant === 'code');
}

function redeemed(one: ActSeen, evidence: Evidence, what: string) {
  const [first] = exchanges(one, evidence);
  return first === undefined ? null : { what: `the code of ${what} was sent`, shown: [one, first] };
}
