/** Something the word under the cursor may become. */
export interface Candidate {
  /** The whole word. */
  readonly value: string;
  /** What it is, in a few words; may be empty. */
  readonly about: string;
}

/** What a shell is told. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /**
   * What the shell adds of its own: nothing, names of files, or what it offers for another program, whose name is
   * the argument at this place (0 is the first one after `revento`).
   */
  readonly also: 'nothing' | 'files' | { readonly programAt: number };
  /** The word goes on after a candidate: no space is put behind it. */
  readonly isOpen: boolean;
}

export const nothing: Completion = { candidates: [], also: 'nothing', isOpen: false };

/** A word that every shell takes as it is: what else there might be is not worth what it could do when typed. */
const safe = /^[\w./:,=@%+{}-]+$/;

/**
 * The text the shells' scripts read: a line that says what the shell adds (`nothing`, `files` or `program N`, then
 * `open` when no space follows), then a line for each candidate that is safe to type, its description behind a tab.
 */
export function toLines({ candidates, also, isOpen }: Completion): string {
  const first = typeof also === 'string' ? also : `program ${also.programAt}`;
  // A tab or line break inside would be taken for one of ours.
  const clean = (text: string) => text.replace(/\s+/g, ' ').trim();
  const lines = candidates
    .filter(({ value }) => safe.test(value))
    .map(({ value, about }) => `${value}\t${clean(about)}`);
  return `${[first + (isOpen ? ' open' : ''), ...lines].join('\n')}\n`;
}
