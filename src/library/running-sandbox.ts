import { longestAdvanceMs } from '../sandbox/control/rows/clock.ts';
import type { Delivery } from '../sandbox/deliveries/delivery.ts';
import type { Sandbox as Core } from '../sandbox/server/app.ts';
import { type Credentials, variablesOf } from '../sandbox/server/env-file.ts';
import type { Hosted } from '../sandbox/server/host.ts';
import type { Ask } from './asking.ts';
import { toMs } from './options.ts';
import type {
  Action,
  DoOptions,
  LoginOptions,
  SandboxClock,
  Sandbox as Sandboxed,
  SandboxFaults,
  TriggerOptions,
} from './public.ts';
import type {
  ClockState,
  FaultState,
  Fields,
  Happened,
  Happening,
  RequestRecord,
  Rotation,
  SavedSandbox,
  TokenAnswer,
} from './public-data.ts';

interface RunningParts {
  readonly core: Core;
  readonly hosted: Hosted;
  readonly credentials: Credentials;
  /** Variables of the environment besides the credentials. */
  readonly controlVariables: Readonly<Record<string, string>>;
  readonly ask: Ask;
  /** The time of the sandbox, milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** A sandbox in this process. What it does is what the control API does, asked without a request. */
export class RunningSandbox implements Sandboxed {
  readonly authBase: string;
  readonly apiBase: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly event: string;
  readonly clock: SandboxClock;
  readonly faults: SandboxFaults;
  readonly #parts: RunningParts;

  constructor(parts: RunningParts) {
    const { credentials, ask } = parts;
    this.#parts = parts;
    this.authBase = credentials.authBase;
    this.apiBase = credentials.apiBase;
    this.clientId = credentials.clientId;
    this.clientSecret = credentials.clientSecret;
    this.redirectUri = credentials.redirectUri;
    this.event = credentials.eventId;
    this.clock = clockOf(parts);
    this.faults = {
      add: async (...add): Promise<readonly FaultState[]> => (await ask('fault', { add })).faults,
      clear: async () => void (await ask('fault', { clear: true })),
      list: async () => (await ask('faults', {})).faults,
    };
  }

  get webhookSecret(): string {
    const { core, credentials } = this.#parts;
    return core.deliveries?.signing.current ?? credentials.webhookSecret;
  }

  get env(): Readonly<Record<string, string>> {
    const { credentials, controlVariables } = this.#parts;
    return { ...variablesOf({ ...credentials, webhookSecret: this.webhookSecret }), ...controlVariables };
  }

  get deliveries(): readonly Delivery[] {
    return this.#parts.core.deliveries?.list() ?? [];
  }

  get requests(): readonly RequestRecord[] {
    return this.#parts.core.requests().map(({ kind: _, ...record }) => record);
  }

  get happenings(): readonly Happening[] {
    return this.#parts.core.happenings;
  }

  async login({ kind, participant, scope, event }: LoginOptions = {}): Promise<TokenAnswer> {
    const given = { kind, participant_id: participant, scope: scope && [...scope], event_id: event };
    return this.#parts.ask('login', given);
  }

  async do(
    action: Action,
    subjects?: string | readonly string[] | DoOptions,
    options?: DoOptions,
  ): Promise<readonly Happened[]> {
    const isNamed = typeof subjects === 'string' || Array.isArray(subjects);
    const { set, event } = (isNamed ? options : (subjects as DoOptions | undefined)) ?? {};
    const ids = isNamed ? [subjects as string | readonly string[]].flat() : undefined;
    const { happened } = await this.#parts.ask('do', { action, ids, set: set as Fields, event_id: event });
    await this.settled();
    return happened.map(({ happening, delivery_id: id }) => ({
      happening,
      delivery: id === null ? null : this.#delivery(id),
    }));
  }

  async trigger(type: string, { data, event }: TriggerOptions = {}): Promise<Delivery> {
    const { delivery } = await this.#parts.ask('trigger', { type, data, event_id: event });
    await this.settled();
    return this.#delivery(delivery.delivery_id) ?? delivery;
  }

  async redeliver(deliveryId: string): Promise<Delivery> {
    const delivery = await this.#parts.ask('redeliver', { delivery_id: deliveryId });
    await this.settled();
    return this.#delivery(deliveryId) ?? delivery;
  }

  async settled(): Promise<void> {
    await this.#parts.core.deliveries?.settled();
  }

  async rotate({ finish }: { readonly finish?: boolean | undefined } = {}): Promise<Rotation> {
    return this.#parts.ask('rotate', { finish });
  }

  async reset({ keepLogins }: { readonly keepLogins?: boolean | undefined } = {}): Promise<void> {
    await this.#parts.ask('reset', { keep_logins: keepLogins });
  }

  async save(): Promise<SavedSandbox> {
    return (await this.#parts.ask('save', {})).saved;
  }

  async close(): Promise<void> {
    this.#parts.ask.close();
    await this.#parts.hosted.close();
  }

  #delivery(id: string): Delivery | null {
    return this.deliveries.find(({ delivery_id: known }) => known === id) ?? null;
  }
}

function clockOf({ ask, now }: RunningParts): SandboxClock {
  return {
    now: () => new Date(now()),
    advance: async (by): Promise<ClockState> => ask('advance', { ms: toMs(by, 'by', longestAdvanceMs) }),
    set: (to) => ask('set_clock', { to: to instanceof Date ? to.toISOString() : to }),
    hold: () => ask('hold_clock', {}),
    resume: () => ask('resume_clock', {}),
  };
}
