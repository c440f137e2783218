import { accepts, type ConformanceCase, refuses } from './case.ts';

const strictTime = 'accept a timestamp only if it is all digits, then compare its distance to now with 300 seconds';
const window = 'allow up to 300 seconds in both directions';
/** No attacker gains by it: signing such a timestamp takes the secret. */
const harmless = 'unusual, but not a security problem: only the holder of the secret can send it';

/** Correctly signed deliveries whose timestamp is recent, too far away, or not a number. */
export const timestamps: readonly ConformanceCase[] = [
  accepts(
    {
      id: 'age-20s',
      title: 'acknowledges a delivery signed 20 seconds ago',
      sent: 'a valid delivery with a timestamp 20 s in the past',
      why: 'deliveries wait in queues and clocks differ; the docs allow 300 s, and less than 30 s loses deliveries',
      fix: window,
    },
    (bench) => bench.make({ timestamp: bench.secondsFromHandlersNow(-20) }),
  ),
  accepts(
    {
      id: 'ahead-20s',
      title: 'acknowledges a delivery signed 20 seconds ahead',
      sent: 'a valid delivery with a timestamp 20 s in the future',
      why: 'your clock may be behind; the docs allow 300 s in both directions',
      fix: window,
      lenient: 'deliveries are lost when your clock is behind',
    },
    (bench) => bench.make({ timestamp: bench.secondsFromHandlersNow(20) }),
  ),
  accepts(
    {
      id: 'valid-in-tolerance',
      title: 'acknowledges a delivery signed four minutes ago',
      sent: 'a valid delivery with a timestamp 240 s in the past',
      why: 'deliveries wait in queues; the docs allow 300 s',
      fix: window,
      lenient: 'stricter than 300 s is allowed, but a delivery that waited longer is lost',
    },
    (bench) => bench.make({ timestamp: bench.secondsFromHandlersNow(-240) }),
  ),
  refuses(
    {
      id: 'stale',
      title: 'refuses a timestamp 330 seconds old',
      sent: 'a correctly signed delivery, 330 s in the past',
      why: 'the docs allow 300 s; without that limit a captured delivery can be replayed forever',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: bench.secondsFromHandlersNow(-330) }),
  ),
  refuses(
    {
      id: 'future',
      title: 'refuses a timestamp 330 seconds ahead',
      sent: 'a correctly signed delivery, 330 s in the future',
      why: 'a timestamp far in the future could be replayed until then',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: bench.secondsFromHandlersNow(330) }),
  ),
  refuses(
    {
      id: 'timestamp-nan',
      title: 'refuses a timestamp that is not a number',
      sent: 'a correctly signed delivery with the timestamp abc',
      why: 'NaN is never greater than 300, so the obvious comparison accepts it, and with it any age',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: 'abc' }),
  ),
  refuses(
    {
      id: 'timestamp-hex',
      title: 'refuses a hexadecimal timestamp',
      sent: 'a correctly signed delivery with the current time as 0x…',
      why: 'a timestamp is decimal digits; a lax parser may accept more than you expect',
      fix: strictTime,
      lenient: harmless,
    },
    (bench) => bench.make({ timestamp: `0x${bench.nowSeconds.toString(16)}` }),
  ),
  refuses(
    {
      id: 'timestamp-fraction',
      title: 'refuses a timestamp with a fraction',
      sent: 'a correctly signed delivery with the current time followed by .0',
      why: 'a timestamp is decimal digits; a lax parser may accept more than you expect',
      fix: strictTime,
      lenient: harmless,
    },
    (bench) => bench.make({ timestamp: `${bench.nowSeconds}.0` }),
  ),
];
