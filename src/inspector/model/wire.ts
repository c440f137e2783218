/** What the inspector's server and its page say to each other. Wire names, as the `delivery` lines have them. */

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
  /** Only where `body` is just the beginning: the whole length, null if unknown. */
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

/** Where the deliveries come from and what can be done with them. */
export interface SessionView {
  readonly source: { readonly kind: 'listener' | 'recording'; readonly name: string };
  readonly version: string;
  /** Whether the console of a sandbox is served along with it. */
  readonly has_console: boolean;
  /** Handlers this process was started with; an action names one by its place. */
  readonly targets: readonly string[];
  /** What can go wrong on purpose with a delivery that is sent from here. */
  readonly faults: readonly FaultView[];
  /** Number of conformance cases of a check. */
  readonly cases: number;
  /** Names of the secrets that deliveries are verified with; never a value. */
  readonly secrets: readonly string[];
  /** The number of the latest delivery. */
  readonly last: number;
}

/** What the server alone can say of a delivery. */
export interface DeliveryView {
  readonly id: number;
  /** The whole body is here. */
  readonly is_whole: boolean;
  readonly signature: SignatureView;
  readonly answers: readonly AnswerView[];
  /** Why it cannot be sent again as it came, or signed again; null where it can. */
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
  /** When it was received, less the timestamp; null without a readable timestamp. */
  readonly age_seconds: number | null;
  readonly tolerance_seconds: number;
  readonly tries: readonly { readonly what: string; readonly holds: boolean }[];
  /** What to do, one sentence each, the most likely first. */
  readonly hints: readonly string[];
  /** The line that reads the raw body, by framework; the handler's own first, if its answers show one. */
  readonly raw_body: readonly { readonly framework: string; readonly line: string; readonly is_detected: boolean }[];
}

export interface ExpectedSignature {
  readonly secret: string;
  /** To the first digit that differs from what was received; whole where all are the same. */
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
  /** Null when it is not UTF-8, or no answer came. */
  readonly body: string | null;
  readonly body_bytes: number;
  readonly is_body_cut: boolean;
}

/** What is to be sent to a handler. */
export interface SendRequest {
  /** Place of the handler in `SessionView.targets`. */
  readonly target: number;
  /** Sign with the current time and secret; else send the headers as they came. */
  readonly resign: boolean;
  /** A changed body, base64; absent to send the one that came. */
  readonly body_base64?: string;
  /** Name of a fault in `SessionView.faults`; it decides the signature. */
  readonly fault?: string;
  readonly times: number;
  /** All at the same time; else each after the answer to the one before. */
  readonly at_once: boolean;
  /** Another delivery id each time, so that a handler does not take it for a duplicate. */
  readonly new_id: boolean;
}

/** What became of it. */
export interface SendView {
  /** In the order of sending. */
  readonly answers: readonly AnswerView[];
  /** What a handler without bugs does with it. */
  readonly expected: 'acknowledge' | 'reject' | 'either';
}

/** A fault that can be put into a delivery. */
export interface FaultView {
  readonly name: string;
  readonly summary: string;
}

/** One conformance case and what the handler did with it. */
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

/** What a whole check says besides its cases. */
export interface CheckEnd {
  /** The one mistake behind the failures, and its remedy; null where none is known. */
  readonly cause: string | null;
  readonly fix: string | null;
  readonly notes: readonly string[];
}

/** What the sender did with a delivery; only a sandbox tells. */
export interface SenderRecord {
  /** `dead`: given up after the last retry. */
  readonly state: 'pending' | 'delivered' | 'dead';
  /** When the next retry is due, ISO 8601; null when none is. */
  readonly next_attempt_at: string | null;
  readonly attempts: readonly {
    readonly at: string;
    readonly status: number | null;
    readonly ms: number;
    readonly error: string | null;
    readonly signed_with: 'current' | 'previous';
  }[];
}
