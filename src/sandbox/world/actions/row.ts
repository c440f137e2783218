import type * as v from 'valibot';
import type { SandboxEvent } from '../event.ts';
import type { Actor, Fields, SubjectType } from '../happening.ts';

/** What an action is done to, as it is now. */
export interface Subject {
  readonly type: SubjectType;
  readonly id: string;
  /** Null for what concerns the whole integration. */
  readonly event: SandboxEvent | null;
  /** What decides whether an action fits, such as an application status. */
  readonly state: string;
  readonly fields: Fields;
}

/** What else a change may depend on. */
export interface Moment {
  /** ISO 8601 UTC with whole seconds. */
  readonly at: string;
  /** Who decides about applications in this sandbox. */
  readonly reviewerId: string;
}

/**
 * Something that can be done in the sandbox's world. The command line, the control API, the page, scenarios and the
 * library take names, states, parameters and help from here.
 */
export interface ActionRow {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  readonly actor: Actor;
  /** What it is done to; the first one is meant where none is named. */
  readonly subjects: readonly SubjectType[];
  /** States it fits; null for one that makes its subject. */
  readonly from: readonly string[] | null;
  /** What may be set with it; a strict object. */
  readonly params: v.GenericSchema;
  /** The event type of the delivery that follows; null where the guide names none. */
  readonly sends: string | null;
  /** Whether its delivery waits for further changes of the same subject. */
  readonly isDebounced?: true;
  /** The fields that change; for an action that makes its subject, all of it is already in `subject`. */
  change(subject: Subject, params: Fields, moment: Moment): Fields;
}
