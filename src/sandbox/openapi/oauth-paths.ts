import { scopes } from '../oauth/scopes.ts';
import { choice, errorAnswer, jsonAnswer, objectOf, text } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';

const names = scopes.map(({ name }) => name).join(', ');
const html: JsonSchema = { content: { 'text/html': { schema: text } } };
const noStore: JsonSchema = { 'Cache-Control': { schema: { const: 'no-store' }, required: true } };

/** Source: guide, token endpoint. Assumed: the fields that only the sandbox is sure of. */
export const tokenAnswer = objectOf(
  {
    access_token: text,
    refresh_token: { type: 'string', description: 'replaces the previous one, which is spent' },
    ...{ event_id: text, organization_id: text },
    scope: { type: 'string', description: 'what was granted, separated by spaces' },
  },
  {
    token_type: { const: 'Bearer' },
    expires_in: { type: 'integer', description: 'seconds' },
    refresh_expires_in: { type: 'integer', description: 'seconds' },
    user_id: { type: 'string', description: 'the participant who logged in' },
  },
);

const query = (name: string, description: string, schema: JsonSchema = text) => ({
  ...{ name, in: 'query', required: true, description, schema },
});

const authorize: JsonSchema = {
  operationId: 'authorize',
  tags: ['OAuth'],
  summary: 'Ask an organizer or a participant for consent, in their browser',
  security: [],
  parameters: [
    query('response_type', 'the authorization code flow', { const: 'code' }),
    query('client_id', 'the integration'),
    query('redirect_uri', 'a registered one, byte for byte'),
    query('scope', `separated by spaces, of one kind: ${names}`),
    query('event_id', 'the event that the consent is for'),
    query('state', 'unpredictable; comes back unchanged'),
    query('code_challenge', 'base64url of the SHA-256 of the verifier', {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{43}$',
    }),
    query('code_challenge_method', 'PKCE', { const: 'S256' }),
  ],
  responses: {
    200: { description: 'The consent page', ...html },
    302: {
      description: 'Back to redirect_uri, with code and state, or with error and state',
      headers: { Location: { schema: text, required: true } },
      ...choice('the errors besides access_denied'),
    },
    400: {
      description: 'An error page: an unknown client or redirect URI never redirects',
      ...html,
      ...choice('the page'),
    },
  },
};

const client = { client_id: text, client_secret: { type: 'string', description: 'omitted by public clients' } };

const token: JsonSchema = {
  operationId: 'token',
  tags: ['OAuth'],
  summary: 'Exchange a code for tokens, or refresh them',
  description: 'Every refresh gives a new refresh token. Using a spent one revokes the login.',
  security: [],
  requestBody: {
    required: true,
    content: {
      'application/x-www-form-urlencoded': {
        schema: {
          oneOf: [
            {
              type: 'object',
              properties: {
                ...{ grant_type: { const: 'authorization_code' }, ...client, code: text, redirect_uri: text },
                code_verifier: text,
              },
              required: ['grant_type', 'client_id', 'code', 'redirect_uri', 'code_verifier'],
            },
            {
              type: 'object',
              properties: { grant_type: { const: 'refresh_token' }, ...client, refresh_token: text },
              required: ['grant_type', 'client_id', 'refresh_token'],
            },
          ],
        },
      },
    },
  },
  responses: {
    200: jsonAnswer('Tokens', { $ref: '#/components/schemas/TokenAnswer' }, { headers: noStore }),
    400: errorAnswer(
      'The grant is invalid, which is permanent; or the request is malformed',
      ['invalid_grant', 'invalid_request', 'unsupported_grant_type', 'invalid_scope'],
      choice('the codes besides invalid_grant'),
    ),
    401: errorAnswer('Client authentication failed', ['invalid_client'], {
      headers: { 'WWW-Authenticate': { schema: text, required: true } },
      ...choice('the status'),
    }),
    '5XX': errorAnswer('Revento failed', ['server_error'], choice('the code')),
  },
};

export const oauthPaths: JsonSchema = {
  '/oauth/authorize': { get: authorize },
  '/oauth/token': { post: token },
};
