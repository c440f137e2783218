import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { collect } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isSuccess } from '../../../http/status.ts';
import { isHopHeader } from '../../../webhook/listener/forward.ts';
import type { Outgoing } from '../../../webhook/outgoing.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import { readRecording } from '../../../webhook/recording.ts';
import { deliveryHeaders, sign } from '../../../webhook/signature.ts';
import { signingSecrets } from '../shared/secrets.ts';
import { hintFor, Sender, type Sent, sentItem, targetOf, toOption } from '../shared/send.ts';
import { checked, choose, whyRefused } from './choice.ts';

export interface WebhookReplayOptions {
  readonly file: string;
  readonly to?: string;
  readonly resign?: boolean;
  readonly only?: readonly string[];
  readonly asRecorded?: boolean;
  readonly includeInvalid?: boolean;
}

/**
 * `revento webhook replay`: sends the deliveries of a recording again, one after the other; exit 1 unless all get a
 * 2xx. Those that were recorded as invalid stay out unless asked for, and are never signed.
 */
export const webhookReplay: CommandModule<WebhookReplayOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote')
      .option(...toOption)
      .option('--resign', 'sign anew with the current time and secret; without, timestamps are as old as the recording')
      .option('--only <id>', 'only the deliveries with this delivery id; repeatable', collect)
      .option('--as-recorded', 'keep the pauses between them')
      .option('--include-invalid', 'send too what was recorded as invalid, as it came; never with --resign'),
  examples: [
    {
      command: 'revento webhook replay deliveries.ndjson --to 3000 --resign',
      explains: 'all of them, as if they came now',
    },
    {
      command: 'revento webhook replay deliveries.ndjson --to 3000 --resign --as-recorded',
      explains: 'with the pauses they came in',
    },
  ],
  layout: { shape: 'events' },
  answersByStatus: () => true,

  async *run({ file, to, resign, only, asRecorded, includeInvalid = false }, deps) {
    if (resign && includeInvalid) {
      throw new ReventoError('usage', '--include-invalid and --resign do not go together.', {
        hint: 'signing a delivery that was recorded as invalid would make a forged one genuine: leave out one of them',
      });
    }
    const url = targetOf(to, deps);
    const secret = resign ? (await signingSecrets(deps))[0].secret.reveal() : null;
    const { deliveries, warnings } = checked(await readRecording(file, deps.signal), file);
    for (const warning of warnings) deps.terminal.notice(`warning: ${file}: ${warning}`);
    const { chosen, leftOut } = choose(deliveries, { file, only, includeInvalid, isSigned: secret !== null });
    if (leftOut !== null) deps.terminal.notice(`note: ${leftOut}`);
    const sender = new Sender(deps);
    const refused: { readonly recorded: Recorded; readonly sent: Sent }[] = [];
    try {
      let before: Recorded | null = null;
      for (const recorded of chosen) {
        if (asRecorded && before !== null) await pause(recorded.receivedAt - before.receivedAt, deps);
        before = recorded;
        const sent = await sender.send(url, again(recorded, secret, deps));
        yield sentItem(sent);
        if (!isSuccess(sent.status)) refused.push({ recorded, sent });
      }
    } finally {
      await sender.close();
    }
    // One that was invalid from the start was to be refused: another one tells more.
    const telling = refused.find(({ recorded }) => recorded.invalid === null) ?? refused[0];
    if (telling === undefined) return undefined;
    const { recorded, sent } = telling;
    const hint = sent.status === 401 && secret === null ? whyRefused(recorded, deps) : null;
    throw new ReventoError('failed', `${refused.length} of ${chosen.length} deliveries were not acknowledged.`, {
      hint: hint ?? hintFor(sent, deps.profile),
      status: sent.status ?? undefined,
    });
  },
};

/** The bytes and headers as they came, those of the connection left out; signed anew when there is a secret. */
function again({ headers, body }: Recorded, secret: string | null, { clock }: Deps): Outgoing {
  const kept = headers.filter(([name]) => !isHopHeader(name));
  if (secret === null) return { headers: kept, body };
  const timestamp = String(Math.floor(clock.now() / 1000));
  const renewed: Readonly<Record<string, string>> = {
    [deliveryHeaders.timestamp]: timestamp,
    [deliveryHeaders.signature]: sign(secret, timestamp, body),
  };
  const others = kept.filter(([name]) => renewed[name.toLowerCase()] === undefined);
  return { headers: [...others, ...Object.entries(renewed)], body };
}

async function pause(ms: number, { clock, signal }: Deps): Promise<void> {
  try {
    await clock.sleep(Math.max(0, ms), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ReventoError('interrupted', 'Interrupted.', {}, { cause: error });
  }
}
