import { randomUUID } from 'node:crypto';
import { OAuth2Server } from 'oauth2-mock-server';
import { bound, serve } from './serve.mjs';

await serve(async (url) => {
  const { issuer, service } = new OAuth2Server(undefined, undefined, {
    endpoints: { authorize: '/oauth/authorize', token: '/oauth/token' },
  });
  issuer.url = url;
  await issuer.keys.generate('RS256');
  // Without an id, two tokens of the same second are the same.
  service.on('beforeTokenSigning', ({ payload }) => Object.assign(payload, { jti: randomUUID() }));
  service.on('beforeResponse', ({ body }) => Object.assign(body, bound));
  return service.requestHandler;
});
