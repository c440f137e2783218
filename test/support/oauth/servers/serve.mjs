// What the servers here share: where the client is registered, and how a test learns where the server is.
import { createServer } from 'node:http';

const [redirectUri] = process.argv.slice(2);

/** The one registered client: its secret comes in the body, and its redirect URI is the only one. */
export const client = {
  id: process.env.REVENTO_CLIENT_ID,
  secret: process.env.REVENTO_CLIENT_SECRET,
  redirectUri,
};

/** What Revento adds to a token answer. */
export const bound = { event_id: 'evt_1', organization_id: 'org_1' };

/** Listens on a free port of `localhost` and prints it once `handlerFor` has made what answers there. */
export async function serve(handlerFor) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address();
  server.on('request', await handlerFor(`http://localhost:${port}`));
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}
