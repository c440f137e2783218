import { createHmac, randomBytes } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Json } from '../../json/value.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import type { Begun, Deliveries, Delivery } from '../deliveries/deliveries.ts';
import { deletionNotice, envelopeOf } from '../deliveries/notices.ts';
import { type Fault, type FaultPlan, parseFault } from '../faults/faults.ts';
import { apiError, json } from '../message/reply.ts';
import type { Incoming } from '../message/request.ts';
import { isSame } from '../oauth/clients.ts';
import type { Consent, Grants } from '../oauth/grants.ts';
import { type SandboxEvent, testEventId } from '../world/world.ts';

/**
 * Where `sandbox exec` leaves the key of its sandbox. A variable of its own, because a command that is run by
 * `webhook listen` is not given the client secret the key follows from.
 */
export const controlVariable = 'REVENTO_SANDBOX_KEY';

/** Where the running sandbox is steered from, beside its public paths. */
export const controlPrefix = '/_sandbox';

/** A type becomes a header, so it has to be one plain word. */
const typeForm = /^[a-z][a-z0-9_.-]{0,63}$/;

/**
 * The bearer key of the control path. It follows from the client secret, so that whoever has the sandbox's
 * credentials (its profile, or the environment `sandbox exec` sets) needs nothing else, and a web page has nothing.
 *
 * Never throws.
 */
export function controlKeyOf(clientId: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret).update(`revento sandbox control\0${clientId}`).digest('base64url');
}

/** A signing secret that nobody has. */
export function createWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}

export interface ControlParts {
  readonly key: string;
  readonly events: readonly SandboxEvent[];
  readonly grants: Grants;
  readonly faults: FaultPlan;
  /** Null when the sandbox has no webhook URL. */
  readonly deliveries: Deliveries | null;
  readonly now: () => number;
  readonly reset: (keepsLogins: boolean) => void;
}

/** Answers the control path: reset, trigger, revoke, rotate, faults, and the deliveries with their redelivery. */
export class Control {
  readonly #parts: ControlParts;
  #triggered = 0;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  async answer(incoming: Incoming): Promise<HttpResponse> {
    const { requestId } = incoming;
    const key = /^Bearer (.+)$/.exec(incoming.header('authorization') ?? '')?.[1] ?? '';
    // A browser names the page it acts for; no page has any business here, whatever it knows.
    if (incoming.header('origin') !== null || !isSame(this.#parts.key, key)) {
      return apiError(403, 'forbidden', 'the control path needs the sandbox’s own key', requestId);
    }
    const body = readBody(incoming);
    if (body === null) return apiError(400, 'validation_error', 'the body must be a JSON object', requestId);
    const path = incoming.path.slice(controlPrefix.length);
    const redelivered = /^\/deliveries\/([0-9a-f-]{36})\/redeliver$/.exec(path)?.[1];
    if (incoming.method === 'GET' && path === '/deliveries') return this.#list();
    if (incoming.method !== 'POST') return apiError(405, 'method_not_allowed', 'use POST', requestId);
    if (path === '/reset') return this.#reset(body);
    if (path === '/trigger') return this.#trigger(body, requestId);
    if (path === '/revoke') return this.#revoke(body, requestId);
    if (path === '/faults') return this.#order(body, requestId);
    if (path === '/rotate') return this.#rotate(body, requestId);
    if (redelivered !== undefined) return this.#redeliver(redelivered, body, requestId);
    return apiError(404, 'not_found', 'there is no such control', requestId);
  }

  #list(): HttpResponse {
    return json(200, { deliveries: (this.#parts.deliveries?.list() ?? []).map(shown) });
  }

  #reset(body: Body): HttpResponse {
    this.#triggered = 0;
    this.#parts.reset(body['keep_logins'] === true);
    return json(200, { reset: true });
  }

  async #trigger(body: Body, requestId: string): Promise<HttpResponse> {
    const { deliveries } = this.#parts;
    const type = `${body['type'] ?? ''}`;
    if (!typeForm.test(type)) {
      return apiError(400, 'validation_error', 'type must be a word such as application.approved', requestId);
    }
    const event = this.#eventOf(body);
    if (event === null) return this.#unknownEvent(requestId);
    if (deliveries === null) return noTarget(requestId);
    const index = this.#triggered++;
    const occurredAt = new Date(this.#parts.now()).toISOString();
    const begun = deliveries.send(envelopeOf({ type, event, index, occurredAt, data: body['data'] }));
    return json(202, shown(await toAnswer(begun, body)));
  }

  async #redeliver(id: string, body: Body, requestId: string): Promise<HttpResponse> {
    const { deliveries } = this.#parts;
    if (deliveries === null) return noTarget(requestId);
    const begun = deliveries.redeliver(id);
    if (begun === null) return apiError(404, 'not_found', 'there is no delivery of this id', requestId);
    return json(202, shown(await toAnswer(begun, body)));
  }

  /** Ends logins as an organizer or participant would in Revento, and sends what Revento then sends. */
  async #revoke(body: Body, requestId: string): Promise<HttpResponse> {
    const { grants, deliveries, now } = this.#parts;
    const event = this.#eventOf(body);
    if (event === null) return this.#unknownEvent(requestId);
    const kind = body['kind'] === 'user' ? 'user' : 'installation';
    const ended = grants.revoke((consent) => consent.kind === kind && consent.eventId === event.id);
    const occurredAt = new Date(now()).toISOString();
    // One notice a consent that ended for somebody, however many logins it had.
    const perUser = new Map<string | null, Consent>(ended.map((consent) => [consent.user?.id ?? null, consent]));
    const begun =
      deliveries === null
        ? []
        : [...perUser.values()].map((consent) => deliveries.send(deletionNotice(consent, occurredAt)));
    const sent = await Promise.all(begun.map((one) => toAnswer(one, body)));
    return json(200, { revoked: ended.length, event_id: event.id, kind, deliveries: sent.map(shown) });
  }

  /** Orders faults besides, or in place of, those there are. The answer lists what is ordered then. */
  #order(body: Body, requestId: string): HttpResponse {
    const { faults } = this.#parts;
    const added = readFaults(body['add'] ?? []);
    if (typeof added === 'string') return apiError(400, 'validation_error', added, requestId);
    if (body['clear'] === true) faults.clear();
    faults.add(added);
    return json(200, { faults: faults.list().map((fault) => ({ ...fault })) });
  }

  /** Begins a rotation of the signing secret, or ends the one under way. The answer names the secrets that sign. */
  #rotate(body: Body, requestId: string): HttpResponse {
    const signing = this.#parts.deliveries?.signing;
    if (signing === undefined) return noTarget(requestId);
    const isEnd = body['finish'] === true;
    if (isEnd && signing.previous === null) {
      return apiError(409, 'no_rotation', 'no rotation is under way', requestId);
    }
    if (isEnd) signing.finish();
    else signing.rotate(createWebhookSecret());
    return json(200, { webhook_secret: signing.current, webhook_secret_previous: signing.previous });
  }

  #eventOf(body: Body): SandboxEvent | null {
    const id = body['event_id'] ?? testEventId;
    return this.#parts.events.find((event) => event.id === id) ?? null;
  }

  #unknownEvent(requestId: string): HttpResponse {
    const known = this.#parts.events.map(({ id }) => id).join(' and ');
    return apiError(404, 'not_found', `the sandbox has no such event; it has ${known}`, requestId);
  }
}

/** What is told of a delivery: how its first try went, which may take a handler's patience and any fault's delay. */
function toAnswer({ delivery, tried }: Begun, body: Body): Promise<Delivery> | Delivery {
  return body['at_once'] === true ? delivery : tried;
}

type Body = { readonly [field: string]: Json | undefined };

function readBody(incoming: Incoming): Body | null {
  if (incoming.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(incoming.body).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null;
  } catch {
    return null;
  }
}

/** The faults, or what is wrong with them. */
function readFaults(texts: Json): readonly Fault[] | string {
  if (!Array.isArray(texts)) return 'add must be a list of faults';
  try {
    return texts.map((text: Json) => parseFault(`${text}`));
  } catch (error) {
    if (error instanceof ReventoError) return error.message;
    throw error;
  }
}

function noTarget(requestId: string): HttpResponse {
  return apiError(409, 'no_webhook_url', 'the sandbox has nowhere to send deliveries to', requestId);
}

/** A copy in the shape of JSON. */
function shown({ attempts, ...delivery }: Delivery): { readonly [field: string]: Json } {
  return { ...delivery, attempts: attempts.map((attempt) => ({ ...attempt })) };
}
