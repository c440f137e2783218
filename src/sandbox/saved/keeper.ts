import * as v from 'valibot';
import { parseRecord } from '../../json/parse.ts';
import { stringify } from '../../json/stringify.ts';
import type { Json } from '../../json/value.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SealedLog } from '../../ports/store.ts';
import { problemOf } from '../world/problem.ts';
import { type Change, change, withChanges } from './change.ts';
import type { Keep, KeptState } from './ledger.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

/** Once the changes are larger than this, and than the whole state, the whole state replaces both. */
const leastCompactedBytes = 1024 * 1024;
/** After a failure, the first change after this time tries again. */
const retryAfterMs = 5_000;

const batch = v.array(change);
/** Kinds of change that must also survive a power cut: the client has stored the token that it got. */
const durable: ReadonlySet<Change['type']> = new Set(['family', 'access', 'refresh']);

interface KeeperParts {
  readonly log: SealedLog;
  /** Real time. */
  readonly clock: Pick<Clock, 'now'>;
  /** When the saved history began, milliseconds since the Unix epoch. */
  readonly since: number;
  readonly onProblem: (problem: string) => void;
  readonly onRecovery: () => void;
}

/** Keeps a sandbox in a sealed log: a snapshot, and the changes since. */
export class Keeper implements Keep {
  readonly #parts: KeeperParts;
  #problem: string | null = null;
  #failedAt = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  state(): KeptState {
    const { log, since } = this.#parts;
    return { path: log.path, since, problem: this.#problem };
  }

  add(changes: readonly Change[], whole: () => Snapshot): void {
    const { log, clock } = this.#parts;
    if (this.#problem !== null) {
      if (clock.now() - this.#failedAt >= retryAfterMs) this.replace(whole());
      return;
    }
    const { wholeBytes, changedBytes } = log;
    if (changedBytes > Math.max(leastCompactedBytes, wholeBytes)) {
      this.replace(whole());
      return;
    }
    const isDurable = changes.some(({ type }) => durable.has(type));
    this.#attempt(() => log.append(stringify(changes as readonly Json[] as Json), isDurable));
  }

  replace(whole: Snapshot): void {
    const { log, since } = this.#parts;
    this.#attempt(() => log.replace(stringify({ since, snapshot: whole as unknown as Json })));
  }

  #attempt(write: () => void): void {
    const { clock, onProblem, onRecovery } = this.#parts;
    const before = this.#problem;
    try {
      write();
      this.#problem = null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#problem = error.message;
      this.#failedAt = clock.now();
    }
    if (this.#problem === null && before !== null) onRecovery();
    if (this.#problem !== null && before === null) onProblem(this.#problem);
  }
}

/** What a sealed log holds of a sandbox. */
export interface Kept {
  readonly snapshot: Snapshot;
  readonly since: number;
}

/**
 * Reads the texts of a sealed log.
 *
 * @returns what is wrong with them instead, when they are not those of a sandbox
 */
export function readKept(texts: readonly string[]): Kept | { readonly problem: string } {
  const [first = '', ...rest] = texts;
  const { since, snapshot } = parseRecord(first) ?? {};
  const read = readSnapshot(snapshot);
  if ('problem' in read) return read;
  const changes: Change[] = [];
  for (const text of rest) {
    const parsed = v.safeParse(batch, JSON.parse(text));
    if (!parsed.success) return { problem: problemOf(parsed.issues[0], 'a change', 'a change') };
    changes.push(...parsed.output);
  }
  return { snapshot: withChanges(read.snapshot, changes), since: typeof since === 'number' ? since : 0 };
}
