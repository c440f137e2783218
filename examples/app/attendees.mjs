// A small integration, as a test suite finds one: it keeps who is approved, from webhooks and from the API.
import { createServer } from 'node:http';
import { isGenuine } from './signature.mjs';

export class Attendees {
  /** Status by participant id. */
  status = new Map();
  /** Set by a test that wants the handler to fail. */
  isDown = false;
  #env;
  #worked = new Set();
  #server = createServer((request, response) => this.#receive(request, response));

  /** @param env  the variables of the sandbox, or those of the real Revento */
  use(env) {
    this.#env = env;
  }

  /** Resolves with the address for webhooks. */
  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}/webhooks/revento`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Reads everybody from the API. */
  async sync(accessToken) {
    const path = `${this.#env.REVENTO_API_BASE}/events/${this.#env.SANDBOX_EVENT_ID}/participants?limit=50`;
    for (let cursor = null; ; ) {
      const page = await this.#read(
        cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
        accessToken,
      );
      for (const { id, application_status: status } of page.data) this.status.set(id, status);
      if (!page.has_more) return;
      cursor = page.next_cursor;
    }
  }

  async #read(url, accessToken) {
    for (let left = 2; ; left--) {
      const answer = await fetch(url, {
        headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/vnd.revento.v1+json' },
      });
      if (answer.ok) return answer.json();
      // Worth another try; everything else is for the caller.
      if (answer.status < 500 || left === 0) throw new Error(`HTTP ${answer.status} for ${url}`);
    }
  }

  async #receive(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const answer = (status) => response.writeHead(status).end();
    const { 'x-revento-timestamp': timestamp, 'x-revento-signature': signature } = request.headers;
    if (!isGenuine([this.#env.REVENTO_WEBHOOK_SECRET], body, timestamp, signature)) return answer(401);
    if (this.isDown) return answer(503);
    const id = request.headers['x-revento-delivery-id'];
    if (!this.#worked.has(id)) this.#work(JSON.parse(body));
    this.#worked.add(id);
    return answer(204);
  }

  #work({ type, data }) {
    if (type.startsWith('application.')) this.status.set(data.participant_id, data.status);
  }
}
