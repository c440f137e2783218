import { generateCodeVerifier, OAuth2Client } from '@badgateway/oauth2-client';
import * as steps from './steps.mjs';

const { clientId, clientSecret, redirectUri, eventId, scope, authBase } = steps;
const client = new OAuth2Client({
  server: authBase,
  clientId,
  clientSecret,
  authorizationEndpoint: '/oauth/authorize',
  tokenEndpoint: '/oauth/token',
  authenticationMethod: 'client_secret_post',
});

const state = 'a state of this session';
const codeVerifier = await generateCodeVerifier();
const url = await client.authorizationCode.getAuthorizeUri({
  redirectUri,
  state,
  codeVerifier,
  scope: scope.split(' '),
  extraParams: { event_id: eventId },
});
const landed = await steps.redirected(url);
const first = await client.authorizationCode.getTokenFromCodeRedirect(landed, { redirectUri, state, codeVerifier });
const rows = await steps.countRowsWith(first.accessToken);
const second = await client.refreshToken(first);
const rowsAfterRefresh = await steps.countRowsWith(second.accessToken);
const reuse = await client.refreshToken(first).catch((error) => error);
// It keeps none of the fields of Revento's own.
steps.report({ event: eventId, rows, rowsAfterRefresh, reuse: reuse.oauth2Code });
