import type { SandboxEntry } from '../sandbox/server/app.ts';
import type { RequestRecord } from './public.ts';

/** As many as the sandbox keeps of deliveries. */
const mostKept = 1_000;

/** The last requests that a sandbox has answered. */
export class RequestBook {
  readonly #kept: RequestRecord[] = [];

  readonly note = (entry: SandboxEntry): void => {
    if (entry.type !== 'request') return;
    const { type: _, ...record } = entry;
    this.#kept.push(record);
    if (this.#kept.length > mostKept) this.#kept.shift();
  };

  list(): readonly RequestRecord[] {
    return [...this.#kept];
  }

  clear(): void {
    this.#kept.length = 0;
  }
}
