import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { collect } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isSuccess } from '../../../http/status.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import { type Recording, readRecording, recordingOf } from '../../../webhook/recording.ts';
import { again } from '../../../webhook/sending/again.ts';
import { otherSecrets, signingSecrets } from '../shared/secrets.ts';
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
import { checked, choose, whyRefused } from './choice.ts';
import { signable } from './signable.ts';

interface WebhookReplayOptions extends SendOptions {
  readonly file: string;
  readonly resign?: boolean;
  readonly only?: readonly string[];
  readonly asRecorded?: boolean;
  readonly includeInvalid?: boolean;
  readonly includeUnchecked?: boolean;
}

/**
 * `revento webhook replay`: sends the deliveries of a recording again, one after the other; exit 1 unless all get a
 * 2xx. Those that were recorded as invalid are left out unless asked for, and are never signed; so are those whose
 * recorded signature cannot be checked, when they would be signed.
 */
export const webhookReplay: CommandModule<WebhookReplayOptions> = {
  declare: (command) =>
    declareSend(command.argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote; - for standard input'))
      .option('--resign', 'sign with the current time and secret; without it, timestamps are as old as the recording')
      .option('--only <id>', 'only the deliveries with this delivery id; repeatable', collect)
      .option('--as-recorded', 'keep the recorded pauses')
      .option('--include-invalid', 'also send deliveries recorded as invalid, unchanged; never with --resign')
      .option('--include-unchecked', 'with --resign, also sign deliveries whose recorded signature cannot be checked'),
  examples: [
    {
      command: 'revento webhook replay deliveries.ndjson --to 3000 --resign',
      explains: 'all of them, as if they arrived now',
    },
    {
      command: 'revento webhook replay deliveries.ndjson --to 3000 --resign --as-recorded',
      explains: 'with the original pauses',
    },
    {
      command: 'tail -n 1 deliveries.ndjson | revento webhook replay - --to 3000 --resign',
      explains: 'only the last one',
    },
  ],
  layout: { shape: 'events' },
  answersByStatus: () => true,

  async *run(options, deps) {
    const { only, asRecorded, includeInvalid = false } = options;
    refuseContradictions(options);
    const url = targetOf(options, deps);
    const secrets = options.resign ? (await signingSecrets(deps)).map(({ secret }) => secret.reveal()) : null;
    const secret = secrets?.[0] ?? null;
    const file = options.file === '-' ? 'standard input' : options.file;
    const { deliveries, warnings } = checked(await read(options.file, deps), file);
    for (const warning of warnings) deps.terminal.notice(`warning: ${file}: ${warning}`);
    const choice = choose(deliveries, { file, only, includeInvalid, isSigned: secret !== null });
    if (choice.leftOut !== null) deps.terminal.notice(`note: ${choice.leftOut}`);
    const chosen =
      secrets === null ? choice.chosen : await signableOf(choice.chosen, { ...options, file, secrets }, deps);
    const sender = new Sender(deps, options);
    const refused: { readonly recorded: Recorded; readonly sent: Sent }[] = [];
    try {
      let before: Recorded | null = null;
      for (const recorded of chosen) {
        if (asRecorded && before !== null) await pause(recorded.receivedAt - before.receivedAt, deps);
        before = recorded;
        const nowSeconds = Math.floor(deps.clock.now() / 1000);
        const sent = await sender.send(url, again(recorded, secret === null ? null : { secret, nowSeconds }));
        yield sentItem(sent);
        if (!isSuccess(sent.status)) refused.push({ recorded, sent });
      }
    } finally {
      await sender.close();
    }
    // A delivery recorded as invalid had to be rejected, so another one is more useful here.
    const telling = refused.find(({ recorded }) => recorded.invalid === null) ?? refused[0];
    if (telling === undefined) return undefined;
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
  },
};

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

function read(file: string, { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>): Promise<Recording> {
  return file === '-' ? terminal.readStdin().then((bytes) => recordingOf(bytes, signal)) : readRecording(file, signal);
}

interface Signing {
  readonly file: string;
  readonly secrets: readonly string[];
  readonly includeUnchecked?: boolean;
}

/** The deliveries that may be signed. Reads secrets of other profiles only when one is needed. */
async function signableOf(
  deliveries: readonly Recorded[],
  { file, secrets, includeUnchecked = false }: Signing,
  deps: Pick<Deps, 'inspectStore' | 'profile' | 'secrets' | 'terminal'>,
): Promise<readonly Recorded[]> {
  const own = signable(deliveries, { secrets, includeUnchecked });
  if (own.leftOut === null) return own.chosen;
  const others = [...(await otherSecrets(deps)).values()];
  const { chosen, leftOut } = signable(deliveries, { secrets: [...secrets, ...others], includeUnchecked });
  if (leftOut !== null) deps.terminal.notice(`note: ${leftOut}`);
  if (chosen.length > 0) return chosen;
  throw new ReventoError('failed', `${file} has no deliveries that can be signed.`, {
    hint: 'check the recording; --include-unchecked signs deliveries that were signed with an unknown secret, or forged',
  });
}

async function pause(ms: number, { clock, signal }: Pick<Deps, 'clock' | 'signal'>): Promise<void> {
  try {
    await clock.sleep(Math.max(0, ms), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ReventoError('interrupted', 'Interrupted.', {}, { cause: error });
  }
}
