import type { JsonRecord } from '../json/parse.ts';
import { isUnchangedHead } from './file-key.ts';
import type { Recorded } from './recorded-line.ts';

/**
 * The keys that a file names, one in front of each part that was scrubbed. A scrubbed delivery says itself which key
 * signed it, so one whose key nobody named may have been put into the file by anyone.
 */
export class FileKeys {
  readonly #named = new Set<string>();
  #hasHead = false;
  #isMixed = false;

  /** Takes a line that is not a delivery. @returns whether it is unchanged; true for one without a seal */
  name(line: JsonRecord): boolean {
    this.#hasHead ||= line['type'] === 'scrubbed';
    if (line['type'] !== 'scrubbed' && !('seal' in line) && !('scrubbed' in line)) return true;
    if (!isUnchangedHead(line)) return false;
    if (line['type'] === 'scrubbed') this.#named.add(String(line['file_key']));
    return true;
  }

  /** Whether a line so far says that what follows is scrubbed, changed or not. */
  get hasHead(): boolean {
    return this.#hasHead;
  }

  /** The same delivery, knowing whether its file names its key. */
  placed(recorded: Recorded): Recorded {
    const { scrubbed } = recorded;
    this.#isMixed ||= scrubbed === null;
    if (scrubbed === null || this.#isMixed || !this.#named.has(scrubbed.fileKey)) return recorded;
    return { ...recorded, scrubbed: { ...scrubbed, isNamed: true } };
  }

  /** Why a placed delivery is not to be trusted, once the whole file was read: such as `altered: …`; null if it is. */
  doubtAbout({ scrubbed }: Recorded): string | null {
    if (scrubbed === null) return null;
    if (this.#isMixed) return 'altered: it is scrubbed, unlike other lines';
    // Lines without their file, such as the last of it.
    return scrubbed.isNamed || !this.#hasHead ? null : 'altered: no line before it names its file_key';
  }
}
