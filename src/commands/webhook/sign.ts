import { randomUUID } from 'node:crypto';
import { readBytes } from '../../command-kit/byte-input.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { unknownTypeOption } from '../../command-kit/globals.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';
import { valueItem } from '../../output/item.ts';
import { bodyEnds } from '../../webhook/diagnosis/body-ends.ts';
import { isTimestamp, sign } from '../../webhook/signature.ts';
import { requireKnownType } from '../shared/unknown-type.ts';
import { signingSecrets } from './shared/secrets.ts';

interface WebhookSignOptions {
  readonly file?: string;
  readonly timestamp?: string;
  readonly deliveryId?: string;
  readonly type?: string;
  readonly unknownType?: boolean;
}

/** What the command uses. */
type SignDeps = Pick<Deps, 'profile' | 'secrets' | 'terminal' | 'signal' | 'clock'>;

/** `revento webhook sign`: the headers of a delivery of these bytes, signed with the current secret. */
export const webhookSign: CommandModule<WebhookSignOptions> = {
  declare: (command) =>
    command
      .argument('[file]', 'file with the body; - or nothing for standard input')
      .option('--timestamp <seconds>', 'Unix seconds to sign (default: now)')
      .option('--delivery-id <id>', 'delivery id (default: a new UUID)')
      .option('--type <type>', "event type (default: the body's own)")
      .option(...unknownTypeOption),
  examples: {
    'revento webhook sign body.json': 'the headers of a delivery of this file',
    'revento webhook events activity.updated -o json | revento webhook sign -o json':
      'the headers of a sample, as JSON',
  },
  layout: { shape: 'value', isText: true },

  async *run({ file, timestamp, deliveryId, type, unknownType }, deps: SignDeps) {
    if (type !== undefined && !unknownType) requireKnownType(type);
    const [{ secret }] = await signingSecrets(deps);
    const body = await readBytes(file, deps);
    if (timestamp !== undefined && !isTimestamp(timestamp)) {
      throw new ReventoError(
        'usage',
        '--timestamp takes Unix seconds as digits only; anything else fails verification.',
        {
          hint: 'use a number like 1700000000, or leave out --timestamp for the current time',
        },
      );
    }
    for (const end of bodyEnds(body)) {
      deps.terminal.notice(`note: the body ${end}, which is signed too: send these bytes unchanged`);
    }
    const signedAt = timestamp ?? String(Math.floor(deps.clock.now() / 1000));
    const headers = {
      'Content-Type': 'application/json',
      'X-Revento-Event': oneLine(type ?? typeOf(body) ?? 'unknown', '--type'),
      'X-Revento-Delivery-Id': oneLine(deliveryId ?? randomUUID(), '--delivery-id'),
      'X-Revento-Timestamp': signedAt,
      'X-Revento-Signature': sign(secret.reveal(), signedAt, body),
    };
    yield valueItem(headers, () =>
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    );
  },
};

/** A line break would turn one header into two. */
function oneLine(value: string, flag: string): string {
  if (/^[ -~]+$/.test(value)) return value;
  throw new ReventoError('usage', `${flag} takes printable ASCII on one line.`);
}

function typeOf(body: Uint8Array): string | null {
  // Any bytes can be signed; bytes that are not JSON have no type.
  const type = parseRecord(new TextDecoder().decode(body))?.['type'];
  return typeof type === 'string' && type !== '' ? type : null;
}
