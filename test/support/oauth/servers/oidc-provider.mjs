import { Provider } from 'oidc-provider';
import { bound, client, serve } from './serve.mjs';

await serve((issuer) => {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    scopes: ['event.read', 'participants.read', 'program.read'],
    routes: { authorization: '/oauth/authorize', token: '/oauth/token' },
    extraParams: ['event_id'],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/consent/${uid}` },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === 'token' && context.status === 200) Object.assign(context.body, bound);
  });
  const answer = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith('/consent/')) return answer(request, response);
    // A person who says yes to everything.
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: 'organizer', clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const result = { login: { accountId: 'organizer' }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result);
  };
});
