import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { collect } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isSuccess } from '../../../http/status.ts';
import type { Item } from '../../../output/item.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import { again } from '../../../webhook/sending/again.ts';
import { signingSecrets } from '../shared/secrets.ts';
import {
  declareSend,
  hintFor,
  reasonOf,
  Sender,
  type SendOptions,
  type Sent,
  sentItem,
  targetOf,
} from '../shared/send.ts';
import { type AgainstOptions, comparisonOf, declareAgainst } from './against.ts';
import { choose, whyRefused } from './choice.ts';
import { compared, type Turn } from './compare.ts';
import { deliveriesOf, signableOf } from './recorded.ts';

interface WebhookReplayOptions extends SendOptions, AgainstOptions {
  readonly file: string;
  readonly resign?: boolean;
  readonly only?: readonly string[];
  readonly asRecorded?: boolean;
  readonly includeInvalid?: boolean;
  readonly includeUnchecked?: boolean;
}

/**
 * `revento webhook replay`: sends the deliveries of a recording again, one after the other; exit 1 unless all get a
 * 2xx. With `--against`, compares what two handlers answer instead; exit 3 when they differ. Those that were recorded as invalid are left out unless asked for, and are never signed; so are those whose
 * recorded signature cannot be checked, when they would be signed.
 */
export const webhookReplay: CommandModule<WebhookReplayOptions> = {
  declare: (command) =>
    declareAgainst(
      declareSend(
        command.argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote; - for standard input'),
      )
        .option('--resign', 'sign with the current time and secret; without it, timestamps are as old as the recording')
        .option('--only <id>', 'only the deliveries with this delivery id; repeatable', collect)
        .option('--as-recorded', 'keep the recorded pauses')
        .option('--include-invalid', 'also send deliveries recorded as invalid, unchanged; never with --resign')
        .option('--include-unchecked', 'with --resign, also sign deliveries whose recorded signature cannot be checked')
        .option('--answer-timeout <duration>', 'longest wait for an answer; Revento itself waits 10s', '20s'),
    ),
  examples: {
    'revento webhook replay deliveries.ndjson --to 3000 --resign': 'all of them, as if they arrived now',
    'revento webhook replay deliveries.ndjson --to 3000 --against 3001 --resign': 'whether two handlers answer alike',
    'tail -n 1 deliveries.ndjson | revento webhook replay - --to 3000 --resign': 'only the last one',
  },
  layout: { shape: 'events' },
  answersByStatus: () => true,

  async *run(options, deps) {
    const { only, includeInvalid = false } = options;
    refuseContradictions(options);
    const comparison = comparisonOf(options);
    const url = targetOf(options, deps);
    const sender = new Sender(deps, options);
    const secrets = options.resign ? (await signingSecrets(deps)).map(({ secret }) => secret.reveal()) : null;
    const { file, deliveries } = await deliveriesOf(options.file, deps);
    const choice = choose(deliveries, { file, only, includeInvalid, isSigned: secrets !== null });
    if (choice.leftOut !== null) deps.terminal.notice(`note: ${choice.leftOut}`);
    const chosen =
      secrets === null ? choice.chosen : await signableOf(choice.chosen, { ...options, file, secrets }, deps);
    const plan: Plan = { chosen, secret: secrets?.[0] ?? null, isPaced: options.asRecorded === true, sender, url };
    try {
      yield* comparison === null ? replayed(plan, deps) : compared(paced(plan, deps), { ...comparison, ...plan }, deps);
    } finally {
      await sender.close();
    }
  },
};

interface Plan {
  readonly chosen: readonly Recorded[];
  /** Null sends timestamps and signatures as recorded. */
  readonly secret: string | null;
  /** Whether to keep the recorded pauses. */
  readonly isPaced: boolean;
  readonly sender: Sender;
  readonly url: string;
}

/** What is sent, each when its turn comes. */
async function* paced({ chosen, secret, isPaced }: Plan, deps: Deps): AsyncGenerator<Turn, void> {
  let before: Recorded | null = null;
  for (const recorded of chosen) {
    if (isPaced && before !== null) await pause(recorded.receivedAt - before.receivedAt, deps);
    before = recorded;
    const nowSeconds = Math.floor(deps.clock.now() / 1000);
    yield { recorded, delivery: again(recorded, secret === null ? null : { secret, nowSeconds }) };
  }
}

/** @throws ReventoError `failed` unless all are acknowledged */
async function* replayed(plan: Plan, deps: Deps): AsyncGenerator<Item, void> {
  const { chosen, secret, sender, url } = plan;
  const refused: { readonly recorded: Recorded; readonly sent: Sent }[] = [];
  for await (const { recorded, delivery } of paced(plan, deps)) {
    const sent = await sender.send(url, delivery);
    yield sentItem(sent);
    if (!isSuccess(sent.status)) refused.push({ recorded, sent });
  }
  // A delivery recorded as invalid had to be rejected, so another one is more useful here.
  const telling = refused.find(({ recorded }) => recorded.invalid === null) ?? refused[0];
  if (telling === undefined) return;
  const { recorded, sent } = telling;
  const hint = sent.status === 401 && secret === null ? whyRefused(recorded, deps) : null;
  throw new ReventoError(
    'failed',
    `${refused.length} of ${chosen.length} deliveries were not acknowledged${reasonOf(sent)}.`,
    {
      hint: hint ?? hintFor(sent, deps.profile),
      status: sent.status ?? undefined,
    },
  );
}

function refuseContradictions({ resign, includeInvalid, includeUnchecked }: WebhookReplayOptions): void {
  if (resign && includeInvalid) {
    throw new ReventoError('usage', "--include-invalid can't be combined with --resign.", {
      hint: 'leave out one of them: signing a delivery that was recorded as invalid could make a forged one genuine',
    });
  }
  if (includeUnchecked && !resign) {
    throw new ReventoError('usage', '--include-unchecked needs --resign.', { hint: 'add --resign' });
  }
}

async function pause(ms: number, { clock, signal }: Pick<Deps, 'clock' | 'signal'>): Promise<void> {
  try {
    await clock.sleep(Math.max(0, ms), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ReventoError('interrupted', 'Interrupted.', {}, { cause: error });
  }
}
