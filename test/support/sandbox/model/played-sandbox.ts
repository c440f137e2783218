import { randomBytes } from 'node:crypto';
import type { Fault } from '../../../../src/sandbox/faults/fault.ts';
import { readSnapshot, type Snapshot } from '../../../../src/sandbox/saved/snapshot.ts';
import { createSandbox, type Sandbox } from '../../../../src/sandbox/server/app.ts';
import { stillClock } from '../../fake-clock.ts';
import { integrationOf, jsonOf } from '../client.ts';
import type { Facts } from './model.ts';

const participants = 12;
const afterEveryRetryMs = 4 * 3_600_000;

interface Envelope {
  readonly type: string;
  readonly data: Facts;
}

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** A sandbox, its control API, and a handler that works each delivery once. Real time stands still. */
export class PlayedSandbox {
  readonly #key = randomBytes(24).toString('hex');
  readonly #secret = randomBytes(24).toString('hex');
  /** What the handler acknowledged, by delivery id. */
  readonly #acknowledged = new Map<string, Envelope>();
  isHandlerDown = false;
  #sandbox: Sandbox = this.#create({});

  /** Asks the control API. */
  async ask(method: string, path: string, body?: Facts): Promise<{ readonly status: number } & Facts> {
    const headers = [['Authorization', `Bearer ${this.#key}`]] as const;
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await integrationOf(this.#sandbox).send(method, `/_sandbox/v1${path}`, headers, text);
    return { ...jsonOf(answer), status: answer.status };
  }

  /** Resolves once no attempt is under way. */
  async settle(): Promise<void> {
    await this.#sandbox.deliveries?.settled();
  }

  /** What the sandbox's clock shows; real time stands still, so it is exact. */
  async now(): Promise<number> {
    return Date.parse(String((await this.ask('GET', '/clock'))['now']));
  }

  async login(): Promise<Tokens> {
    const { access_token: access, refresh_token: refresh } = await integrationOf(this.#sandbox).login();
    return { access: String(access), refresh: String(refresh) };
  }

  async refresh(token: string): Promise<Tokens | { readonly error: unknown }> {
    const {
      error,
      access_token: access,
      refresh_token: refresh,
    } = jsonOf(await integrationOf(this.#sandbox).refresh(token));
    return error === undefined ? { access: String(access), refresh: String(refresh) } : { error };
  }

  /** Reads the event with a token. @returns `ok`, or the code of the error */
  async read(token: string): Promise<string> {
    const answer = await integrationOf(this.#sandbox).api(`/events/${this.#sandbox.eventId}`, token);
    return answer.status === 200 ? 'ok' : String(jsonOf(answer)['error']);
  }

  /** Every row of a list of the test event, by an organizer who has just logged in. */
  async list(name: 'participants' | 'activities'): Promise<readonly Facts[]> {
    const app = integrationOf(this.#sandbox);
    const { access_token: token } = await app.login();
    const rows: Facts[] = [];
    for (let cursor = ''; ; ) {
      const page = jsonOf(await app.api(`/events/${this.#sandbox.eventId}/${name}?limit=50${cursor}`, token));
      rows.push(...(page['data'] as Facts[]));
      if (page['has_more'] !== true) return rows;
      cursor = `&cursor=${page['next_cursor']}`;
    }
  }

  /** Ends it and starts another one from what it saved. @returns what each of the two saves */
  restart(): { readonly before: Snapshot; readonly after: Snapshot } {
    const before = this.#sandbox.save();
    this.#sandbox.close();
    const read = readSnapshot(JSON.parse(JSON.stringify(before)));
    if ('problem' in read) throw new Error(read.problem);
    this.#sandbox = this.#create({ saved: read.snapshot });
    return { before, after: this.#sandbox.save() };
  }

  /** Lets the handler work again, and sends until everything is acknowledged. */
  async catchUp(): Promise<void> {
    this.isHandlerDown = false;
    await this.ask('POST', '/faults', { add: [], clear: true });
    await this.settle();
    await this.ask('POST', '/clock/advance', { ms: afterEveryRetryMs });
    for (const { delivery_id: id, state } of this.deliveries()) {
      if (state === 'dead') await this.ask('POST', `/deliveries/${id}/redeliver`);
    }
    await this.settle();
  }

  deliveries() {
    return this.#sandbox.deliveries?.list() ?? [];
  }

  /** What the handler acknowledged, in the order in which it happened. */
  acknowledged(): readonly Envelope[] {
    return this.deliveries().flatMap(({ delivery_id: id }) => this.#acknowledged.get(id) ?? []);
  }

  close(): void {
    this.#sandbox.close();
  }

  #create(options: { readonly saved?: Snapshot; readonly faults?: readonly Fault[] }): Sandbox {
    return createSandbox({
      ...options,
      clock: stillClock(),
      participants,
      hasAutoConsent: true,
      hasRateLimits: false,
      controlKey: this.#key,
      webhook: {
        url: 'http://127.0.0.1:3000/webhooks/revento',
        secret: this.#secret,
        send: async ({ headers, body }) => {
          if (this.isHandlerDown) return { status: 503, headers: [], body: new Uint8Array() };
          const id = headers.find(([name]) => name === 'X-Revento-Delivery-Id')?.[1] ?? '';
          if (!this.#acknowledged.has(id)) {
            this.#acknowledged.set(id, JSON.parse(Buffer.from(body).toString('utf8')) as Envelope);
          }
          return { status: 204, headers: [], body: new Uint8Array() };
        },
      },
    });
  }
}
