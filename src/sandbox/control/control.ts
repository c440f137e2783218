import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';
import type { Json } from '../../json/value.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { deletionNotice, envelopeOf } from '../deliveries/notices.ts';
import { createWebhookSecret } from '../deliveries/signing.ts';
import { parseFault } from '../faults/fault.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { apiError, json } from '../message/reply.ts';
import type { Incoming } from '../message/request.ts';
import { isSame } from '../oauth/clients.ts';
import type { Consent, Grants } from '../oauth/grants.ts';
import { type SandboxEvent, testEventId } from '../world/world.ts';
import { controlPrefix } from './key.ts';
import {
  type OperationName,
  operationAt,
  operations,
  type ReadParamsOf,
  type ResultOf,
  readParams,
} from './operations.ts';

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

/** What the sandbox does for each operation. */
type Work = { readonly [Name in OperationName]: (params: ReadParamsOf<Name>) => ResultOf<Name> };

/** An operation that cannot be done; the answer has its status and code. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Answers the control path: one method for each operation, behind a key that no web page has. */
export class Control {
  readonly #parts: ControlParts;
  #triggered = 0;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  answer(incoming: Incoming): HttpResponse {
    const { requestId } = incoming;
    const refuse = (status: number, code: string, message: string) => apiError(status, code, message, requestId);
    const key = /^Bearer (.+)$/.exec(incoming.header('authorization') ?? '')?.[1] ?? '';
    // A browser names the page it acts for, and no page may control the sandbox, whatever key it has.
    if (incoming.header('origin') !== null || !isSame(this.#parts.key, key)) {
      return refuse(403, 'forbidden', 'the control path needs the sandbox’s own key');
    }
    const found = operationAt(incoming.method, incoming.path.slice(controlPrefix.length));
    if (found === null) return refuse(404, 'not_found', 'this path is not an operation of the sandbox');
    if ('allowed' in found) {
      const allow = found.allowed.join(', ');
      return apiError(405, 'method_not_allowed', `use ${allow}`, requestId, [['Allow', allow]]);
    }
    const body = readBody(incoming);
    if (body === null) return refuse(400, 'validation_error', 'the body must be a JSON object');
    try {
      return json(operations[found.name].status, this.#do(found.name, { ...body, ...found.inPath }));
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.status, error.code, error.message);
      throw error;
    }
  }

  #do<Name extends OperationName>(name: Name, given: unknown): ResultOf<Name> {
    const read = readParams(name, given);
    if ('problem' in read) throw new Refusal(400, 'validation_error', read.problem);
    return this.#work[name](read.params);
  }

  readonly #work: Work = {
    deliveries: () => ({ deliveries: this.#parts.deliveries?.list() ?? [] }),

    redeliver: ({ delivery_id: id }) => {
      const sent = this.#sender().redeliver(id);
      if (sent === null) throw new Refusal(404, 'not_found', 'the sandbox has no delivery with this id');
      return sent;
    },

    trigger: ({ type, event_id: eventId, data }) => {
      const event = this.#eventOf(eventId);
      const sender = this.#sender();
      const index = this.#triggered++;
      return sender.send(envelopeOf({ type, event, index, occurredAt: this.#time(), data }));
    },

    /** Ends logins as an organizer or participant would in Revento, and sends what Revento then sends. */
    revoke: ({ kind, event_id: eventId }) => {
      const { grants, deliveries } = this.#parts;
      const event = this.#eventOf(eventId);
      const ended = grants.revoke((consent) => consent.kind === kind && consent.eventId === event.id);
      // One notice for each consent that ended, however many logins it had.
      const perUser = new Map<string | null, Consent>(ended.map((consent) => [consent.user?.id ?? null, consent]));
      const notices = [...perUser.values()].map((consent) => deletionNotice(consent, this.#time()));
      const sent = deliveries === null ? [] : notices.map((notice) => deliveries.send(notice));
      return { revoked: ended.length, event_id: event.id, kind, deliveries: sent };
    },

    faults: () => ({ faults: this.#parts.faults.list() }),

    fault: ({ add, clear }) => {
      const { faults } = this.#parts;
      const added = readFaults(add);
      if (clear) faults.clear();
      faults.add(added);
      return { faults: faults.list() };
    },

    rotate: ({ finish }) => {
      const { signing } = this.#sender();
      if (finish && signing.previous === null) throw new Refusal(409, 'no_rotation', 'no rotation is in progress');
      if (finish) signing.finish();
      else signing.rotate(createWebhookSecret());
      return { webhook_secret: signing.current, webhook_secret_previous: signing.previous };
    },

    reset: ({ keep_logins: keepsLogins }) => {
      this.#triggered = 0;
      this.#parts.reset(keepsLogins);
      return { reset: true };
    },
  };

  #sender(): Deliveries {
    if (this.#parts.deliveries !== null) return this.#parts.deliveries;
    throw new Refusal(409, 'no_webhook_url', 'the sandbox has no webhook URL to send deliveries to');
  }

  #eventOf(id: string = testEventId): SandboxEvent {
    const { events } = this.#parts;
    const event = events.find((one) => one.id === id);
    if (event !== undefined) return event;
    const known = events.map((one) => one.id).join(' and ');
    throw new Refusal(404, 'not_found', `the sandbox has no such event; it has ${known}`);
  }

  #time(): string {
    return new Date(this.#parts.now()).toISOString();
  }
}

function readBody(incoming: Incoming): { readonly [field: string]: Json } | null {
  if (incoming.body.length === 0) return {};
  return parseRecord(Buffer.from(incoming.body).toString('utf8')) as { readonly [field: string]: Json } | null;
}

function readFaults(texts: readonly string[]) {
  try {
    return texts.map(parseFault);
  } catch (error) {
    if (error instanceof ReventoError) throw new Refusal(400, 'validation_error', error.message);
    throw error;
  }
}
