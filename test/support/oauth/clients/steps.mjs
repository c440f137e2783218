// What every login in this folder has in common: where the sandbox is, the browser, the pages of a list, the report.
import { createHash, randomBytes } from 'node:crypto';

const { REVENTO_AUTH_BASE: authBase, REVENTO_API_BASE: apiBase, SANDBOX_EVENT_ID: eventId } = process.env;
export const { REVENTO_CLIENT_ID: clientId, REVENTO_CLIENT_SECRET: clientSecret } = process.env;
export const { REVENTO_REDIRECT_URI: redirectUri } = process.env;
export { authBase, eventId };
export const scope = 'event.read participants.read program.read';

export const codeVerifier = randomBytes(32).toString('base64url');
export const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

/** Where a browser lands that opens the page: the sandbox consents by itself. */
export async function redirected(url) {
  const { headers } = await fetch(url, { redirect: 'manual' });
  return new URL(headers.get('location'));
}

/** Reads every participant: `get` is the library's own way to send a request with the access token. */
export async function countRows(get) {
  let rows = 0;
  for (let cursor = null, more = true; more; ) {
    const query = new URLSearchParams({ limit: '25', ...(cursor && { cursor }) });
    const page = await get(`${apiBase}/events/${eventId}/participants?${query}`);
    rows += page.data.length;
    cursor = page.next_cursor;
    more = page.has_more;
  }
  return rows;
}

/** `countRows` for a library that gives the token and leaves requests to `fetch`. */
export const countRowsWith = (token) =>
  countRows(async (url) => (await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).json());

export function report(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
