import type { PageKey } from '../pages/local/key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Assets } from './assets.ts';
import type { ViewContext } from './delivery-view.ts';
import type { Inspected } from './inspected.ts';
import type { SenderRecord, SessionView } from './model/wire.ts';

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
  readonly senderRecord: ((deliveryId: string) => Promise<SenderRecord | null>) | null;
}
