import { ReventoError } from '../../errors/revento-error.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { auditAnswer, findingLine } from '../audit/answer.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { SandboxClock } from '../clock/sandbox-clock.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { sampleNotice } from '../deliveries/notices.ts';
import { createWebhookSecret } from '../deliveries/signing.ts';
import { parseFault } from '../faults/fault.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { apiError, json } from '../message/reply.ts';
import type { Incoming } from '../message/request.ts';
import type { DirectLogin, logInDirectly } from '../oauth/direct-login.ts';
import type { KeptState } from '../saved/ledger.ts';
import type { Snapshot } from '../saved/snapshot.ts';
import type { Timeline } from '../server/timeline.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Life } from '../world/life.ts';
import { DoesNotFit, isoSeconds } from '../world/stage.ts';
import { testEventId } from '../world/world.ts';
import { listActions, listSubjects } from './choices.ts';
import { guardRefusal } from './guard.ts';
import { queryOf, readBody } from './incoming-params.ts';
import { controlPrefix } from './key.ts';
import {
  fromQuery,
  type OperationName,
  operationAt,
  operations,
  type ReadParamsOf,
  type ResultOf,
  readParams,
} from './operations.ts';
import { ownersOf } from './owners.ts';
import { Refusal, type RefusalCode, refusals } from './refusal.ts';
import { clockView, statusView } from './status-views.ts';
import type { Views } from './views.ts';

export interface ControlParts {
  readonly key: string;
  readonly life: Life;
  readonly faults: FaultPlan;
  /** Null when the sandbox has no webhook URL. */
  readonly deliveries: Deliveries | null;
  readonly clock: SandboxClock;
  readonly timeline: Timeline;
  readonly logIn: (login: DirectLogin) => ReturnType<typeof logInDirectly>;
  readonly reset: (keepsLogins: boolean) => void;
  readonly recorder: Pick<Recorder, 'verdict' | 'news'>;
  readonly views: Views;
  readonly save: () => Snapshot;
  /** Where the sandbox is kept; null for one that lives in memory only. */
  readonly kept: () => KeptState | null;
  /** Milliseconds since the Unix epoch, real time. */
  readonly startedAt: number;
  /** Whether people, tokens and secrets carry markers. */
  readonly hasCanaries: boolean;
  /** A text for new signing secrets to contain. */
  readonly secretMarker: string;
}

/** The implementation of each operation. */
type Work = {
  readonly [Name in OperationName]: (params: ReadParamsOf<Name>) => ResultOf<Name> | Promise<ResultOf<Name>>;
};

/** Answers the control API: one method for each operation, behind a key that no web page has. */
export class Control {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  async answer(incoming: Incoming): Promise<HttpResponse> {
    const { requestId } = incoming;
    const refuse = (code: RefusalCode, message: string) => apiError(refusals[code].status, code, message, requestId);
    const guarded = guardRefusal(incoming, this.#parts.key);
    if (guarded !== null) return refuse(guarded.code, guarded.message);
    const found = operationAt(incoming.method, incoming.path.slice(controlPrefix.length));
    if (found === null) return refuse('not_found', 'this path is not an operation of the sandbox');
    if ('allowed' in found) {
      const allow = found.allowed.join(', ');
      return apiError(405, 'method_not_allowed', `use ${allow}`, requestId, [['Allow', allow]]);
    }
    const body = incoming.method === 'GET' ? fromQuery(found.name, queryOf(incoming)) : readBody(incoming);
    if (body === null) return refuse('validation_error', 'the body must be a JSON object');
    try {
      return json(operations[found.name].status, await this.do(found.name, { ...body, ...found.inPath }));
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.code, error.message);
      throw error;
    }
  }

  /**
   * Does an operation for a caller in this process, without a key.
   *
   * @throws Refusal
   */
  async do<Name extends OperationName>(name: Name, given: unknown): Promise<ResultOf<Name>> {
    const read = readParams(name, given);
    if ('problem' in read) throw new Refusal('validation_error', read.problem);
    try {
      return await this.#work[name](read.params);
    } catch (error) {
      throw error instanceof DoesNotFit ? new Refusal(error.code, error.message) : error;
    }
  }

  readonly #work: Work = {
    deliveries: ({ state, latest = Number.POSITIVE_INFINITY }) => {
      const all = this.#parts.deliveries?.list() ?? [];
      const found = state === undefined ? all : all.filter((one) => one.state === state);
      return { deliveries: found.slice(-latest) };
    },

    delivery_body: ({ delivery_id: id }) => ({ body: known(this.#parts.deliveries?.bodyOf(id) ?? null) }),

    redeliver: ({ delivery_id: id }) => known(this.#sender().redeliver(id)),

    do: ({ action, ids, event_id: eventId, set }) => {
      const wishes = (ids ?? [undefined]).map((id) => ({ action, id, eventId, params: set }));
      return {
        happened: this.#parts.life.do(wishes).map(({ happening, delivery, withheld }) => ({
          happening,
          delivery_id: delivery?.delivery_id ?? null,
          withheld,
        })),
      };
    },

    actions: ({ event_id: eventId }) => listActions(this.#eventOf(eventId)),

    subjects: ({ event_id: eventId, ...search }) =>
      listSubjects(search, this.#eventOf(eventId), this.#parts.life.world),

    log: async (query) => {
      const news = await this.#parts.recorder.news();
      for (const line of news.flatMap(findingLine)) this.#parts.timeline.found(line);
      return this.#parts.timeline.read(query);
    },

    happenings: () => ({ happenings: this.#parts.life.world.happenings }),

    trigger: ({ type, event_id: eventId, data }) => {
      const sender = this.#sender();
      const event = this.#eventOf(eventId);
      const withheld = this.#parts.life.withholds(type);
      if (withheld !== null) throw new Refusal('not_delivered', `Revento would not deliver this: ${withheld}`);
      const done = data === undefined ? this.#parts.life.bringAbout(type, event.id) : null;
      if (done !== null) return { delivery: done.delivery, happened: done.happened };
      return { delivery: sender.send(sampleNotice(type, event, this.#time(), data)), happened: [] };
    },

    status: () => statusView(this.#parts),

    applications: (query) => this.#parts.views.applications(this.#eventOf(query.event_id), query),
    activities: ({ event_id: eventId }) => this.#parts.views.activities(this.#eventOf(eventId)),
    consents: (query) => this.#parts.views.consents(query),
    logins: (query) => this.#parts.views.logins(query),
    budgets: () => this.#parts.views.budgets(),
    owners: ({ markers }) => {
      const { life, hasCanaries } = this.#parts;
      return { canaries: hasCanaries, owners: ownersOf(markers, life.world) };
    },

    audit: async () => auditAnswer(await this.#parts.recorder.verdict()),

    save: () => ({ saved: this.#parts.save() }),

    login: ({ kind, event_id: eventId, participant_id: participantId, scope = null }) => {
      const event = this.#eventOf(eventId);
      const index = participantId === undefined ? 0 : event.indexOf(participantId);
      if (index === null || (kind === 'user' && event.participantCount === 0)) {
        throw new Refusal('not_found', 'the event has no such participant');
      }
      const answer = this.#parts.logIn({ kind, event, index, scope });
      if ('problem' in answer) throw new Refusal('validation_error', String(answer.problem));
      return answer;
    },

    /** Ends logins as an organizer or participant would in Revento, and sends the delivery that follows. */
    revoke: ({ kind, event_id: eventId }) => {
      const { life, deliveries } = this.#parts;
      const event = this.#eventOf(eventId);
      const meant = life.world.connections.filter(
        (one) => one.kind === kind && one.event_id === event.id && one.revoked_at === null,
      );
      const done = life.do(meant.map(({ id }) => ({ action: 'revoke', id, params: {} })));
      const sent = done.flatMap(({ delivery }) => (delivery === null || deliveries === null ? [] : [delivery]));
      const revoked = done.reduce((sum, { endedLogins }) => sum + endedLogins, 0);
      return { revoked, event_id: event.id, kind, deliveries: sent };
    },

    openapi: async () => (await import('../openapi/document.ts')).openApiDocument('/'),

    faults: () => ({ faults: this.#parts.faults.list() }),

    fault: ({ add, remove, clear }) => {
      const { faults } = this.#parts;
      const added = readFaults(add);
      const unknown = remove.find((text) => !faults.list().some(({ fault }) => fault === text));
      if (unknown !== undefined) throw new Refusal('not_found', `the fault ${unknown} is not active`);
      if (clear) faults.clear();
      faults.remove(remove);
      faults.add(added);
      return { faults: faults.list() };
    },

    clock: () => clockView(this.#parts),

    advance: async ({ ms }) => this.#moveTo(this.#parts.clock.now() + ms),

    set_clock: async ({ to }) => {
      const { clock } = this.#parts;
      const target = Date.parse(to);
      if (target < clock.now()) {
        throw new Refusal('backwards', `the clock is at ${isoSeconds(clock.now())} and only goes forward`);
      }
      clock.hold();
      return this.#moveTo(target);
    },

    hold_clock: () => {
      this.#parts.clock.hold();
      return clockView(this.#parts);
    },

    resume_clock: () => {
      this.#parts.clock.resume();
      return clockView(this.#parts);
    },

    rotate: ({ finish }) => {
      const { signing } = this.#sender();
      if (finish && signing.previous === null) throw new Refusal('no_rotation', 'no rotation is in progress');
      if (finish) signing.finish();
      else signing.rotate(createWebhookSecret(this.#parts.secretMarker));
      return { webhook_secret: signing.current, webhook_secret_previous: signing.previous };
    },

    reset: ({ keep_logins: keepsLogins }) => {
      this.#parts.reset(keepsLogins);
      return { reset: true };
    },
  };

  async #moveTo(target: number): Promise<ResultOf<'clock'>> {
    const { clock, deliveries } = this.#parts;
    await clock.moveTo(target, async () => deliveries?.settled());
    return clockView(this.#parts);
  }

  #sender(): Deliveries {
    if (this.#parts.deliveries !== null) return this.#parts.deliveries;
    throw new Refusal('no_webhook_url', 'the sandbox has no webhook URL to send deliveries to');
  }

  #eventOf(id: string = testEventId): SandboxEvent {
    const { world } = this.#parts.life;
    const event = world.event(id);
    if (event !== null) return event;
    const known = world.events.map((one) => one.id).join(' and ');
    throw new Refusal('not_found', `the sandbox has no such event; it has ${known}`);
  }

  #time(): string {
    return isoSeconds(this.#parts.clock.now());
  }
}

/** @throws Refusal for a delivery that the sandbox does not have */
function known<T>(found: T | null): T {
  if (found === null) throw new Refusal('not_found', 'the sandbox has no delivery with this id');
  return found;
}

function readFaults(texts: readonly string[]) {
  try {
    return texts.map(parseFault);
  } catch (error) {
    if (error instanceof ReventoError) throw new Refusal('validation_error', error.message);
    throw error;
  }
}
