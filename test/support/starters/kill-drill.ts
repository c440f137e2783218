import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { seeded } from '../random.ts';
import { until } from '../until.ts';
import type { Stage } from './stage.ts';

const kills = 10;
const longestMs = 500;
/** Without participants.read a sync leaves the mirror alone, so that every change of it is the work of a delivery. */
const scope = 'event.read program.read';
/** A refresh is part of every so many syncs. */
const syncsPerToken = 4;

/** What was found after all the kills. */
export interface KillReport {
  readonly kills: number;
  /** Kills after a refresh token was sent and before the next one was stored, which is lost then. */
  readonly inRefresh: number;
  /** Why logins ended: `reuse` where a refresh token was sent twice. */
  readonly endings: readonly string[];
  /** Statuses of the first sync after each restart, or after the new consent where the kill was in a refresh. */
  readonly after: readonly (number | null)[];
  /** Those that were acknowledged. */
  readonly deliveries: number;
  /** Participants whom an acknowledged delivery was about, and the starter knows nothing of. */
  readonly lost: readonly string[];
  /** Deliveries whose work was done more than once. */
  readonly repeated: number;
}

/** Kills a busy starter at random moments, and starts it again. */
export class KillDrill {
  readonly #stage: Stage;
  readonly #data: string;
  /** Who applied, by the delivery that reports it. */
  readonly #applied = new Map<string, string>();
  readonly #work = new Work();
  #inRefresh = 0;

  /** @param data  where the starter keeps what belongs to the sandbox */
  constructor(stage: Stage, data: string) {
    this.#stage = stage;
    this.#data = data;
  }

  async run(seed: number): Promise<KillReport> {
    const random = seeded(seed);
    await this.#stage.launch();
    await this.#stage.connect(scope);
    await this.#apply();
    await this.#settle();
    this.#work.watch(this.#data);
    const after: (number | null)[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await this.#killWhileBusy(random.below(longestMs));
      await this.#stage.launch();
      after.push(await this.#syncAgain());
    }
    await this.#settle();
    this.#work.close();
    const held = new Set(await this.#stage.participants());
    const acknowledged = this.#stage.sandbox.deliveries.flatMap(({ state, delivery_id: id }) =>
      state === 'delivered' ? [this.#applied.get(id) ?? id] : [],
    );
    return {
      kills,
      inRefresh: this.#inRefresh,
      endings: [...new Set(await this.#stage.endings())],
      after: [...new Set(after)],
      deliveries: acknowledged.length,
      lost: acknowledged.filter((id) => !held.has(id)),
      repeated: this.#work.repeated,
    };
  }

  async #killWhileBusy(ms: number): Promise<void> {
    let isOver = false;
    const syncing = (async () => {
      for (let count = 0; !isOver; count++) {
        if (count % syncsPerToken === 0) await this.#stage.expire();
        await this.#stage.sync();
      }
    })();
    const applying = (async () => {
      while (!isOver) await this.#apply();
    })();
    const killing = (async () => {
      await setTimeout(ms);
      isOver = true;
      await this.#stage.kill();
    })();
    await Promise.all([syncing, applying, killing]);
  }

  /** Somebody applies, which a delivery reports. */
  async #apply(): Promise<void> {
    const [happened] = await this.#stage.sandbox.do('apply');
    const id = happened?.delivery?.delivery_id;
    if (happened === undefined || id === undefined) throw new Error('no delivery reports that somebody applied');
    this.#applied.set(id, happened.happening.subject.id);
  }

  /** Reads the API with a login that has to be refreshed first; the status. */
  async #syncAgain(): Promise<number | null> {
    const { clock } = this.#stage.sandbox;
    // No delivery is tried again meanwhile: one that came while the login has ended would not be kept.
    await clock.set(new Date(clock.now().getTime() + 1_000));
    await this.#inboxIsEmpty();
    // Asked first: what follows asks Revento, too.
    const inRefresh = this.#wasInRefresh();
    // 409: the new refresh token was lost with the process, and the old one may not be sent again.
    if (inRefresh && (await this.#stage.sync()) === 409) {
      this.#inRefresh++;
      await this.#stage.connect(scope);
    }
    await clock.resume();
    await this.#stage.expire();
    return this.#stage.sync();
  }

  /** Whether the last that the starter did before its end was to refresh, or to learn that it has to. */
  #wasInRefresh(): boolean {
    const last = this.#stage.sandbox.requests.at(-1);
    return last?.path === '/oauth/token' || last?.error === 'token_expired';
  }

  /** Until every delivery was acknowledged and worked: the clock moves on for those that are tried again. */
  async #settle(): Promise<void> {
    const { sandbox } = this.#stage;
    while (sandbox.deliveries.some(({ state }) => state === 'pending')) await sandbox.clock.advance('10s');
    await this.#inboxIsEmpty();
  }

  async #inboxIsEmpty(): Promise<void> {
    const waiting = () => filesIn(join(this.#data, 'inbox')).filter((name) => !name.endsWith('.tmp'));
    await until(
      () => waiting().length === 0,
      () => `the starter has worked ${waiting().length} more deliveries`,
    );
  }
}

/** How often the work of deliveries was done: each writes the file of one participant, as a whole. */
class Work {
  readonly #writes = new Map<string, number>();
  #watcher: FSWatcher | undefined;

  watch(data: string): void {
    const [mirror, ...others] = filesIn(join(data, 'participants'));
    if (mirror === undefined || others.length > 0) throw new Error(`${data} has not one mirror of participants`);
    const directory = join(data, 'participants', mirror);
    const known = new Set(filesIn(directory));
    this.#watcher = watch(directory, (_, name) => {
      if (name === null || !name.endsWith('.sealed') || known.has(name)) return;
      this.#writes.set(name, (this.#writes.get(name) ?? 0) + 1);
    });
  }

  close(): void {
    this.#watcher?.close();
  }

  get repeated(): number {
    return [...this.#writes.values()].filter((count) => count > 1).length;
  }
}

function filesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
