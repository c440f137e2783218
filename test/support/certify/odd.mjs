// A program that `revento certify` has trouble with. MODE says which: one or more of bare, dies, elsewhere, fragile, hangs, late, silent, stubborn.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const { env } = process;
const { MODE = '', PORT: port } = env;
const is = (mode) => MODE.split('+').includes(mode);
const verifier = 'a-verifier-that-is-the-same-for-everybody-who-connects';

if (is('dies')) {
  process.stderr.write(`cannot start: the secret ${env.REVENTO_CLIENT_SECRET} is not mine\n`);
  process.exitCode = 7;
}
if (is('stubborn')) {
  process.on('SIGTERM', () => process.stderr.write('not now\n'));
  // A process of its own that would keep the terminal busy.
  spawn(process.execPath, ['-e', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`], { stdio: 'inherit' });
}

let lastWords = '';
if (is('late')) process.on('SIGTERM', () => process.stdout.write(`at last ${lastWords}\n`, () => process.exit()));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/connect') {
    const to = new URL(`${is('elsewhere') ? 'https://auth.revento.example' : env.REVENTO_AUTH_BASE}/oauth/authorize`);
    to.search = new URLSearchParams({
      response_type: 'code',
      client_id: env.REVENTO_CLIENT_ID,
      redirect_uri: env.REVENTO_REDIRECT_URI,
      scope: 'event.read participants.read',
      event_id: env.SANDBOX_EVENT_ID,
      state: 'always-the-same-state-of-everybody',
      ...(is('bare')
        ? {}
        : {
            code_challenge: createHash('sha256').update(verifier).digest('base64url'),
            code_challenge_method: 'S256',
          }),
    }).toString();
    return response.writeHead(302, { Location: to.href }).end();
  }
  if (url.pathname === '/callback') {
    if (is('fragile') && url.searchParams.has('error')) process.exit(9);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: env.REVENTO_REDIRECT_URI,
      client_id: env.REVENTO_CLIENT_ID,
      client_secret: env.REVENTO_CLIENT_SECRET,
    });
    const answer = await (await fetch(`${env.REVENTO_AUTH_BASE}/oauth/token`, { method: 'POST', body })).text();
    if (is('late')) lastWords ||= answer;
    else process.stdout.write(`token answer ${answer}\n`);
    return response.end('connected');
  }
  if (url.pathname === '/sync' && is('hangs')) return undefined;
  return response.writeHead(url.pathname === '/sync' ? 200 : 404).end();
});
if (is('silent')) setInterval(() => undefined, 1_000);
else if (!is('dies')) server.listen(Number(port), '127.0.0.1');
