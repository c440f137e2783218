import { rawExchange } from '../http/raw-http.ts';
import { aDelivery } from '../webhook/delivery.ts';
import type { Stage } from './stage.ts';

/** Name and value. */
type Header = readonly [name: string, value: string];

interface OddRequest {
  readonly name: string;
  readonly line: string;
  /** Beside those of every request. */
  readonly headers?: (stage: Stage) => readonly Header[];
  readonly body?: string;
  /** What every starter answers. */
  readonly status: number;
  /** What the head of the answer has. */
  readonly has?: (stage: Stage) => string;
}

const body = '{"type":"thread.updated"}';
const forged: Header = ['X-Revento-Signature', `sha256=${'0'.repeat(64)}`];

/** A genuine delivery with its headers changed. */
function delivery(
  name: string,
  status: number,
  change: (headers: readonly Header[]) => readonly Header[],
  path = '/webhooks/revento',
): OddRequest {
  const headers = ({ env }: Stage) => {
    const secret = env['REVENTO_WEBHOOK_SECRET'] ?? '';
    const genuine = Object.entries(aDelivery({ secret, type: 'thread.updated', body }).headers);
    return change(genuine.filter(([header]) => header.startsWith('X-Revento-')));
  };
  return { name, line: `POST ${path}`, headers, body, status };
}

const only = (header: string, all: readonly Header[]) => all.filter(([name]) => name === header);
const without = (header: string, all: readonly Header[]) => all.filter(([name]) => name !== header);

const participants = (name: string, ...headers: readonly Header[]): OddRequest => ({
  name,
  line: 'GET /participants',
  headers: () => headers,
  status: 403,
});

/** What is odd, but right, and what only looks so. Each of them was answered in another way by some starters. */
const oddRequests: readonly OddRequest[] = [
  delivery('header names in capitals', 204, (all) => all.map(([name, value]) => [name.toUpperCase(), value])),
  delivery('a query string', 204, (all) => all, '/webhooks/revento?from=revento'),
  delivery('a signature twice', 401, (all) => [...all, ...only('X-Revento-Signature', all)]),
  delivery('a forged signature after the genuine one', 401, (all) => [...all, forged]),
  delivery('a forged signature before the genuine one', 401, (all) => [forged, ...all]),
  delivery('a timestamp twice', 401, (all) => [...all, ...only('X-Revento-Timestamp', all)]),
  delivery('no delivery id', 401, (all) => without('X-Revento-Delivery-Id', all)),
  delivery('an empty delivery id', 401, (all) => [
    ['X-Revento-Delivery-Id', ''],
    ...without('X-Revento-Delivery-Id', all),
  ]),
  participants('participants, by another name of this machine', ['Host', 'integration.example']),
  participants('participants, through a proxy', ['Host', 'localhost'], ['Forwarded', 'for=192.0.2.1']),
  participants('participants, through a proxy that hides for whom', ['Host', 'localhost'], ['X-Forwarded-For', '']),
  { name: 'a health check without a body', line: 'HEAD /healthz', status: 200 },
  { name: 'an event that is not UTF-8', line: 'POST /sync?event=%ff', status: 409 },
  { name: 'consent refused without a state', line: 'GET /callback?error=access_denied', status: 400 },
  {
    name: 'an empty event',
    line: 'GET /connect?event=',
    status: 302,
    has: ({ sandbox }) => `event_id=${sandbox.event}&`,
  },
];

/** How many of them there are. */
export const oddRequestCount = oddRequests.length;

/** Sends them to a starter that runs; those that were answered in another way than by every starter. */
export async function wronglyAnswered(stage: Stage): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { name, line, headers, body = '', status, has } of oddRequests) {
    const given = headers?.(stage) ?? [];
    const host: readonly Header[] = given.some(([header]) => header === 'Host') ? [] : [['Host', 'localhost']];
    const length: Header = ['Content-Length', `${Buffer.byteLength(body)}`];
    const all = [...host, ['Connection', 'close'], ...given, ...(line.startsWith('POST') ? [length] : [])];
    const head = [`${line} HTTP/1.1`, ...all.map(([header, value]) => `${header}: ${value}`)].join('\r\n');
    const answer = await rawExchange(stage.port, { host: 'localhost', pieces: [`${head}\r\n\r\n${body}`] });
    const isRight = answer.status === status && (has === undefined || `${answer.head}&`.includes(has(stage)));
    if (!isRight) wrong.push(`${name}: ${answer.head.split('\r\n')[0]}`);
  }
  return wrong;
}
