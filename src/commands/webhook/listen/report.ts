import type { Deps } from '../../../command-kit/deps.ts';
import { isSuccess } from '../../../http/status.ts';
import { JsonText } from '../../../json/value.ts';
import { type ValueItem, valueItem } from '../../../output/item.ts';
import { maskBody, masked, maskHead, maskLine, maskUrl } from '../../../pseudonyms/mask.ts';
import { plainStyle, type Style } from '../../../text/style.ts';
import { deliveryLine } from '../../../webhook/listener/delivery-line.ts';
import type { Answered, ListenEvent } from '../../../webhook/listener/listen-event.ts';
import { StrangerBudget } from '../../../webhook/listener/stranger-budget.ts';
import type { Tally } from '../../../webhook/listener/tally.ts';
import type { Recorder } from '../../../webhook/recording.ts';
import { deliveryText, turnedAwayText } from './delivery-text.ts';
import type { ListenHints } from './hints.ts';
import { payloadText } from './payload-text.ts';

/** What goes to stdout: text to read, lines of data, or data for a filter. */
export type OutputKind = 'text' | 'data' | 'filter';

interface ReportOptions {
  readonly output: OutputKind;
  readonly isBodyPrinted: boolean;
  /** Nothing that could be about a person goes to stdout or stderr. */
  readonly isRedacted: boolean;
  readonly hints: ListenHints;
  readonly tally: Tally;
  readonly recorder: Recorder | null;
  readonly deps: Pick<Deps, 'clock' | 'terminal'>;
}

/**
 * Turns what a listener reports into output, notices and lines of a recording.
 *
 * Anyone can send an invalid delivery: it is shown within `StrangerBudget`, and never goes into a filter.
 */
export class ListenReport {
  readonly #options: ReportOptions;
  readonly #budget: StrangerBudget;
  #isRecordingFull = false;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#budget = new StrangerBudget(options.deps.clock);
  }

  /** Null when nothing goes to stdout. A promise only when it has to wait: it is called thousands of times a second. */
  itemOf(event: ListenEvent): ValueItem | null | Promise<ValueItem | null> {
    this.noticeHeldBack(false);
    const { tally, hints, recorder } = this.#options;
    if (event.kind === 'refused') {
      const shown = this.#options.isRedacted ? { ...event, request: null } : event;
      if (this.#budget.takeLine()) this.#notice(turnedAwayText(shown));
      else this.#budget.holdBack(1);
      return null;
    }
    if (event.kind === 'untold') {
      tally.addInvalid(event.unverified);
      this.#budget.holdBack(event.turnedAway + event.unverified);
      return null;
    }
    tally.add(event.delivery, event.results);
    if (event.delivery.reason !== null) return this.#stranger(event);
    if (!isFine(event)) return this.#failed(event);
    hints.reset();
    const line = this.#lineOf(event);
    if (recorder === null || line === null) return this.#valueOf(event, line, []);
    return recorder.append(line).then(() => this.#valueOf(event, line, []));
  }

  /** Reports how many requests were not shown. */
  noticeHeldBack(isOver: boolean): void {
    const count = this.#budget.takeHeldBack({ isOver });
    if (count > 0) this.#notice(`… and ${count} more requests that were refused or failed verification`);
  }

  /** Verified, but its handler did not acknowledge it. */
  async #failed(event: Answered): Promise<ValueItem> {
    const line = this.#lineOf(event);
    if (line !== null) await this.#options.recorder?.append(line);
    return this.#valueOf(event, line, await this.#options.hints.next(this.#asked(event)));
  }

  async #stranger(event: Answered): Promise<ValueItem | null> {
    const { output, hints } = this.#options;
    const isShown = this.#budget.takeLine();
    const line = this.#lineOf(event);
    const isWritten = line !== null && this.#budget.takeBytes(line.length);
    if (isWritten) await this.#record(line);
    const isPrinted = output === 'data' ? isWritten : isShown;
    if (!isPrinted) this.#budget.holdBack(1);
    const sentences = isShown ? await hints.next(this.#asked(event)) : [];
    if (output === 'filter') {
      if (isShown) this.#notice(this.#textOf(event, sentences)(plainStyle()));
      return null;
    }
    return isPrinted ? this.#valueOf(event, line, sentences) : null;
  }

  async #record(line: string): Promise<void> {
    const { recorder } = this.#options;
    if (recorder === null || this.#isRecordingFull) return;
    this.#isRecordingFull = !this.#budget.takeRecorded(line.length);
    if (!this.#isRecordingFull) await recorder.append(line);
    else this.#notice('warning: too many deliveries failed verification; the rest of them are not recorded');
  }

  /** As JSON, if requested. */
  #lineOf({ delivery, results, status }: Answered): string | null {
    const { output, recorder } = this.#options;
    return output === 'text' && recorder === null ? null : deliveryLine(delivery, results, status);
  }

  #valueOf(event: Answered, line: string | null, hints: readonly string[]): ValueItem {
    const { output, isRedacted } = this.#options;
    if (output === 'text') return valueItem(null, this.#textOf(event, hints));
    for (const hint of hints) this.#notice(`hint: ${hint}`);
    const text = line === null ? 'null' : isRedacted ? maskLine(line) : line;
    return valueItem(new JsonText(text), () => '');
  }

  #textOf(event: Answered, hints: readonly string[]): (style: Style) => string {
    const { delivery, results, status } = this.#options.isRedacted ? withoutPeople(event) : event;
    const hasBody = this.#options.isBodyPrinted && delivery.standing !== 'duplicate' && delivery.body.length > 0;
    return (style) => {
      const text = deliveryText({ delivery, results, status, hints }, style);
      return hasBody ? `${text}\n${payloadText(delivery, style)}` : text;
    };
  }

  /** What hints may quote of a delivery: a handler may name somebody in the address that it redirects to. */
  #asked(event: Answered): Answered {
    if (!this.#options.isRedacted) return event;
    const results = event.results.map((result) => ({ ...result, location: null }));
    return { ...event, results };
  }

  #notice(text: string): void {
    this.#options.deps.terminal.notice(text);
  }
}

/** The same with a masked body, and without the words of handlers, which may quote it. */
function withoutPeople({ delivery, results, ...event }: Answered): Answered {
  const body = maskBody(delivery.body);
  const json: unknown =
    delivery.json === undefined ? undefined : JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
  const isWhole = delivery.body.length === delivery.bodyBytes;
  const bodyBytes = isWhole ? body.length : delivery.bodyBytes;
  return {
    ...event,
    delivery: {
      ...delivery,
      body,
      bodyBytes,
      text: body.toString('utf8'),
      json,
      deliveryId: maskHead(delivery.deliveryId),
      claimedEvent: maskHead(delivery.claimedEvent),
    },
    results: results.map((result) => ({
      ...result,
      url: maskUrl(result.url),
      excerpt: result.excerpt === '' ? '' : masked,
    })),
  };
}

/** Verified, and acknowledged by its handlers. */
export function isFine({ delivery, status }: Answered): boolean {
  return delivery.reason === null && isSuccess(status);
}
