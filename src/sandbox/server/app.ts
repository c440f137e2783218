import type { Clock } from '../../ports/clock.ts';
import type { Exchange, ServerRefusal } from '../../ports/exchange.ts';
import { markerOf } from '../../privacy/marker.ts';
import { type Audit, Recorder } from '../audit/recorder.ts';
import { SandboxClock } from '../clock/sandbox-clock.ts';
import { Control } from '../control/control.ts';
import { controlPrefix } from '../control/key.ts';
import { Views } from '../control/views.ts';
import { Deliveries, type WebhookTarget } from '../deliveries/deliveries.ts';
import type { DeliveryEntry } from '../deliveries/delivery.ts';
import { withScrambledMessage } from '../faults/altered-answer.ts';
import type { Fault } from '../faults/fault.ts';
import { FaultPlan, type Strike } from '../faults/fault-plan.ts';
import { readRequest } from '../message/request.ts';
import { Authorization } from '../oauth/authorize.ts';
import { type Client, registerClients } from '../oauth/clients.ts';
import { logInDirectly } from '../oauth/direct-login.ts';
import { type Consent, Grants } from '../oauth/grants.ts';
import { isConnected } from '../oauth/obstacle.ts';
import { declaredScopes } from '../oauth/scopes.ts';
import { Cursors } from '../read-api/cursor.ts';
import { RateLimits } from '../read-api/limits.ts';
import type { Note } from '../saved/change.ts';
import { type Keep, Ledger } from '../saved/ledger.ts';
import { type Snapshot, snapshotVersion } from '../saved/snapshot.ts';
import type { SeedDocument } from '../seed/seed-document.ts';
import { Consequences, type WithheldEntry } from '../world/consequences.ts';
import type { Happening } from '../world/happening.ts';
import { Life } from '../world/life.ts';
import { Stage } from '../world/stage.ts';
import { defaultParticipants, testEventId, World } from '../world/world.ts';
import { entryOf, type RequestEntry, refusedEntry } from './journal.ts';
import { iconPath, type Parts, route } from './routes.ts';
import { type RequestLine, Timeline } from './timeline.ts';

export interface SandboxOptions {
  readonly clock: Clock;
  /** A saved sandbox to continue from: seed, participants and clients come from it. */
  readonly saved?: Snapshot;
  /** Persists every change, from `beginKeeping` on. Without it, the sandbox is in memory only. */
  readonly keep?: Keep;
  /** Random seed of the test data. Default is the one of the document, else 1. */
  readonly seed?: number;
  /** Data from a seed file. */
  readonly document?: SeedDocument;
  /** Participants of the test event. Default 42. */
  readonly participants?: number;
  /** People, tokens and secrets carry markers for `revento privacy scan`. Default false. */
  readonly hasCanaries?: boolean;
  /** Registered integrations; default is one confidential client with random credentials and one public client. */
  readonly clients?: readonly Client[];
  /** The authorize endpoint grants everything at once, without a page. Default false. */
  readonly hasAutoConsent?: boolean;
  /** Default true. Without limits answers have no `X-RateLimit-*` headers. */
  readonly hasRateLimits?: boolean;
  /** Default one hour. */
  readonly accessTtlMs?: number;
  readonly faults?: readonly Fault[];
  /** Where deliveries go; without it none are sent. */
  readonly webhook?: WebhookTarget;
  /** The bearer token of the control API; without it the path does not exist. */
  readonly controlKey?: string;
  /** Called with the path of every request before it is answered. */
  readonly onArrival?: (path: string) => void;
  /** Called for every request that was answered or rejected, and for every attempt of a delivery. */
  readonly onEvent?: (entry: SandboxEntry) => void;
}

export type SandboxEntry = RequestEntry | DeliveryEntry | WithheldEntry;

export interface Sandbox {
  /** Serves `/oauth/…` and `/api/v1/…`; takes request targets as sockets give them, and absolute URLs. */
  readonly exchange: Exchange;
  readonly clients: readonly Client[];
  /** Reports a request to `onEvent` that did not reach `exchange`. */
  noteRefusal(refusal: ServerRefusal): void;
  /** The event that tests use: `evt_test_published`. */
  readonly eventId: string;
  /** The time of the sandbox. */
  readonly clock: Pick<Clock, 'now'>;
  /** All happenings, oldest first. */
  readonly happenings: readonly Happening[];
  /** The recent requests, oldest first, without tokens. */
  requests(): readonly RequestLine[];
  /** The operations of the control API; null without a key. */
  readonly control: Control | null;
  /** The verdict of the audit on the integrations. */
  audit(): Audit;
  /** Marks an act of `revento certify`: see `Recorder.acting`. */
  acting: Recorder['acting'];
  /** Drops the evidence so far; see `Recorder.forget`. */
  forget: Recorder['forget'];
  /** The evidence so far; see `Recorder.evidence`. */
  evidence: Recorder['evidence'];
  /** The sender of deliveries; null without a webhook target. */
  readonly deliveries: Deliveries | null;
  /** Clears logins, open pages, counts and deliveries, and restores the faults given at the start. */
  reset(options?: { keepsLogins?: boolean }): void;
  /** Its complete current state. */
  save(): Snapshot;
  /**
   * Persists changes from now on, including those since the start.
   *
   * @param isNew  the stored state belongs to another sandbox and is replaced
   */
  beginKeeping(isNew: boolean): void;
  /** Cancels pending retries. */
  close(): void;
}

const hourMs = 3_600_000;

/**
 * Revento in one function: authorization, tokens and the read API, without a socket.
 *
 * @example In a test, without a port:
 * ```ts
 * const sandbox = createSandbox({ clock, hasAutoConsent: true });
 * const [confidential, publicClient] = sandbox.clients; // { id, secret, redirectUris }
 * const answer = await sandbox.exchange({
 *   method: 'GET',
 *   url: 'http://127.0.0.1:4010/oauth/authorize?response_type=code&…', // any host; or just the path
 *   headers: [],
 *   body: new Uint8Array(),
 * }); // 302 with code and state in Location
 * ```
 * Faults that break the connection set `cut` on the response; `inMemory(sandbox.exchange)` of test/support turns
 * them into the `HttpFailure` that a client gets over a socket.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { clock: real } = options;
  const { saved } = options;
  const clients = saved?.clients ?? options.clients ?? registerClients();
  const seed = saved?.seed ?? options.seed ?? options.document?.seed ?? 1;
  const participants = saved?.participants ?? options.participants ?? defaultParticipants;
  const document = saved?.document ?? options.document ?? null;
  const hasCanaries = saved?.canaries ?? options.hasCanaries ?? false;
  const ledger = new Ledger(options.keep ?? null, () => save());
  let isLive = false;
  const note: Note = (change) => {
    if (change.type === 'happened' && isLive) timeline.happened(change.happening);
    ledger.note(change);
  };
  const world = new World({ seed, participants, document, hasCanaries }, note);
  const { events } = world;
  const clock = new SandboxClock(real, note);
  const grants = new Grants(clock, options.accessTtlMs ?? hourMs, note, (kind, index) =>
    hasCanaries ? markerOf({ kind, slot: 0, seed, index }) : '',
  );
  const faults = new FaultPlan(options.faults ?? [], note);
  const limits = options.hasRateLimits === false ? null : new RateLimits(clock, (ms) => clock.toReal(ms));
  const timeline = new Timeline(() => clock.now());
  const onEvent = (entry: SandboxEntry) => {
    if (entry.type === 'request') timeline.requested(entry);
    else if (entry.type === 'delivery') timeline.attempted(entry);
    else timeline.withheld(entry);
    options.onEvent?.(entry);
  };
  const recorder = new Recorder({ clock, clients, eventIds: events.map(({ id }) => id) });
  const onPost: Recorder['sending'] = (...about) => recorder.sending(...about);
  const deliveries = options.webhook
    ? new Deliveries({ clock, realNow: real.now, target: options.webhook, faults, onEvent, note, onPost })
    : null;
  const stage = new Stage({
    world,
    clock,
    seed,
    clientId: clients[0]?.id ?? '',
    scopesOf: (kind) => declaredScopes(kind, clients[0] ?? { scopes: null }),
  });
  const consequences = new Consequences({
    ...{ world, grants, clock, deliveries, note },
    declaredTypes: clients[0]?.eventTypes ?? null,
    onWithheld: onEvent,
  });
  const life = new Life(world, stage, consequences);
  const hasAutoConsent = options.hasAutoConsent ?? false;
  const onConsent = (consent: Consent) => life.consented(consent);
  const authorization = new Authorization({
    clients,
    world,
    grants,
    clock,
    hasAutoConsent,
    onConsent,
  });
  const reset: Sandbox['reset'] = ({ keepsLogins = false } = {}) => {
    for (const part of [faults, limits, authorization, deliveries, consequences, recorder]) part?.reset();
    timeline.clear();
    world.reset(keepsLogins);
    ledger.replace();
    if (keepsLogins) return;
    grants.reset();
    clock.reset();
  };
  const cursors = new Cursors();
  const save = (): Snapshot => ({
    version: snapshotVersion,
    seed,
    participants,
    document,
    canaries: hasCanaries,
    clients: [...clients],
    happenings: [...world.happenings],
    grants: grants.save(),
    deliveries: deliveries?.save() ?? null,
    notices: consequences.save(),
    faults: faults.save(),
    clock: clock.save(),
    cursor_key: cursors.save(),
  });
  const { controlKey: key } = options;
  const control = key
    ? new Control({
        ...{ key, life, faults, deliveries, clock, timeline, save },
        kept: () => options.keep?.state() ?? null,
        recorder,
        views: new Views({ world, clients, grants, limits, now: () => clock.now() }),
        startedAt: real.now(),
        hasCanaries,
        secretMarker: hasCanaries ? markerOf({ kind: 'webhook_secret', slot: 0, seed, index: 0 }) : '',
        logIn: (login) => {
          // Participants can sign in only after an organizer; without the page this is done automatically.
          if (login.kind === 'user' && !isConnected(world, clients[0] ?? { id: '' }, login.event)) {
            life.do([{ action: 'connect', eventId: login.event.id, params: {} }]);
          }
          return logInDirectly(login, { clients, grants, onConsent });
        },
        reset: (keepsLogins) => reset({ keepsLogins }),
      })
    : null;
  if (saved !== undefined) {
    clock.load(saved.clock);
    for (const happening of saved.happenings) world.record(happening);
    grants.load(saved.grants);
    cursors.load(saved.cursor_key);
    faults.load(saved.faults);
    if (saved.deliveries !== null) deliveries?.load(saved.deliveries);
    consequences.load(saved.notices);
  }
  timeline.restore(world.happenings, deliveries?.list() ?? []);
  isLive = true;
  ledger.record();
  const parts: Parts = { clock: real, clients, world, events, grants, faults, limits, authorization, cursors, control };

  const exchange: Exchange = async (request) => {
    const startedAt = clock.monotonic();
    const incoming = readRequest(request);
    if (incoming === null) return { status: 400, headers: [], body: new Uint8Array() };
    const arrival = recorder.arrive(incoming.path);
    options.onArrival?.(incoming.path);
    const plain = await route(incoming, { ...parts, faults: noting(faults, arrival.strikes) });
    const answer = arrival.strikes.some((one) => one.hasScrambledMessages) ? withScrambledMessage(plain) : plain;
    recorder.answered(arrival, request, incoming, answer);
    // A client with a token has a login that outlives this process.
    ledger.flush();
    const isOwn = incoming.path.startsWith(`${controlPrefix}/`) || incoming.path === iconPath;
    if (!isOwn) onEvent(entryOf(request.method, incoming, answer, clock.monotonic() - startedAt));
    return { ...answer, headers: [...answer.headers, ['X-Revento-Request-Id', incoming.requestId]] };
  };
  return {
    exchange,
    noteRefusal: (refusal) => onEvent(refusedEntry(refusal)),
    clients,
    eventId: testEventId,
    audit: () => recorder.audit(),
    forget: () => recorder.forget(),
    evidence: () => recorder.evidence(),
    acting: (act, title) => recorder.acting(act, title),
    clock: { now: () => clock.now() },
    happenings: world.happenings,
    requests: () => timeline.requests(),
    control,
    deliveries,
    reset,
    save,
    beginKeeping: (isNew) => ledger.begin(isNew),
    close: () => {
      ledger.stop();
      deliveries?.reset();
      consequences.reset();
    },
  };
}

/** The fault plan of one request, which notes what is injected. */
function noting(faults: FaultPlan, strikes: Strike[]): Parts['faults'] {
  return {
    next: (...targets) => {
      const strike = faults.next(...targets);
      strikes.push(strike);
      return strike;
    },
  };
}
