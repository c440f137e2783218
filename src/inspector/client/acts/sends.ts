import { countWords } from '../../../pages/client/words.ts';
import type { Row } from '../../model/row.ts';
import type { SendRequest, SendView } from '../../model/wire.ts';
import type { Api } from '../api.ts';

/** The requests sent from this page, and the answers. */
export interface Sent {
  readonly atMs: number;
  /** How it differs from the delivery, such as `signed again`. */
  readonly how: string;
  readonly view: SendView;
}

/** A plain replay; a request says what differs from it. */
export const plainSend = { times: 1, at_once: false, new_id: false } as const;

/** Deliveries that were sent from this page, by the number of the delivery they were made from. */
export class Sends {
  readonly #api: Pick<Api, 'send'>;
  readonly #sent = new Map<number, readonly Sent[]>();

  constructor(api: Pick<Api, 'send'>) {
    this.#api = api;
  }

  /** The earliest first. */
  of(id: number): readonly Sent[] {
    return this.#sent.get(id) ?? [];
  }

  /** @throws Error in the words of the server */
  async send(row: Row, request: SendRequest): Promise<Sent> {
    const view = await this.#api.send(row.id, request);
    const sent = { atMs: Date.now(), how: howWords(request), view };
    this.#sent.set(row.id, [...this.of(row.id), sent]);
    return sent;
  }
}

function howWords({ resign, fault, body_base64: base64, times, at_once: atOnce, new_id: newId }: SendRequest): string {
  const parts = [
    ...(base64 === undefined ? [] : ['changed body']),
    fault !== undefined ? `fault ${fault}` : resign ? 'signed again' : 'unchanged',
    ...(newId ? ['new delivery id'] : []),
    ...(times > 1 ? [`${times} times${atOnce ? ' at once' : ''}`] : []),
  ];
  return parts.join(', ');
}

/** The result in one sentence, and whether a correct handler does that. */
export function outcomeOf({ view: { answers, expected } }: Sent): { readonly text: string; readonly isGood: boolean } {
  const counts = new Map<string, number>();
  for (const { status, error } of answers) {
    const word = String(status ?? error);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const isAcknowledged = answers.every(({ status }) => status !== null && status >= 200 && status < 300);
  const isRejected = answers.every(({ status }) => status !== null && status >= 400 && status < 500);
  const isGood = { acknowledge: isAcknowledged, reject: isRejected, either: isAcknowledged || isRejected }[expected];
  const wanted = { acknowledge: '2xx', reject: '401', either: '2xx or 4xx' }[expected];
  const [first] = answers;
  if (answers.length === 1 && first !== undefined) {
    const got = first.status === null ? `No answer: ${first.error}` : `The handler answered ${first.status}`;
    return { text: isGood ? `${got}.` : `${got}; a correct handler answers ${wanted}.`, isGood };
  }
  const words = [...counts].map(([word, count]) => `${count} × ${word}`).join(', ');
  const text = `${countWords(answers.length, 'answer', 'answers')}: ${words}`;
  return { text: isGood ? `${text}.` : `${text}; a correct handler answers ${wanted}.`, isGood };
}
