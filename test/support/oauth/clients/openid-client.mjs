import * as client from 'openid-client';
import * as steps from './steps.mjs';

const { clientId, clientSecret, redirectUri, eventId, scope, authBase } = steps;
const server = {
  issuer: authBase,
  authorization_endpoint: `${authBase}/oauth/authorize`,
  token_endpoint: `${authBase}/oauth/token`,
};
const config = new client.Configuration(server, clientId, clientSecret, client.ClientSecretPost(clientSecret));
client.allowInsecureRequests(config);

const state = client.randomState();
const verifier = client.randomPKCECodeVerifier();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope,
  state,
  event_id: eventId,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});
const landed = await steps.redirected(url);
const first = await client.authorizationCodeGrant(config, landed, { pkceCodeVerifier: verifier, expectedState: state });
const read = ({ access_token: token }) =>
  steps.countRows(async (page) => (await client.fetchProtectedResource(config, token, new URL(page), 'GET')).json());
const rows = await read(first);
const second = await client.refreshTokenGrant(config, first.refresh_token);
const rowsAfterRefresh = await read(second);
const reuse = await client.refreshTokenGrant(config, first.refresh_token).catch((error) => error);
steps.report({ event: first.event_id, rows, rowsAfterRefresh, reuse: reuse.error });
