import type { HeaderList } from '../ports/exchange.ts';
import { deliveryHeaders, judgeHead, type Verdict, type VerifyFailure, verify } from './signature.ts';

/** Header every forwarded request carries: the ids of the listeners it has come through, comma separated. */
export const forwardedByHeader = 'x-revento-cli-forwarded-by';

/** The headers that a receiver needs. */
export interface Head {
  hostCount: number;
  /** Null when the header is missing. Different values of a repeated one are joined by commas. */
  event: string | null;
  deliveryId: string | null;
  /** `event` or `deliveryId` is there more than once. */
  isRepeated: boolean;
  /** Repeated values are joined by commas, which every format check rejects; null when there is none. */
  timestamp: string | null;
  signature: string | null;
  contentEncoding: string;
  contentLength: number;
  isContinueExpected: boolean;
  forwardedBy: string;
}

/** Reads a request's headers in one pass: thousands a second come through here. */
export function readHead(headers: HeaderList): Head {
  const head: Head = {
    hostCount: 0,
    event: null,
    deliveryId: null,
    isRepeated: false,
    timestamp: null,
    signature: null,
    contentEncoding: '',
    contentLength: 0,
    isContinueExpected: false,
    forwardedBy: '',
  };
  for (const header of headers) {
    const name = header[0].toLowerCase();
    const value = header[1];
    switch (name) {
      case 'host':
        head.hostCount++;
        break;
      case 'expect':
        head.isContinueExpected = true;
        break;
      case 'content-length':
        head.contentLength = Number(value);
        break;
      case 'content-encoding':
        head.contentEncoding = head.contentEncoding === '' ? value : `${head.contentEncoding},${value}`;
        break;
      case deliveryHeaders.event:
        head.isRepeated ||= head.event !== null;
        head.event = together(head.event, value);
        break;
      case deliveryHeaders.deliveryId:
        head.isRepeated ||= head.deliveryId !== null;
        head.deliveryId = together(head.deliveryId, value);
        break;
      case deliveryHeaders.timestamp:
        head.timestamp = head.timestamp === null ? value : `${head.timestamp}, ${value}`;
        break;
      case deliveryHeaders.signature:
        head.signature = head.signature === null ? value : `${head.signature}, ${value}`;
        break;
      case forwardedByHeader:
        head.forwardedBy = head.forwardedBy === '' ? value : `${head.forwardedBy},${value}`;
        break;
    }
  }
  return head;
}

function together(earlier: string | null, value: string): string {
  return earlier === null || earlier === value ? value : `${earlier}, ${value}`;
}

/**
 * The first thing wrong with the head of a delivery, or null: each of its four headers must be there, exactly once.
 *
 * @param toleranceSeconds  default 300; `Infinity` ignores the age
 */
export function judge(head: Head, nowSeconds: number, toleranceSeconds: number | undefined): VerifyFailure | null {
  if (!head.event || !head.deliveryId) return 'missing_header';
  const { timestamp, signature } = head;
  const reason = judgeHead({ timestamp, signature, nowSeconds, toleranceSeconds });
  return reason ?? (head.isRepeated ? 'missing_header' : null);
}

/** Whether a delivery was signed with one of the secrets, at any age. */
export function verifyAtAnyAge(
  { headers, body }: { readonly headers: HeaderList; readonly body: Uint8Array },
  secrets: readonly string[],
): Verdict {
  const { timestamp, signature } = readHead(headers);
  return verify({ secrets, timestamp, signature, body, nowSeconds: 0, toleranceSeconds: Number.POSITIVE_INFINITY });
}

/** The value of a header that was sent exactly once, else null. */
export function one(headers: HeaderList, lowerCaseName: string): string | null {
  const values = headers.filter(([name]) => name.toLowerCase() === lowerCaseName);
  return values.length === 1 ? (values[0]?.[1] ?? null) : null;
}
