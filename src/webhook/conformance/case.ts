import { isSuccess } from '../../http/status.ts';
import type { Outgoing } from '../outgoing.ts';
import { acknowledged, type Bench, type ConformanceCase, refused } from './bench.ts';

type Row = Pick<ConformanceCase, 'id' | 'title' | 'sent' | 'why' | 'fix'>;

/** A case of one delivery that is to be acknowledged. */
export function accepts(row: Row, make: (bench: Bench) => Outgoing): ConformanceCase {
  return { ...row, wanted: '2xx', run: async (bench) => acknowledged(await bench.sendValid(make(bench))) };
}

/** A case of one delivery that is to be refused. With `isLenient`, taking it is odd but lets nobody in. */
export function refuses(row: Row & { isLenient?: true }, make: (bench: Bench) => Outgoing): ConformanceCase {
  const { isLenient, ...rest } = row;
  return {
    ...rest,
    wanted: '401',
    run: async (bench) => {
      const answer = await bench.send(make(bench));
      const judgement = refused(answer);
      const isTaken = isSuccess(answer.status);
      return isLenient && isTaken
        ? { outcome: 'warn', got: `${judgement.got}; odd, but nobody gets in by it` }
        : judgement;
    },
  };
}

/** The remedy of every mistake that comes from verifying something else than what was sent. */
export const rawBytes = 'verify over the raw request bytes, before any parser touches them, and parse afterwards';
