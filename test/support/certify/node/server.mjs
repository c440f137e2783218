// An integration that does everything as the guide says, for `revento certify`. MUTANT names one mistake that it makes on
// purpose; GOLDEN_HOME is where it keeps tokens and deliveries.
import { createServer } from 'node:http';
import { receive } from './handler.mjs';
import { begin, land } from './login.mjs';
import { sync } from './mirror.mjs';
import { get } from './reader.mjs';
import { effects } from './store.mjs';

const { PORT: port = '3000', SANDBOX_EVENT_ID: testEvent } = process.env;

/** Sends a browser to the consent page. */
async function ask(query, who) {
  const { session, url } = await begin(query.get('event_id') ?? testEvent, who);
  return {
    status: 302,
    headers: { Location: url, 'Set-Cookie': `session=${session}; HttpOnly; Path=/; SameSite=Lax` },
  };
}

const routes = {
  'GET /': () => ({ status: 200, text: 'golden' }),
  'GET /effects': () => ({ status: 200, text: JSON.stringify(effects()) }),
  'GET /connect': ({ query }) => ask(query, 'organizer'),
  'GET /login': ({ query }) => ask(query, 'participant'),
  'GET /callback': async ({ request, url }) => {
    const { name, ...page } = await land(/(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1], url);
    if (name?.includes(' ')) await get(name, '/me/profile');
    return page;
  },
  'POST /webhooks/revento': async ({ request, body }) => {
    return { status: await receive(request, body) };
  },
  'POST /sync': async ({ query }) => {
    try {
      return { status: 200, text: `${await sync(query.get('event_id') ?? testEvent)} participants` };
    } catch (error) {
      return { status: 502, text: error.message };
    }
  },
};

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, `http://${request.headers.host}`);
  const route = routes[`${request.method} ${url.pathname}`];
  try {
    const answer = await route?.({ request, url, query: url.searchParams, body: Buffer.concat(chunks) });
    const { status = 404, headers = {}, text = '' } = answer ?? {};
    response.writeHead(status, headers).end(text);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    response.writeHead(500).end();
  }
}).listen(Number(port), '127.0.0.1');
