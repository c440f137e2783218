import { isSecretKind } from '../../../privacy/marker.ts';
import type { Place } from '../../../privacy/unpacker.ts';
import { counted } from '../../../text/sentence.ts';
import type { Owner } from './people.ts';

/** What a marker in that place means. */
type Verdict = 'leaked' | 'not deleted' | 'kept';

/** A marker, whose it is, and what that means. Never holds a token or a secret. */
interface Finding {
  readonly [field: string]: string | number | boolean | null;
  readonly verdict: Verdict;
  readonly kind: string;
  readonly who: string;
  readonly name: string | null;
  readonly event_id: string | null;
  readonly file: string;
  readonly inside: string | null;
  readonly line: number;
  readonly offset: number;
  readonly form: string;
  readonly is_log: boolean;
}

/** Where markers were found. */
interface Where {
  readonly name: string;
  readonly isLog: boolean;
}

/** Judges what is found, and counts it. */
export class Tally {
  readonly #isDeleted: boolean;
  readonly #people = new Set<string>();
  readonly #counts: Record<Verdict, number> = { leaked: 0, 'not deleted': 0, kept: 0 };
  #inLogs = 0;

  /** @param isDeleted  whether everybody's data had to be deleted, whatever the sandbox says */
  constructor(isDeleted: boolean) {
    this.#isDeleted = isDeleted;
  }

  /** Whether something was found that must not be there. */
  get hasFailed(): boolean {
    return this.#counts.leaked + this.#counts['not deleted'] > 0;
  }

  /** @param owner  of the marker at this place */
  judge({ marker, form, line, offset, inside }: Place, owner: Owner, { name: file, isLog }: Where): Finding {
    const isLeft = this.#isDeleted || owner.isRevoked;
    const verdict = isSecretKind(marker.kind) ? 'leaked' : isLeft ? 'not deleted' : 'kept';
    this.#counts[verdict]++;
    if (verdict !== 'leaked') {
      this.#people.add(`${marker.seed} ${marker.index}`);
      if (isLog) this.#inLogs++;
    }
    return {
      verdict,
      kind: marker.kind,
      who: owner.who,
      name: owner.name,
      event_id: owner.eventId,
      file,
      inside: inside.length === 0 ? null : inside.join(' > '),
      line,
      offset,
      form,
      is_log: isLog,
    };
  }

  /** What was found, in words. */
  summary(): string {
    const { leaked, 'not deleted': left, kept } = this.#counts;
    const places = left + kept;
    const parts = [
      ...(leaked === 0 ? [] : [`tokens or secrets in ${counted(leaked, 'place')}`]),
      ...(places === 0
        ? []
        : [
            `data of ${counted(this.#people.size, 'person', 'people')} in ${counted(places, 'place')} (${this.#inLogs} in logs${left === 0 ? '' : `, ${left} had to be deleted`})`,
          ]),
    ];
    return parts.length === 0 ? 'nothing found' : parts.join('; ');
  }
}
