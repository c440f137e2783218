import type { Deps } from '../deps.ts';
import { ReventoError } from '../errors.ts';
import { isSuccess } from '../http-status.ts';
import { type Recorded, readCassette } from '../webhook/cassette.ts';
import { isHopHeader } from '../webhook/forward.ts';
import type { Outgoing } from '../webhook/outgoing.ts';
import { deliveryHeaders, sign } from '../webhook/signature.ts';
import type { CommandModule } from './command.ts';
import { collect } from './option-values.ts';
import { signingSecrets } from './webhook-secrets.ts';
import { hintFor, Sender, type Sent, sentItem, targetOf, toOption } from './webhook-send.ts';

export interface WebhookReplayOptions {
  readonly file: string;
  readonly to?: string;
  readonly resign?: boolean;
  readonly only?: readonly string[];
  readonly asRecorded?: boolean;
}

/** `revento webhook replay`: sends the deliveries of a recording again, one after the other; exit 1 unless all get a 2xx. */
export const webhookReplay: CommandModule<WebhookReplayOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote')
      .option(...toOption)
      .option('--resign', 'sign anew with the current time and secret; without, timestamps are as old as the recording')
      .option('--only <id>', 'only the deliveries with this delivery id; repeatable', collect)
      .option('--as-recorded', 'keep the pauses between them'),
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

  async *run({ file, to, resign, only, asRecorded }, deps) {
    const url = targetOf(to, deps);
    const secret = resign ? (await signingSecrets(deps))[0].secret.reveal() : null;
    const cassette = await readCassette(file);
    for (const warning of cassette.warnings) deps.terminal.notice(`warning: ${file}: ${warning}`);
    const chosen = cassette.deliveries.filter(({ deliveryId }) => !only || only.includes(deliveryId ?? ''));
    if (chosen.length === 0) {
      const what = only ? `no delivery ${only.join(' or ')}` : 'no deliveries';
      throw new ReventoError('failed', `${file} has ${what}.`);
    }
    const sender = new Sender(deps);
    const refused: Sent[] = [];
    try {
      let before: Recorded | null = null;
      for (const recorded of chosen) {
        if (asRecorded && before !== null) await pause(recorded.receivedAt - before.receivedAt, deps);
        before = recorded;
        const sent = await sender.send(url, again(recorded, secret, deps));
        yield sentItem(sent);
        if (!isSuccess(sent.status)) refused.push(sent);
      }
    } finally {
      await sender.close();
    }
    const [first] = refused;
    if (first === undefined) return undefined;
    const isOld = secret === null && first.status === 401;
    throw new ReventoError('failed', `${refused.length} of ${chosen.length} deliveries were not acknowledged.`, {
      hint: isOld ? 'recorded timestamps are too old by now; add --resign' : hintFor(first, deps.profile),
      status: first.status ?? undefined,
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
