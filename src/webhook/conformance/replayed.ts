import type { ConformanceCase } from './bench.ts';
import { refuses } from './case.ts';

const strictTime = 'take the timestamp only if it is digits alone, then compare its distance to now with 300 seconds';

/** Rightly signed deliveries with a timestamp that is too old, too new, or none: every one is to be refused. */
export const replayed: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'stale',
      title: 'refuses a timestamp ten minutes old',
      sent: 'a rightly signed delivery, 600 s in the past',
      why: 'without an age limit a captured delivery can be replayed for ever',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: String(bench.nowSeconds - 600) }),
  ),
  refuses(
    {
      id: 'future',
      title: 'refuses a timestamp ten minutes ahead',
      sent: 'a rightly signed delivery, 600 s in the future',
      why: 'one signed far ahead could be replayed until then',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: String(bench.nowSeconds + 600) }),
  ),
  refuses(
    {
      id: 'timestamp-nan',
      title: 'refuses a timestamp that is no number',
      sent: 'a rightly signed delivery with the timestamp abc',
      why: 'NaN is never greater than 300: the obvious comparison lets it pass, and with it every age',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: 'abc' }),
  ),
  refuses(
    {
      id: 'timestamp-hex',
      title: 'refuses a hexadecimal timestamp',
      sent: 'a rightly signed delivery with the current time as 0x…',
      why: 'a parser that takes more than digits takes what nobody meant to send',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: `0x${bench.nowSeconds.toString(16)}` }),
  ),
  refuses(
    {
      id: 'timestamp-fraction',
      title: 'refuses a timestamp with a fraction',
      sent: 'a rightly signed delivery with the current time and .0 after it',
      why: 'a parser that takes more than digits takes what nobody meant to send',
      fix: strictTime,
    },
    (bench) => bench.make({ timestamp: `${bench.nowSeconds}.0` }),
  ),
];
