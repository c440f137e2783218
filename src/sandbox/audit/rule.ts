import type { AnySeen, Evidence } from './evidence.ts';

/** `must`: the guide demands it. `should`: the guide recommends it. `note`: worth a look. */
export const levels = ['must', 'should', 'note'] as const;
export type Level = (typeof levels)[number];

/** One requirement for every integration that the sandbox can observe. */
export interface Rule {
  readonly id: string;
  /** What a correct integration does, as a sentence without its full stop. */
  readonly title: string;
  readonly level: Level;
  /** The consequence of breaking the rule. */
  readonly why: string;
  /** Its source: a page of the guide or a section of an RFC; or `our reading`. */
  readonly source: string;
  /** One imperative. */
  readonly fix: string;
  /** What must happen at the sandbox before the rule can be judged, such as `a refresh`. */
  readonly needs: string;
  /** Judges the evidence. If another explanation is possible, it is not a breach. */
  readonly judge: (evidence: Evidence) => Ruling;
}

/** One breach, with the requests that show it. */
export interface Breach {
  readonly what: string;
  readonly shown: readonly AnySeen[];
}

export interface Ruling {
  readonly breaches: readonly Breach[];
  /** Whether something was seen that follows the rule. */
  readonly isSeen: boolean;
}

/** Makes a rule that judges records one by one: each breaks the rule in some way, or keeps it. */
export function each<One extends AnySeen>(things: readonly One[], problemOf: (one: One) => string | null): Ruling {
  const breaches = things.flatMap((one) => {
    const what = problemOf(one);
    return what === null ? [] : [{ what, shown: [one] }];
  });
  return { breaches, isSeen: things.length > 0 };
}
