import { ApiError, type Caller } from '../../pages/client/caller.ts';
import { readEvents } from '../../pages/client/read-events.ts';
import { Watched } from '../../pages/client/watched.ts';
import type { ServerEvent } from '../../pages/local/sse.ts';
import type { ParamsOf } from '../../sandbox/control/operations.ts';
import type { LogEntry } from '../../sandbox/control/rows/log.ts';
import { readings, type Tab, tabs } from '../model/tabs.ts';
import type { Answered, Askable, Facts, PageResult, Pulse, Shown } from '../model/wire.ts';

/** Entries that are kept; the sandbox keeps more, for `sandbox log`. */
const keptEntries = 2_000;
const retryMs = 1_000;

/** What can be open above the console. */
type Dialog = 'help' | 'palette' | 'edit';
export type Application = PageResult<'applications'>['applications'][number];

/** What the console shows, and everything that changes it. */
export class ConsoleStore extends Watched {
  readonly caller: Caller;
  facts: Facts | null = null;
  connection: 'connecting' | 'open' | 'away' | 'over' | 'refused' = 'connecting';
  pulse: Pulse | null = null;
  /** When the pulse came, by this browser's clock. */
  pulseAtMs = 0;
  entries: readonly LogEntry[] = [];
  tab: Tab = tabs.find((one) => one === sessionStorage.getItem('console-tab')) ?? 'Applications';
  /** What the last click did, for a terminal. */
  shown: Shown | null = null;
  notice: { readonly text: string; readonly tone: 'good' | 'bad' } | null = null;
  /** The request or delivery that a link led to. */
  row: string | null = null;
  dialog: Dialog | null = null;
  /** Whose application is selected on the board. */
  person: Application | null = null;
  /** The number of entries of each kind: a view reloads when the number of its kind grows. */
  readonly ticks: Record<LogEntry['kind'] | 'begin', number> = {
    happening: 0,
    request: 0,
    delivery: 0,
    finding: 0,
    withheld: 0,
    begin: 0,
  };
  #cursor = 0;

  constructor(caller: Caller) {
    super();
    this.caller = caller;
  }

  /** The estimated time of the sandbox; null before the first pulse. */
  now(): number | null {
    if (this.pulse === null) return null;
    const { now, held } = this.pulse.clock;
    return Date.parse(now) + (held ? 0 : Date.now() - this.pulseAtMs);
  }

  show(tab: Tab): void {
    if (tab !== this.tab) {
      this.shown = null;
      this.notice = null;
      this.row = null;
    }
    this.tab = tab;
    sessionStorage.setItem('console-tab', tab);
    this.changedNow();
    void this.#showReading(tab);
  }

  /** Before the first action in a part: how to read the same in a terminal. */
  async #showReading(tab: Tab): Promise<void> {
    const operation = readings[tab];
    if (operation === null || this.shown !== null) return;
    try {
      const { shown } = await this.caller.json<Answered<Askable>>('/ask', { operation, params: {} });
      if (this.tab === tab) this.shown ??= shown;
      this.changed();
    } catch (error) {
      this.failed(error);
    }
  }

  /** To the next or previous part; from the last to the first. */
  moveTab(by: number): void {
    this.show(tabs[(tabs.indexOf(this.tab) + by + tabs.length) % tabs.length] ?? 'Applications');
  }

  open(dialog: Dialog | null): void {
    this.dialog = dialog;
    this.changedNow();
  }

  select(person: Application | null): void {
    this.person = person;
    this.changed();
  }

  showRow(tab: 'Requests' | 'Deliveries', id: string): void {
    this.show(tab);
    this.row = id;
    this.changed();
  }

  /** Reads something. @throws ApiError */
  async read<Name extends Askable>(operation: Name, params: ParamsOf<Name>): Promise<PageResult<Name>> {
    return (await this.caller.json<Answered<Name>>('/ask', { operation, params })).result;
  }

  /** Does something because of a click: shows how to do the same in a terminal, and the result. */
  async act<Name extends Askable>(
    operation: Name,
    params: ParamsOf<Name>,
    done: (result: PageResult<Name>) => string,
  ): Promise<boolean> {
    try {
      const { result, shown } = await this.caller.json<Answered<Name>>('/ask', { operation, params });
      this.shown = shown;
      this.#learn(result);
      this.say(done(result));
      this.ticks.begin++;
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** The result of an action on the clock or the faults is shown before the next pulse. */
  #learn(result: object): void {
    if (this.pulse === null) return;
    if ('ahead_ms' in result) {
      this.pulse = { ...this.pulse, clock: result as Pulse['clock'] };
      this.pulseAtMs = Date.now();
    } else if ('faults' in result) this.pulse = { ...this.pulse, faults: result.faults as Pulse['faults'] };
  }

  say(text: string, tone: 'good' | 'bad' = 'good'): void {
    this.notice = { text, tone };
    this.changed();
  }

  /** Shows why something was not done. */
  failed(error: unknown): void {
    if (!(error instanceof Error)) throw error;
    const answer = error instanceof ApiError ? (error.answer as { readonly shown?: Shown } | null) : null;
    if (answer?.shown !== undefined) this.shown = answer.shown;
    this.say(error.message, 'bad');
  }

  /** Reads the timeline until the key is refused, connecting again whenever that ends. */
  async follow(): Promise<void> {
    for (;;) {
      try {
        if (this.facts === null) {
          this.facts = await this.caller.json<Facts>('/facts');
          this.show(this.tab);
        }
        await readEvents(
          (signal) => this.caller.events('/events', this.#cursor, signal),
          (events) => this.#takeAll(events),
        );
        this.connection = 'over';
      } catch (error) {
        this.connection = error instanceof ApiError && error.status === 401 ? 'refused' : 'over';
      }
      this.changed();
      if (this.connection === 'refused') return;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  #takeAll(events: readonly ServerEvent[]): void {
    const entries: LogEntry[] = [];
    for (const event of events) this.#take(event, entries);
    this.entries = [...this.entries, ...entries].slice(-keptEntries);
    this.changed();
  }

  #take({ name, data, id }: ServerEvent, entries: LogEntry[]): void {
    if (id !== null) this.#cursor = Number(id);
    if (name === 'away') {
      this.connection = 'away';
      return;
    }
    this.connection = 'open';
    if (name === 'begin') {
      this.entries = [];
      entries.length = 0;
      this.ticks.begin++;
    } else if (name === 'pulse') {
      this.pulse = JSON.parse(data) as Pulse;
      this.pulseAtMs = Date.now();
    } else if (name === 'entry') {
      const entry = JSON.parse(data) as LogEntry;
      // Only requests are listed one by one; of the rest only the number is needed.
      if (entry.kind === 'request') entries.push(entry);
      this.ticks[entry.kind]++;
    }
  }
}
