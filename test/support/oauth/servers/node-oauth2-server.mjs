import OAuth2Server from '@node-oauth/oauth2-server';
import { bound, client, serve } from './serve.mjs';

const registered = {
  id: client.id,
  redirectUris: [client.redirectUri],
  grants: ['authorization_code', 'refresh_token'],
};
const codes = new Map();
const tokens = new Map();

const model = {
  getClient: (id, secret) => id === client.id && (secret === null || secret === client.secret) && registered,
  validateScope: (_user, _client, scope) => scope,
  saveAuthorizationCode(code, of, user) {
    const saved = { ...code, client: of, user };
    codes.set(code.authorizationCode, saved);
    return saved;
  },
  getAuthorizationCode: (code) => codes.get(code),
  revokeAuthorizationCode: ({ authorizationCode }) => codes.delete(authorizationCode),
  saveToken(token, of, user) {
    const saved = { ...token, client: of, user };
    tokens.set(token.refreshToken, saved);
    return saved;
  },
  getRefreshToken: (token) => tokens.get(token),
  revokeToken: ({ refreshToken }) => tokens.delete(refreshToken),
  getAccessToken: () => null,
};

await serve(() => {
  const server = new OAuth2Server({ model });
  const authenticateHandler = { handle: () => ({ id: 'organizer' }) };
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, headers } = request;
    const query = Object.fromEntries(searchParams);
    const asked = new OAuth2Server.Request({
      method,
      headers,
      query,
      body: Object.fromEntries(new URLSearchParams(body)),
    });
    const answer = new OAuth2Server.Response();
    try {
      if (pathname === '/oauth/authorize') await server.authorize(asked, answer, { authenticateHandler });
      else {
        await server.token(asked, answer);
        Object.assign(answer.body, bound);
      }
    } catch (error) {
      // What it answers is in `answer` already: an error for the client, or a page for the user.
      if (answer.status === 200) answer.status = error.code;
    }
    response.writeHead(answer.status ?? 500, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  };
});
