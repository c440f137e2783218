/** A completion of the word under the cursor. */
export interface Candidate {
  /** The whole word. */
  readonly value: string;
  /** What it is, in a few words; may be empty. */
  readonly about: string;
}

/** The answer to a shell. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /**
   * What the shell adds: nothing, file names, or its own candidates for another program, whose name is the argument at
   * this position (0 is the first one after `revento`).
   */
  readonly also: 'nothing' | 'files' | { readonly programAt: number };
  /** Whether the word continues after a candidate: then no space is added. */
  readonly isOpen: boolean;
}

export const nothing: Completion = { candidates: [], also: 'nothing', isOpen: false };

/** A word that every shell takes literally: any other candidate could do harm when it is run. */
const safe = /^[\w./:,=@%+{}-]+$/;

/**
 * The text that the shells' scripts read: a line that says what the shell adds (`nothing`, `files` or `program N`, then
 * `open` when no space follows), then a line for each candidate that is safe to type, with its description after a tab.
 */
export function toLines({ candidates, also, isOpen }: Completion): string {
  const first = typeof also === 'string' ? also : `program ${also.programAt}`;
  // A tab or line break in a description would be read as a separator.
  const clean = (text: string) => text.replace(/\s+/g, ' ').trim();
  const lines = candidates
    .filter(({ value }) => safe.test(value))
    .map(({ value, about }) => `${value}\t${clean(about)}`);
  return `${[first + (isOpen ? ' open' : ''), ...lines].join('\n')}\n`;
}
