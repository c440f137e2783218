import { isSuccess } from '../../http/status.ts';
import type { Outgoing } from '../sending/outgoing.ts';
import { acknowledged, type Judgment, refused } from './answer.ts';
import type { Bench } from './bench.ts';

/** One thing that a handler must do correctly. */
export interface ConformanceCase {
  readonly id: string;
  /** What a correct handler does, as a sentence without its full stop. */
  readonly title: string;
  readonly sent: string;
  readonly wanted: string;
  /** What goes wrong for those who get it wrong. */
  readonly why: string;
  readonly fix: string;
  readonly run: (bench: Bench) => Promise<Judgment>;
}

export interface CaseResult extends Judgment {
  readonly test: ConformanceCase;
  /** The case's own, with the line of the framework where that is known. */
  readonly fix: string;
  readonly durationMs: number;
}

type Row = Pick<ConformanceCase, 'id' | 'title' | 'sent' | 'why' | 'fix'>;

/** For a case whose failure is worth knowing, though the handler may do so. */
interface Lenient {
  /** Completes what the handler did, such as `unusual, but not a security problem`. */
  readonly lenient?: string;
}

/** A case of one delivery that must be acknowledged; with `lenient`, refusing it is only a warning. */
export function accepts({ lenient, ...row }: Row & Lenient, make: (bench: Bench) => Outgoing): ConformanceCase {
  return {
    ...row,
    wanted: '2xx',
    run: async (bench) => soften(acknowledged(await bench.sendValid(make(bench))), lenient),
  };
}

/**
 * A case of one delivery that must be refused; with `lenient`, accepting it is only a warning, and with `isOptional`
 * so is a crash.
 */
export function refuses(
  { lenient, isOptional = false, ...row }: Row & Lenient & { readonly isOptional?: boolean },
  make: (bench: Bench) => Outgoing,
): ConformanceCase {
  return {
    ...row,
    wanted: '401',
    run: async (bench) => {
      const answer = await bench.send(make(bench));
      const judgment = refused(answer);
      return isSuccess(answer.status) || isOptional ? soften(judgment, lenient) : judgment;
    },
  };
}

/** A failure as a warning, where there is a reason to be lenient. */
function soften(judgment: Judgment, reason: string | undefined): Judgment {
  if (reason === undefined || judgment.outcome !== 'fail') return judgment;
  return { ...judgment, outcome: 'warn', got: `${judgment.got}; ${reason}` };
}

/** The remedy of every mistake that comes from verifying something other than what was sent. */
export const rawBytes = 'verify the raw request bytes before any parser touches them, and parse afterward';
