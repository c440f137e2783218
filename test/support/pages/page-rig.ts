import { assets } from '../../../src/inspector/assets.ts';
import { fromListener, type Inspected, weightOf } from '../../../src/inspector/inspected.ts';
import { type Inspector, inspectorBounds, startInspector } from '../../../src/inspector/server.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { createServe } from '../../../src/platform/http/server.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { Delivery } from '../../../src/webhook/delivery.ts';
import { Hub } from '../../../src/webhook/listener/hub.ts';
import { type RawAnswer, rawExchange } from '../http/raw-http.ts';
import { aDelivery, type DeliveryOptions } from '../webhook/delivery.ts';

/** A page's server with what a test puts into it. */
export interface PageRig {
  readonly inspector: Inspector;
  readonly key: string;
  readonly defects: unknown[];
  /** Types of the deliveries whose subject the API was asked for. */
  readonly asked: string[];
  /** Adds a delivery as a listener reports it; its number. */
  add(options: DeliveryOptions & { readonly reason?: Delivery['reason'] }): number;
  /** Sends a request as a page with the key does, with the changes a test wants. */
  ask(changes: Raw): Promise<RawAnswer>;
  close(): Promise<void>;
}

interface Raw {
  readonly line?: string;
  readonly host?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export async function pageRig(secret: string, targets: readonly string[] = []): Promise<PageRig> {
  const defects: unknown[] = [];
  const asked: string[] = [];
  const hub = new Hub<Inspected>(inspectorBounds);
  const forwarder = await createForwarder({});
  const inspector = await startInspector({
    hub,
    targets,
    source: { kind: 'listener', name: 'http://localhost:4400/' },
    port: 0,
    serve: createServe((error) => defects.push(error)),
    clock: systemClock,
    exchange: forwarder.exchange,
    version: 'test',
    secrets: () => [{ name: 'webhook_secret', value: secret }],
    otherSecrets: async () => new Map(),
    hintFor: () => null,
    sandboxConsole: null,
    senderRecord: null,
    subject: {
      types: ['application.*'],
      now: async (type) => {
        asked.push(type);
        const current = '{"id":"ptp_1"}';
        return { command: '', asked_at: '', current, delivered: '{}', problem: null, hint: null };
      },
    },
    assets: async () => assets,
  });
  const key = inspector.address.split('#key=')[1] ?? '';
  const { port } = inspector;
  return {
    inspector,
    key,
    defects,
    asked,
    add: ({ reason = null, ...options }) => {
      const { headers, body, deliveryId } = aDelivery(options);
      const text = body.toString('utf8');
      const delivery: Delivery = {
        receivedAt: Date.now(),
        deliveryId,
        claimedEvent: headers['X-Revento-Event'] ?? null,
        headers: Object.entries(headers),
        body,
        bodyBytes: body.length,
        text,
        reason,
        isPreviousSecret: false,
        standing: 'first',
        json: JSON.parse(text) as unknown,
        isJson: true,
      };
      const evidence = reason === null ? null : delivery;
      const status = reason === null ? 200 : 401;
      const [inspected, lane] = fromListener({ kind: 'answered', delivery, evidence, results: [], status });
      hub.add(inspected, weightOf(inspected), lane);
      return hub.last;
    },
    ask: ({ line = 'GET /session', host = `localhost:${port}`, headers, body = '' }) => {
      const lines = [
        `${line} HTTP/1.1`,
        ...(host === null ? [] : [`Host: ${host}`]),
        ...(headers ?? [`Authorization: Bearer ${key}`]),
        ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
        'Connection: close',
      ];
      return rawExchange(port, { pieces: [`${lines.join('\r\n')}\r\n\r\n${body}`] });
    },
    close: async () => {
      await inspector.close();
      await forwarder.close();
    },
  };
}
