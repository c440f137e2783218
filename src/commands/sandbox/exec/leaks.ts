import type { Deps } from '../../../command-kit/deps.ts';
import { Scanner, type Sighting } from '../../../privacy/scanner.ts';
import type { People } from '../../shared/privacy/people.ts';

type Stream = 'stdout' | 'stderr';

/** So many are listed; the others are counted. */
const mostListed = 20;

/** Looks through what a command prints, while it prints it. */
export class PrintedLeaks {
  readonly #scanners = { stdout: new Scanner(), stderr: new Scanner() };
  readonly #found: { readonly stream: Stream; readonly sighting: Sighting }[] = [];
  #count = 0;

  see(stream: Stream, bytes: Uint8Array): void {
    this.#note(stream, this.#scanners[stream].push(bytes));
  }

  /**
   * Reports on stderr what the command printed of people, tokens and secrets.
   *
   * @returns whether it printed nothing of them
   */
  async conclude(people: People, { terminal }: Pick<Deps, 'terminal'>): Promise<boolean> {
    for (const stream of ['stdout', 'stderr'] as const) this.#note(stream, this.#scanners[stream].end());
    if (this.#count === 0) return true;
    const owners = await people.ownersOf(this.#found.map(({ sighting }) => sighting.marker));
    for (const [index, { stream, sighting }] of this.#found.entries()) {
      const { marker, line, form } = sighting;
      terminal.notice(`printed: ${marker.kind} of ${owners[index]?.who} (${stream}, line ${line}, ${form})`);
    }
    const more = this.#count - this.#found.length;
    if (more > 0) terminal.notice(`printed: ${more} more`);
    terminal.notice('error: the command printed data of people, tokens or secrets');
    terminal.notice('hint: log IDs instead, such as the participant ID');
    return false;
  }

  #note(stream: Stream, sightings: readonly Sighting[]): void {
    this.#count += sightings.length;
    for (const sighting of sightings) if (this.#found.length < mostListed) this.#found.push({ stream, sighting });
  }
}
