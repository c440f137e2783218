import { Strategy } from 'passport-oauth2';
import * as steps from './steps.mjs';

const { clientId, clientSecret, redirectUri, eventId, scope, authBase } = steps;
const strategy = new Strategy(
  {
    authorizationURL: `${authBase}/oauth/authorize`,
    tokenURL: `${authBase}/oauth/token`,
    clientID: clientId,
    clientSecret,
    callbackURL: redirectUri,
    scope: scope.split(' '),
    state: true,
    pkce: true,
    skipUserProfile: true,
  },
  (accessToken, refreshToken, answer, _profile, done) => done(null, { accessToken, refreshToken, answer }),
);
strategy.authorizationParams = () => ({ event_id: eventId });

/** One request of a browser with its session, as passport hands it to a strategy. */
const session = {};
const authenticate = (query) =>
  new Promise((resolve, reject) => {
    const outcome = { redirect: resolve, success: resolve, fail: reject, error: reject };
    Object.assign(Object.create(strategy), outcome).authenticate({ query, session }, {});
  });
const refresh = (refreshToken) =>
  new Promise((resolve, reject) => {
    strategy._oauth2.getOAuthAccessToken(refreshToken, { grant_type: 'refresh_token' }, (error, accessToken) =>
      error ? reject(JSON.parse(error.data)) : resolve(accessToken),
    );
  });

const landed = await steps.redirected(await authenticate({}));
const first = await authenticate(Object.fromEntries(landed.searchParams));
const rows = await steps.countRowsWith(first.accessToken);
const rowsAfterRefresh = await steps.countRowsWith(await refresh(first.refreshToken));
const reuse = await refresh(first.refreshToken).catch((error) => error);
steps.report({ event: first.answer.event_id, rows, rowsAfterRefresh, reuse: reuse.error });
