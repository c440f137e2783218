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
  /** Serves the console of the sandbox that sends the deliveries, below `/console`; null without one. */
  readonly sandboxConsole: Exchange | null;
  /** Asks the sender about a delivery; null if it cannot be asked. */
  readonly senderRecord: FindRecord | null;
  /** Reads the subject of a delivery in the API. */
  readonly subject: {
    /** Types of deliveries that it is for; `*` stands for any text. */
    readonly types: readonly string[];
    readonly now: SubjectOf;
  };
}

/** What the API says now of the subject of a delivery with that type and body; null where no such thing is in the API. */
export type SubjectOf = (type: string, body: Uint8Array) => Promise<SubjectView | null>;

/** What the sender knows of a delivery, by its id; null where it does not know it. */
export type FindRecord = (deliveryId: string) => Promise<SentRecord | null>;

/** What a sender did, and the bytes that it signed. */
export interface SentRecord extends Omit<SenderRecord, 'bytes'> {
  /** Null where the sender does not tell. */
  readonly body: Uint8Array | null;
}
