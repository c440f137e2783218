// A program that `revento certify` has trouble with. MODE says which.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const { env } = process;
const { MODE: mode, PORT: port } = env;

if (mode === 'dies') {
  process.stderr.write(`cannot start: the secret ${env.REVENTO_CLIENT_SECRET} is not mine\n`);
  process.exitCode = 7;
}
if (mode === 'stubborn') {
  process.on('SIGTERM', () => process.stderr.write('not now\n'));
  // A process of its own that would keep the terminal busy.
  spawn(process.execPath, ['-e', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`], { stdio: 'inherit' });
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/connect') {
    const to = new URL(`${env.REVENTO_AUTH_BASE}/oauth/authorize`);
    to.search = new URLSearchParams({
      response_type: 'code',
      client_id: env.REVENTO_CLIENT_ID,
      redirect_uri: env.REVENTO_REDIRECT_URI,
      scope: 'event.read participants.read',
      event_id: env.SANDBOX_EVENT_ID,
      state: 'always-the-same-state-of-everybody',
    }).toString();
    return response.writeHead(302, { Location: to.href }).end();
  }
  if (url.pathname === '/callback') {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: env.REVENTO_REDIRECT_URI,
      client_id: env.REVENTO_CLIENT_ID,
      client_secret: env.REVENTO_CLIENT_SECRET,
    });
    const answer = await (await fetch(`${env.REVENTO_AUTH_BASE}/oauth/token`, { method: 'POST', body })).text();
    process.stdout.write(`token answer ${answer}\n`);
    return response.end('connected');
  }
  if (url.pathname === '/sync' && mode === 'hangs') return undefined;
  return response.writeHead(url.pathname === '/sync' ? 200 : 404).end();
});
if (mode === 'silent') setInterval(() => undefined, 1_000);
else if (mode !== 'dies') server.listen(Number(port), '127.0.0.1');
