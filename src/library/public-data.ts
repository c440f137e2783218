/** The types of the data that `revento/sandbox` takes and gives: a part of the declarations of the package. */

/** Any JSON object. */
export type Fields = { readonly [field: string]: unknown };

/** A file by its URL, such as `new URL('people.yaml', import.meta.url)`. */
export interface FileUrl {
  readonly href: string;
}

/** Test data. Whatever is left out is made up, and is the same for the same seed. */
export interface SeedData {
  readonly $schema?: string;
  /** Random seed of what is made up; the option `seed` overrides it. */
  readonly seed?: number;
  /** In place of the built-in event of the same id, or besides the built-in ones. */
  readonly events?: readonly SeedEvent[];
  /** Further integrations, besides the one of the sandbox. */
  readonly clients?: readonly SeedClient[];
}

export interface SeedEvent {
  /** `evt_test_published` is the built-in test event. */
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  readonly organization?: {
    readonly id: string;
    readonly name?: string;
    readonly kind?: 'formal' | 'informal';
  };
  /** First day, such as `2027-06-10`. */
  readonly starts_on?: string;
  readonly days?: number;
  /** Everybody who applied, in the order of the API. */
  readonly participants?: readonly SeedParticipant[];
  /** How many made-up participants follow those of the list. */
  readonly more_participants?: number;
  /** The whole program. */
  readonly activities?: readonly SeedActivity[];
}

export interface SeedParticipant {
  readonly id?: string;
  /** The same in two events is the same person. */
  readonly user_id?: string;
  readonly application_id?: string;
  readonly application_status?: 'pending' | 'approved' | 'rejected' | 'revision_requested' | 'registered' | 'cancelled';
  readonly role?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly email?: string;
  readonly locale?: string;
  /** Answers of the registration form, in place of all made-up ones. */
  readonly custom_form_fields?: Fields;
  readonly submitted_at?: string;
  readonly last_reviewed_at?: string;
  readonly last_reviewer_id?: string;
}

export interface SeedActivity {
  readonly id?: string;
  readonly title?: string;
  readonly description?: string;
  /** Title of the thread it is in. */
  readonly thread?: string;
  readonly status?: string;
  readonly min_age?: string;
  readonly speakers?: readonly string[];
  readonly capacity?: number;
  readonly registered_count?: number;
  readonly starts_at?: string;
  readonly ends_at?: string;
}

export interface SeedClient {
  readonly id: string;
  /** At least 16 characters; without it the client is a public one. */
  readonly secret?: string;
  readonly name?: string;
  readonly redirect_uris?: readonly string[];
}

/** What an integration declares at Revento. Other fields are allowed. */
export interface Manifest {
  readonly $schema?: string;
  /** Name on the consent page. */
  readonly name?: string;
  /** Every scope it may request. Left out: all. */
  readonly scopes?: readonly string[];
  readonly redirect_uris?: readonly string[];
  /** Not used: the sandbox delivers to the option `webhookUrl`. */
  readonly webhook_url?: string;
  /** The only event types that are delivered. Left out: all. */
  readonly declared_webhook_event_types?: readonly string[];
  readonly [field: string]: unknown;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Separated by spaces. */
  readonly scope: string;
  readonly event_id: string;
  readonly organization_id: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  /** Seconds. */
  readonly refresh_expires_in: number;
  /** Only in a participant's login. */
  readonly user_id?: string;
}

export interface Happened {
  readonly happening: Happening;
  /** Null when no delivery follows, or only later. */
  readonly delivery: Delivery | null;
}

export interface Happening {
  readonly id: string;
  /** Time of the sandbox, ISO 8601 UTC. */
  readonly at: string;
  readonly action: string;
  readonly actor: 'organizer' | 'participant' | 'revento';
  readonly event_id: string | null;
  readonly subject: {
    readonly type: 'participant' | 'activity' | 'connection' | 'event' | 'integration';
    readonly id: string;
  };
  /** The changed fields as they were; null for something new. */
  readonly before: Fields | null;
  /** The same fields now; everything of something new. */
  readonly after: Fields;
}

export interface Delivery {
  readonly delivery_id: string;
  /** The event type. */
  readonly event: string;
  readonly event_id: string | null;
  readonly created_at: string;
  /** `dead`: given up after the last retry. */
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: readonly Attempt[];
  /** When the next retry is due; null when none is. */
  readonly next_attempt_at: string | null;
}

export interface Attempt {
  readonly at: string;
  /** Null without a complete response. */
  readonly status: number | null;
  readonly ms: number;
  /** Why it was not acknowledged; null when it was. */
  readonly error: string | null;
  readonly signed_with: 'current' | 'previous';
}

export interface RequestRecord {
  /** Time of the sandbox, ISO 8601 UTC. */
  readonly at: string;
  /** Null where not even a request line could be read. */
  readonly method: string | null;
  /** Without the query, which may hold a code. */
  readonly path: string | null;
  /** Null when a fault closed the connection without an answer. */
  readonly status: number | null;
  readonly ms: number;
  readonly request_id: string | null;
  /** What was wrong, from the answer or the redirect. */
  readonly error: string | null;
  readonly message: string | null;
}

export interface ClockState {
  readonly now: string;
  readonly real: string;
  readonly ahead_ms: number;
  /** It stands still until it is resumed. */
  readonly held: boolean;
  /** When a delivery is retried next; null without one. */
  readonly next_retry_at: string | null;
}

export interface FaultState {
  readonly fault: string;
  /** Requests it was applied to. */
  readonly hits: number;
  /** Requests it still applies to; null is all. */
  readonly remaining: number | null;
}

export interface Rotation {
  readonly webhook_secret: string;
  /** Null when only one secret signs. */
  readonly webhook_secret_previous: string | null;
}

/** A saved sandbox: plain JSON. */
export interface SavedSandbox {
  readonly version: number;
  readonly [field: string]: unknown;
}
