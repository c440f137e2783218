import { randomUUID } from 'node:crypto';
import { readBytes } from '../../command-kit/byte-input.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseRecord } from '../../json/parse.ts';
import { isTimestamp, sign } from '../../webhook/signature.ts';
import { signingSecrets } from './shared/secrets.ts';

export interface WebhookSignOptions {
  readonly file?: string;
  readonly timestamp?: string;
  readonly deliveryId?: string;
  readonly type?: string;
}

/** `revento webhook sign`: the headers a delivery of these bytes would carry, signed with the current secret. */
export const webhookSign: CommandModule<WebhookSignOptions> = {
  declare: (command) =>
    command
      .argument('[file]', 'file with the body; - or nothing for standard input')
      .option('--timestamp <seconds>', 'Unix seconds to sign (default: now)')
      .option('--delivery-id <id>', 'delivery id (default: a new UUID)')
      .option('--type <type>', "event type (default: the body's own)"),
  examples: [
    { command: 'revento webhook sign body.json', explains: 'the headers of a delivery of this file' },
    {
      command: 'revento webhook events activity.updated -o json | revento webhook sign -o json',
      explains: 'of a sample, as JSON',
    },
  ],
  layout: { shape: 'value', isText: true },

  async *run({ file, timestamp, deliveryId, type }, deps) {
    const [{ secret }] = await signingSecrets(deps);
    const body = await readBytes(file, deps);
    if (timestamp !== undefined && !isTimestamp(timestamp)) {
      throw new ReventoError('usage', '--timestamp takes whole Unix seconds, digits only: no other can verify.', {
        hint: 'such as 1700000000; leave it out for the time it is now',
      });
    }
    const signedAt = timestamp ?? String(Math.floor(deps.clock.now() / 1000));
    const headers = {
      'Content-Type': 'application/json',
      'X-Revento-Event': oneLine(type ?? typeOf(body) ?? 'unknown', '--type'),
      'X-Revento-Delivery-Id': oneLine(deliveryId ?? randomUUID(), '--delivery-id'),
      'X-Revento-Timestamp': signedAt,
      'X-Revento-Signature': sign(secret.reveal(), signedAt, body),
    };
    yield {
      kind: 'value',
      data: headers,
      text: () =>
        Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
    };
    return undefined;
  },
};

/** A line break would make two headers of one wherever the output is used. */
function oneLine(value: string, flag: string): string {
  if (/^[ -~]+$/.test(value)) return value;
  throw new ReventoError('usage', `${flag} takes printable ASCII on one line.`);
}

function typeOf(body: Uint8Array): string | null {
  // Any bytes can be signed; those that are not JSON name no type.
  const type = parseRecord(new TextDecoder().decode(body))?.['type'];
  return typeof type === 'string' && type !== '' ? type : null;
}
