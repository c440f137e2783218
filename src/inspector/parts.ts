import type { PageKey } from '../pages/local/key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Assets } from './assets.ts';
import type { ViewContext } from './delivery-view.ts';
import type { Inspected } from './inspected.ts';
import type { SenderRecord, SessionView, SubjectView } from './model/wire.ts';

/** What the routes need. */
export interface InspectorParts extends ViewContext {
  readonly hub: Hub<Inspected>;
  readonly key: PageKey;
  readonly clock: Clock;
  readonly source: SessionView['source'];
  readonly version: string;
  /** URLs of the handlers that this process was started with. */
  readonly targets: readonly string[];
  /** A client for deliveries. */
  readonly exchange: Exchange;
  readonly assets: () => Promise<Assets>;
  /** The console of the sandbox that sends the deliveries; null without one. */
  readonly sandboxConsole: SandboxConsole | null;
  /** Asks the sender about a delivery; null if it cannot be asked. */
  readonly senderRecord: FindRecord | null;
  /** Reads the subject of a delivery in the API. */
  readonly subject: {
    /** The delivery types that it handles; `*` stands for any text. */
    readonly types: readonly string[];
    readonly now: SubjectOf;
  };
}

export interface SandboxConsole {
  /** For requests below `/console`, with the key. */
  readonly answer: Exchange;
  /** The state of the sandbox as HTML that needs no script, with the files of the page. */
  readonly plain: () => Promise<string>;
}

/** The current subject in the API of a delivery with that type and body; null if the API has no such subject. */
export type SubjectOf = (type: string, body: Uint8Array) => Promise<SubjectView | null>;

/** The sender's record of a delivery, by its ID; null if it has none. */
export type FindRecord = (deliveryId: string) => Promise<SentRecord | null>;

/** The record of a sender, and the bytes that it signed. */
export interface SentRecord extends Omit<SenderRecord, 'bytes'> {
  /** Null if the sender does not report it. */
  readonly body: Uint8Array | null;
}
