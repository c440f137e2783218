import type * as v from 'valibot';
import type { SandboxEvent } from '../event.ts';
import type { Actor, Fields, SubjectType } from '../happening.ts';

/** The subject of an action, in its current state. */
export interface Subject {
  readonly type: SubjectType;
  readonly id: string;
  /** Null for what concerns the whole integration. */
  readonly event: SandboxEvent | null;
  /** The state that decides whether an action fits, such as an application status. */
  readonly state: string;
  readonly fields: Fields;
}

/** Other data that a change may depend on. */
export interface Moment {
  /** ISO 8601 UTC with whole seconds. */
  readonly at: string;
  /** The id of the organizer who decides about applications in this sandbox. */
  readonly reviewerId: string;
}

/**
 * An action in the sandbox's world. The command line, the control API, the page, scenarios and the library get names,
 * states, parameters and help from here.
 */
export interface ActionRow {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  readonly actor: Actor;
  /** Types of subjects; the first is the default. */
  readonly subjects: readonly SubjectType[];
  /** States it fits; null for an action that creates its subject. */
  readonly from: readonly string[] | null;
  /** The fields it may set; a strict object. */
  readonly params: v.GenericSchema;
  /** The event type of the delivery that follows; null where the guide names none. */
  readonly sends: string | null;
  /** Whether its delivery waits for further changes of the same subject. */
  readonly isDebounced?: true;
  /** The fields that change; for an action that creates its subject, `subject` already has them. */
  change(subject: Subject, params: Fields, moment: Moment): Fields;
}
