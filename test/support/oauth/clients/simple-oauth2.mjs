import { AuthorizationCode } from 'simple-oauth2';
import * as steps from './steps.mjs';

const { clientId, clientSecret, redirectUri, eventId, scope, authBase } = steps;
const client = new AuthorizationCode({
  client: { id: clientId, secret: clientSecret },
  auth: { tokenHost: authBase, tokenPath: '/oauth/token', authorizePath: '/oauth/authorize' },
  options: { authorizationMethod: 'body' },
});

const url = client.authorizeURL({
  redirect_uri: redirectUri,
  scope,
  state: 'a state of this session',
  event_id: eventId,
  code_challenge: steps.codeChallenge,
  code_challenge_method: 'S256',
});
const code = (await steps.redirected(url)).searchParams.get('code');
const first = await client.getToken({ code, redirect_uri: redirectUri, code_verifier: steps.codeVerifier });
const rows = await steps.countRowsWith(first.token.access_token);
const second = await first.refresh();
const rowsAfterRefresh = await steps.countRowsWith(second.token.access_token);
const reuse = await first.refresh().catch((error) => error);
steps.report({ event: first.token.event_id, rows, rowsAfterRefresh, reuse: reuse.data.payload.error });
