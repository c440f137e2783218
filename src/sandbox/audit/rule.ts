import type { AnySeen, Evidence } from './evidence.ts';

/** `must`: the guide demands it. `should`: the guide recommends it. `note`: worth a look. */
export const levels = ['must', 'should', 'note'] as const;
export type Level = (typeof levels)[number];

/** One thing that every integration has to do, as it shows in what the sandbox sees. */
export interface Rule {
  readonly id: string;
  /** What a good integration does, as a sentence without its full stop. */
  readonly title: string;
  readonly level: Level;
  /** What goes wrong for those who do not do it. */
  readonly why: string;
  /** Where it is demanded: a page of the guide or a section of an RFC; or that it is our own reading. */
  readonly source: string;
  /** One imperative. */
  readonly fix: string;
  /** What has to happen at the sandbox before the rule can be judged, such as `a refresh`. */
  readonly needs: string;
  /** Doubt is not a breach: where the evidence allows another reading, it says nothing. */
  readonly judge: (evidence: Evidence) => Ruling;
}

/** One breach, with the requests that show it. */
export interface Breach {
  readonly what: string;
  readonly shown: readonly AnySeen[];
}

export interface Ruling {
  readonly breaches: readonly Breach[];
  /** Whether something was seen that keeps the rule. */
  readonly isSeen: boolean;
}

/** A ruling on things that are judged one by one: each breaks the rule in some way, or keeps it. */
export function each<One extends AnySeen>(things: readonly One[], problemOf: (one: One) => string | null): Ruling {
  const breaches = things.flatMap((one) => {
    const what = problemOf(one);
    return what === null ? [] : [{ what, shown: [one] }];
  });
  return { breaches, isSeen: things.length > 0 };
}
