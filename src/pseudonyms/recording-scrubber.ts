import { isRecord } from '../json/parse.ts';
import { FileKeys, newFileKey, sealed } from '../webhook/file-key.ts';
import { readLine } from '../webhook/recorded-line.ts';
import { brokenSeal, isOtherLine, parseRecordedLine, SkippedLines } from '../webhook/recording.ts';
import { type Judgment, judgeRecorded } from './judged.ts';
import { People } from './people.ts';
import { type ScrubbedLine, scrubLine } from './scrub-line.ts';

const note =
  'The people in this file are made up. Its deliveries are signed again with file_key, which is public: a valid ' +
  'signature says that a delivery was not changed by accident since then, not that Revento sent it. Never configure it.';

interface ScrubberOptions {
  readonly kept?: readonly string[];
  /** The secrets that may have signed the recorded deliveries. */
  readonly secrets: () => Promise<readonly string[]> | readonly string[];
  /** Also sign what none of them has signed. */
  readonly includeUnchecked?: boolean;
}

/** Deliveries, and those among them with something to report. */
export interface ScrubTally {
  deliveries: number;
  unchecked: number;
  /** The recording says that they were verified, and no secret has signed them. */
  doubted: number;
  invalid: number;
  replacedBodies: number;
}

const forged: Judgment = { judged: 'forged', secret: null };

/** Makes a recording's people up, line by line; keeps no line. The same person is the same one in all of its lines. */
export class RecordingScrubber {
  /** The first line of the file. */
  readonly head: string;
  readonly tally: ScrubTally = { deliveries: 0, unchecked: 0, doubted: 0, invalid: 0, replacedBodies: 0 };
  readonly #people = new People();
  readonly #fileKey = newFileKey();
  readonly #skipped = new SkippedLines();
  readonly #options: ScrubberOptions;
  readonly #keys = new FileKeys();

  constructor(options: ScrubberOptions) {
    this.#options = options;
    const { kept = [] } = options;
    const head = { type: 'scrubbed', version: 1, file_key: this.#fileKey, note, keep: kept, seal: '' };
    this.head = sealed(this.#fileKey, JSON.stringify(head));
  }

  /** The line that takes the place of one of a recording; null when none does. */
  async line(text: string, lineNumber: number): Promise<string | null> {
    if (text.trim() === '') return null;
    const value = parseRecordedLine(text);
    if (value === undefined) return this.#skip(lineNumber, 'not JSON');
    if (!isRecord(value)) return this.#skip(lineNumber, 'not a recorded delivery');
    if (isOtherLine(value)) {
      return this.#keys.name(value) ? null : this.#skip(lineNumber, brokenSeal);
    }
    const read = readLine(value, lineNumber);
    if (read.kind === 'foreign') return this.#skip(lineNumber, 'not a recorded delivery');
    if (read.kind === 'altered') return this.#skip(lineNumber, `altered: ${read.how}`);
    if (read.kind === 'cut') return this.#count(this.#scrub(value, forged), 'invalid');
    const delivery = this.#keys.placed(read.delivery);
    const { secrets, includeUnchecked } = this.#options;
    const judgment = judgeRecorded(delivery, { secrets: await secrets(), includeUnchecked });
    const { judged } = judgment;
    if (delivery.invalid !== null) return this.#count(this.#scrub(value, judgment), 'invalid');
    return this.#count(
      this.#scrub(value, judgment),
      judged === 'forged' ? 'doubted' : judged === 'unchecked' ? 'unchecked' : null,
    );
  }

  /** Counts a line that is left out because it is longer than any delivery. */
  skipTooLong(lineNumber: number): void {
    this.#skip(lineNumber, 'too long');
  }

  /** The line of a delivery that this process has verified itself. */
  own(text: string, secrets: readonly string[]): string {
    const value = JSON.parse(text) as Record<string, unknown>;
    const read = readLine(value, 1);
    const judgment = read.kind === 'delivery' ? judgeRecorded(read.delivery, { secrets }) : forged;
    return this.#scrub(value, value['verified'] === true ? { ...judgment, judged: 'genuine' } : judgment).text;
  }

  /** One sentence for each reason why lines were left out. */
  warnings(): readonly string[] {
    return this.#skipped.warnings();
  }

  /** Such as `line 1 is not JSON`, where nothing is left of the file; null when it is a recording, even an empty one. */
  foreign(): string | null {
    return this.tally.deliveries > 0 ? null : this.#skipped.first();
  }

  #scrub(value: Readonly<Record<string, unknown>>, judgment: Judgment): ScrubbedLine {
    const { kept = [] } = this.#options;
    return scrubLine(value, judgment, { people: this.#people, fileKey: this.#fileKey, kept });
  }

  #count({ text, isBodyReplaced }: ScrubbedLine, as: 'unchecked' | 'doubted' | 'invalid' | null): string {
    this.tally.deliveries++;
    if (as !== null) this.tally[as]++;
    if (isBodyReplaced) this.tally.replacedBodies++;
    return text;
  }

  #skip(lineNumber: number, what: string): null {
    this.#skipped.add(lineNumber, what);
    return null;
  }
}
