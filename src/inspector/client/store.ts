import { ApiError } from '../../pages/client/caller.ts';
import { readEvents } from '../../pages/client/read-events.ts';
import { Watched } from '../../pages/client/watched.ts';
import { countWords } from '../../pages/client/words.ts';
import type { ServerEvent } from '../../pages/local/sse.ts';
import { DeliveryList } from '../model/delivery-list.ts';
import { type Group, isGood, latest, type Row, rowOf } from '../model/row.ts';
import type { DeliveryLine, SendRequest, SessionView } from '../model/wire.ts';
import { CheckRun } from './acts/check-run.ts';
import type { Draft } from './acts/draft.ts';
import { outcomeOf, plainSend, Sends, type Sent } from './acts/sends.ts';
import { Subjects } from './acts/subjects.ts';
import type { Api } from './api.ts';

export const tabs = ['Body', 'Signature', 'Headers', 'Answer', 'Timeline'] as const;
type Tab = (typeof tabs)[number];

/** What can be open above the page. */
type Dialog = 'help' | 'send' | 'check' | 'palette';

/** What the page shows, and everything that changes it. */
export class Store extends Watched {
  readonly api: Api;
  readonly list = new DeliveryList();
  session: SessionView | null = null;
  connection: 'connecting' | 'open' | 'over' | 'refused' = 'connecting';
  isPaused = false;
  missed = 0;
  selected: number | null = null;
  attempt = 0;
  /** Index of the handler that actions send to. */
  target = 0;
  tab: Tab = 'Body';
  isDifferenceShown = false;
  dialog: Dialog | null = null;
  /** Whether the console of the sandbox is shown in place of the deliveries. */
  isSandboxShown = false;
  notice: { readonly text: string; readonly undo: (() => void) | null } | null = null;
  readonly sends: Sends;
  readonly check: CheckRun;
  readonly subjects: Subjects;
  readonly drafts = new Map<number, Draft>();
  /** What arrived during a pause, within the same limits. */
  readonly #held = new DeliveryList();
  #last = 0;
  #linked: number | null = null;
  #clearedUntil = Number(sessionStorage.getItem('cleared') ?? 0);

  constructor(api: Api) {
    super();
    this.api = api;
    this.sends = new Sends(api);
    this.check = new CheckRun(api, () => this.changed());
    this.subjects = new Subjects(api, () => this.changed());
    this.list.setFilter(sessionStorage.getItem('filter') ?? '');
  }

  get held(): number {
    return this.#held.total;
  }

  get group(): Group | null {
    return this.list.find(this.selected);
  }

  /** The attempt that the detail shows. */
  get row(): Row | null {
    const { group } = this;
    if (group === null) return null;
    return group.attempts[Math.min(this.attempt, group.attempts.length - 1)] ?? latest(group);
  }

  /** Selects a delivery by the number of its first attempt, and shows its latest one. */
  select(id: number | null): void {
    const group = this.list.find(id);
    this.#open(group, (group?.attempts.length ?? 1) - 1);
  }

  /** Selects one attempt of a link, as soon as it has arrived. */
  selectLinked(id: number): void {
    this.#linked = id;
    const group = this.list.find(id);
    if (group !== null) {
      this.#open(
        group,
        group.attempts.findIndex((row) => row.id === id),
      );
    } else if (this.#last >= id) {
      this.#linked = null;
      this.say('The delivery of this link is no longer kept, or was cleared.');
    }
  }

  /** The address bar has the number of the attempt, so that a reload and a copied address show the same one. */
  #open(group: Group | null, attempt: number): void {
    this.#linked = null;
    this.selected = group?.id ?? null;
    this.attempt = attempt;
    const { row } = this;
    history.replaceState(null, '', row === null ? '/' : `/#delivery=${row.id}`);
    this.changedNow();
  }

  /** Moves the selection in the list by so many rows; from none, to the first, or to the last by a move past the end. */
  move(by: number): void {
    const { shown } = this.list;
    const at = shown.findIndex(({ id }) => id === this.selected);
    const from = at === -1 && Number.isFinite(by) ? 0 : at + by;
    const to = Math.min(shown.length - 1, Math.max(0, from));
    this.select(shown[to]?.id ?? null);
  }

  /** To the next failed one down the list, from the end to the top again. */
  moveToFailure(): void {
    const { shown } = this.list;
    const at = shown.findIndex(({ id }) => id === this.selected);
    const ordered = [...shown.slice(at + 1), ...shown.slice(0, at + 1)];
    const found = ordered.find((group) => !isGood(latest(group)));
    if (found === undefined) this.say('Every delivery was verified and acknowledged.');
    else this.select(found.id);
  }

  moveAttempt(by: number): void {
    const { group, attempt } = this;
    if (group !== null) this.#open(group, Math.min(group.attempts.length - 1, Math.max(0, attempt + by)));
  }

  show(tab: Tab): void {
    this.tab = tab;
    this.changedNow();
  }

  filter(text: string): void {
    this.list.setFilter(text);
    sessionStorage.setItem('filter', text);
    this.changed();
  }

  togglePause(): void {
    this.isPaused = !this.isPaused;
    if (!this.isPaused) this.list.add(this.#held.clear());
    this.changed();
  }

  clear(): void {
    const before = this.#clearedUntil;
    const rows = this.list.clear();
    const newest = rows.at(-1);
    if (newest === undefined) return;
    const { selected } = this;
    // What arrived during a pause is newer, and was not shown.
    this.#setCleared(newest.id);
    this.select(null);
    this.say(`Cleared ${countWords(rows.length, 'delivery', 'deliveries')}.`, () => {
      const since = this.list.clear();
      this.list.add([...rows, ...since]);
      this.#setCleared(before);
      this.select(selected);
    });
  }

  say(text: string, undo: (() => void) | null = null): void {
    this.notice = { text, undo };
    this.changed();
  }

  pickTarget(target: number): void {
    this.target = target;
    this.changed();
  }

  open(dialog: Dialog | null): void {
    this.dialog = dialog;
    this.changedNow();
  }

  /** Whether the API shows what the delivery is about; the subject of an unverified delivery is not requested. */
  hasSubject({ line }: Row): boolean {
    const types = this.session?.api_types ?? [];
    return line.verified && types.some((form) => line.event?.startsWith(form.replace('*', '')) === true);
  }

  /** Requests the subject of the selected delivery from the API, and shows it beside the body. */
  askSubject(): void {
    const { row } = this;
    if (row === null) this.say('Select a delivery first.');
    else if (!this.hasSubject(row)) this.say('The API does not show the subject of this delivery.');
    else {
      this.show('Body');
      void this.subjects.ask(row.id);
    }
  }

  /** Opens the editor, where there is something to send and somebody to send it to. */
  openSend(): void {
    if (this.row === null) this.say('Select a delivery first.');
    else if (this.session?.targets.length === 0) this.say('Start with a handler to send to: --forward 3000.');
    else this.open('send');
  }

  /** Sends the selected delivery to the chosen handler again, signed again if that is allowed. */
  async replaySelected(): Promise<void> {
    const { row, target, session } = this;
    if (row === null) return this.say('Select a delivery first.');
    if (session?.targets.length === 0) return this.say('Start with a handler to send to: --forward 3000.');
    const view = await this.api.delivery(row.id);
    if (view.cannot_replay !== null) return this.say(`Not replayed: ${view.cannot_replay}`);
    await this.replay(row, target, view.cannot_resign === null);
  }

  /** Sends the delivery again with its own body, and shows the answer. */
  async replay(row: Row, target: number, resign: boolean): Promise<void> {
    const sent = await this.send(row, { ...plainSend, target, resign });
    if (sent !== null) this.show('Answer');
  }

  /** Null when nothing was sent; the reason is shown. */
  async send(row: Row, request: SendRequest): Promise<Sent | null> {
    try {
      const sent = await this.sends.send(row, request);
      this.say(outcomeOf(sent).text);
      return sent;
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** Follows the stream, and connects again whenever it breaks, until the server says that the key is wrong. */
  async follow(): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        this.session = await this.api.session();
        this.connection = 'open';
        this.changed();
        await readEvents(
          (signal) => this.api.events('/events', this.#last, signal),
          (events) => {
            failures = 0;
            this.#take(events);
          },
        );
        // All of a recording has been read.
        if (this.session.source.kind === 'recording') return;
        this.connection = 'connecting';
        this.changed();
      } catch (error) {
        this.connection = error instanceof ApiError && error.status === 401 ? 'refused' : 'over';
        this.changed();
        if (this.connection === 'refused') return this.#end();
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 250 * 2 ** failures)));
    }
  }

  /** What this page has received stays readable; a new run has another key. */
  #end(): void {
    if (this.session !== null) this.say('This run has ended. Open the address that the new one printed.');
  }

  #take(events: readonly ServerEvent[]): void {
    const rows: Row[] = [];
    for (const { name, data, id } of events) {
      if (name === 'gap') this.missed += (JSON.parse(data) as { missed: number }).missed;
      if (name !== 'delivery') continue;
      this.#last = Number(id);
      if (this.#last > this.#clearedUntil) rows.push(rowOf(this.#last, JSON.parse(data) as DeliveryLine));
    }
    (this.isPaused ? this.#held : this.list).add(rows);
    if (this.#linked !== null) this.selectLinked(this.#linked);
    this.changed();
  }

  #setCleared(until: number): void {
    this.#clearedUntil = until;
    sessionStorage.setItem('cleared', String(until));
  }
}
