import * as oauth from 'oauth4webapi';
import * as steps from './steps.mjs';

const { clientId, clientSecret, redirectUri, eventId, scope, authBase } = steps;
const server = { issuer: authBase, token_endpoint: `${authBase}/oauth/token` };
const client = { client_id: clientId };
const clientAuth = oauth.ClientSecretPost(clientSecret);
const insecure = { [oauth.allowInsecureRequests]: true };

const state = oauth.generateRandomState();
const verifier = oauth.generateRandomCodeVerifier();
const url = new URL(`${authBase}/oauth/authorize`);
url.search = new URLSearchParams({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: redirectUri,
  scope,
  state,
  event_id: eventId,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
}).toString();
const params = oauth.validateAuthResponse(server, client, await steps.redirected(url), state);
const answer = await oauth.authorizationCodeGrantRequest(
  ...[server, client, clientAuth, params, redirectUri, verifier, insecure],
);
const first = await oauth.processAuthorizationCodeResponse(server, client, answer);
const rows = await steps.countRowsWith(first.access_token);
const refresh = async () =>
  oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, clientAuth, first.refresh_token, insecure),
  );
const second = await refresh();
const rowsAfterRefresh = await steps.countRowsWith(second.access_token);
const reuse = await refresh().catch((error) => error);
steps.report({ event: first.event_id, rows, rowsAfterRefresh, reuse: reuse.error });
