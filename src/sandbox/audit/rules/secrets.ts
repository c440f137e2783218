import { isAfter } from '../evidence.ts';
import { groups } from '../groups.ts';
import { each, type Rule } from '../rule.ts';

/** What must not be seen, and where it must not be. */
export const secretRules: readonly Rule[] = [
  {
    id: 'code-once',
    title: 'redeems a code only once',
    level: 'must',
    why: 'a second redemption revokes the tokens of the first',
    source: 'RFC 6749 section 4.1.2',
    fix: 'delete the state when its redirect arrives, so that a reloaded callback redeems nothing',
    needs: 'a code exchange',
    judge: ({ tokens }) => {
      const byCode = groups(tokens, ({ grant, code }) => (grant === 'code' ? code : null));
      const breaches = [...byCode.values()].flatMap((same) => {
        const first = same.find(({ issued, isLost }) => issued !== null && !isLost);
        const again = first && same.find((one) => isAfter(first, one));
        return again ? [{ what: 'the same code was sent again', shown: [first, again] }] : [];
      });
      return { breaches, isSeen: [...byCode.values()].some((same) => same.some(({ issued }) => issued !== null)) };
    },
  },
  {
    id: 'secret-not-in-url',
    title: 'sends secrets only in the request body',
    level: 'must',
    why: 'URLs end up in logs, browser histories and proxies',
    source: 'guide, token endpoint; RFC 6749 section 2.3.1',
    fix: 'send client_secret, code, code_verifier and refresh_token in the form body',
    needs: 'a token request',
    judge: ({ authorizes, tokens, apis }) => {
      const found = [...authorizes, ...tokens, ...apis].flatMap((one) => {
        const names = one.secretsInUrl.filter((name) => name !== 'access_token');
        return names.length === 0 ? [] : [{ what: `${names.join(', ')} in the URL`, shown: [one] }];
      });
      return { breaches: found, isSeen: tokens.length > 0 };
    },
  },
  {
    id: 'token-in-header',
    title: 'sends the access token in the Authorization header',
    level: 'must',
    why: 'URLs end up in logs, browser histories and proxies',
    source: 'guide, read API; RFC 6750 section 2.3',
    fix: 'send the header Authorization: Bearer TOKEN',
    needs: 'an API request',
    judge: ({ apis }) =>
      each(
        apis.filter(({ token, secretsInUrl }) => token !== null || secretsInUrl.length > 0),
        ({ secretsInUrl }) => (secretsInUrl.includes('access_token') ? 'an access token in the URL' : null),
      ),
  },
  {
    id: 'client-auth-in-body',
    title: 'sends client_id and client_secret in the form body',
    level: 'should',
    why: 'the token endpoint reads them only from the body',
    source: 'guide, token endpoint',
    fix: 'set your OAuth library to client_secret_post',
    needs: 'a token request',
    judge: ({ tokens }) => {
      const refused = tokens.filter(({ hasCredentialsInHeader, error }) => hasCredentialsInHeader && error !== null);
      // Some libraries try the header first and the body when it is refused.
      const lastGood = tokens.findLast(({ issued }) => issued !== null);
      const lasting = refused.filter((one) => lastGood === undefined || !isAfter(one, lastGood));
      return {
        breaches: lasting.map((one) => ({ what: 'credentials in an Authorization header', shown: [one] })),
        isSeen: tokens.length > 0,
      };
    },
  },
];
