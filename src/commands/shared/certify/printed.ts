import { Scanner, type Sighting } from '../../../privacy/scanner.ts';

type Stream = 'stdout' | 'stderr';

interface PrintedMarker {
  /** `stdout` or `stderr`. */
  readonly place: Stream;
  readonly sighting: Sighting;
}

/** Looks for markers in what an integration prints. */
export class Printed {
  readonly #lines = { stdout: 0, stderr: 0 };
  #found: PrintedMarker[] = [];

  see(stream: Stream, text: string): void {
    const line = ++this.#lines[stream];
    const scanner = new Scanner();
    const sightings = [...scanner.push(Buffer.from(text)), ...scanner.end()];
    this.#found.push(...sightings.map((sighting) => ({ place: stream, sighting: { ...sighting, line } })));
  }

  /** What was found since the last call. */
  take(): readonly PrintedMarker[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}
