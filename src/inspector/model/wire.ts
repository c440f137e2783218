/** The messages between the inspector's server and its page. Names as in the `delivery` lines. */

/** A `delivery` line of `listen -o ndjson`, parsed. */
export interface DeliveryLine {
  readonly type: 'delivery';
  readonly delivery_id: string | null;
  readonly event: string | null;
  readonly received_at: string;
  readonly verified: boolean;
  readonly reason: string | null;
  readonly duplicate: boolean;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Null when it is not UTF-8. */
  readonly body: string | null;
  readonly body_base64: string;
  /** Only if `body` is truncated: the whole length, null if unknown. */
  readonly body_bytes?: number | null;
  readonly forward: readonly ForwardLine[];
  readonly reply_status: number;
}

export interface ForwardLine {
  readonly url: string;
  readonly status: number | null;
  readonly latency_ms: number;
  readonly error: string | null;
}

/** The session: where deliveries come from and which actions are available. */
export interface SessionView {
  readonly source: { readonly kind: 'listener' | 'recording'; readonly name: string };
  readonly version: string;
  /** Types of deliveries whose subject can be asked for in the API; `*` stands for any text. */
  readonly api_types: readonly string[];
  /** Whether this server also serves the console of a sandbox. */
  readonly has_console: boolean;
  /** URLs of the handlers that this process was started with; an action names one by its index. */
  readonly targets: readonly string[];
  /** Faults that can be put into a delivery sent from the page. */
  readonly faults: readonly FaultView[];
  /** Number of conformance cases of a check. */
  readonly cases: number;
  /** Names of the secrets that verify deliveries; never a value. */
  readonly secrets: readonly string[];
  /** The number of the latest delivery. */
  readonly last: number;
}

/** The details of a delivery that only the server knows. */
export interface DeliveryView {
  readonly id: number;
  /** Whether the body is complete. */
  readonly is_whole: boolean;
  readonly signature: SignatureView;
  readonly answers: readonly AnswerView[];
  /** Why it cannot be sent again unchanged, or signed again; null if it can. */
  readonly cannot_replay: string | null;
  readonly cannot_resign: string | null;
}

export interface SignatureView {
  /** Header text. */
  readonly timestamp: string | null;
  readonly received: string | null;
  readonly body_bytes: number;
  readonly reason: string | null;
  /** Name of the secret that signed it. */
  readonly signed_by: string | null;
  readonly expected: readonly ExpectedSignature[];
  /** Time of receipt minus the timestamp; null without a readable timestamp. */
  readonly age_seconds: number | null;
  readonly tolerance_seconds: number;
  readonly tries: readonly { readonly what: string; readonly holds: boolean }[];
  /** Hints, one sentence each, the most likely first. */
  readonly hints: readonly string[];
  /** The line that reads the raw body, by framework; the handler's own framework first, if known. */
  readonly raw_body: readonly { readonly framework: string; readonly line: string; readonly is_detected: boolean }[];
}

export interface ExpectedSignature {
  readonly secret: string;
  /** Up to the first digit that differs from the received signature; complete if all are the same. */
  readonly digits: string;
  readonly same: number;
}

export interface AnswerView {
  readonly url: string;
  readonly status: number | null;
  readonly latency_ms: number;
  readonly error: string | null;
  /** Why no answer came, or what to try. */
  readonly hint: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null when it is not UTF-8, or without an answer. */
  readonly body: string | null;
  readonly body_bytes: number;
  readonly is_body_cut: boolean;
}

/** How often one request may send a delivery: enough to find bugs that only appear under repetition. */
export const mostTimes = 100;

export interface SendRequest {
  /** Index of the handler in `SessionView.targets`. */
  readonly target: number;
  /** Sign with the current time and secret; otherwise send the headers as received. */
  readonly resign: boolean;
  /** A changed body as base64; absent to send the original. */
  readonly body_base64?: string;
  /** Name of a fault in `SessionView.faults`; it decides the signature. */
  readonly fault?: string;
  readonly times: number;
  /** Send all at the same time; otherwise each after the answer to the previous one. */
  readonly at_once: boolean;
  /** A new delivery ID each time, so that a handler does not treat it as a duplicate. */
  readonly new_id: boolean;
}

/** The result of a send request. */
export interface SendView {
  /** In the order of sending. */
  readonly answers: readonly AnswerView[];
  /** What a correct handler does with it. */
  readonly expected: 'acknowledge' | 'reject' | 'either';
}

/** A fault that can be put into a delivery. */
export interface FaultView {
  readonly name: string;
  readonly summary: string;
}

/** One conformance case and its result. */
export interface CaseView {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'pass' | 'fail' | 'warn' | 'skip';
  readonly sent: string;
  readonly wanted: string;
  readonly got: string;
  readonly why: string;
  readonly fix: string;
  readonly duration_ms: number;
}

/** The summary of a check. */
export interface CheckEnd {
  /** The mistake that explains the failures, and its fix; null if unknown. */
  readonly cause: string | null;
  readonly fix: string | null;
  readonly notes: readonly string[];
}

/** The sender's view of a delivery; only a sandbox provides it. */
export interface SenderRecord {
  /** `dead`: given up after the last retry. */
  readonly state: 'pending' | 'delivered' | 'dead';
  /** When the next retry is due, ISO 8601; null without one. */
  readonly next_attempt_at: string | null;
  /** Compares the sent bytes with the received ones; null if either is unknown. */
  readonly bytes: ByteComparison | null;
  readonly attempts: readonly {
    readonly at: string;
    readonly status: number | null;
    readonly ms: number;
    readonly error: string | null;
    readonly signed_with: 'current' | 'previous';
  }[];
}

/** Two byte sequences, compared from the first byte on. */
export interface ByteComparison {
  readonly sent_bytes: number;
  readonly arrived_bytes: number;
  /** Null where they are the same; the shorter length where one is the beginning of the other. */
  readonly differs_at: number | null;
  /** The line of a hex dump around that place, as hex digits: 16 bytes at most. Empty where they are the same. */
  readonly sent_line: string;
  readonly arrived_line: string;
}

/** The current subject of a delivery in the API. */
export interface SubjectView {
  /** The command that shows the same: `revento participants list`. */
  readonly command: string;
  /** ISO 8601. */
  readonly asked_at: string;
  /** The subject as the API gave it, as JSON text; null if it was not found or could not be requested. */
  readonly current: string | null;
  /** The same members of the delivery under the names of the API, as JSON text. */
  readonly delivered: string;
  /** Why there is nothing to compare, and what to do about it. */
  readonly problem: string | null;
  readonly hint: string | null;
}
