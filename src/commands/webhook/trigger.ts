import { randomUUID } from 'node:crypto';
import type { CommandModule } from '../../command-kit/command.ts';
import { readData } from '../../command-kit/data-input.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { collect } from '../../command-kit/option-values.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { isSuccess } from '../../http/status.ts';
import { parseJson } from '../../json/parse.ts';
import { stringify } from '../../json/stringify.ts';
import type { Json } from '../../json/value.ts';
import { nearest } from '../../text/suggestion.ts';
import { deliveryFaults } from '../../webhook/delivery-faults.ts';
import { sampleEnvelope } from '../../webhook/event.ts';
import { type Outgoing, outgoing, withPath } from '../../webhook/outgoing.ts';
import { warnOfUnknownType } from '../shared/unknown-type.ts';
import { signingSecrets } from './shared/secrets.ts';
import { hintFor, Sender, sentItem, targetOf, toOption } from './shared/send.ts';

export interface WebhookTriggerOptions {
  readonly type: string;
  readonly to?: string;
  readonly data?: string;
  readonly set?: readonly string[];
  readonly deliveryId?: string;
  readonly fault?: string;
}

/** `revento webhook trigger`: sends one signed sample, or one that is wrong on purpose; exit 1 unless it gets a 2xx. */
export const webhookTrigger: CommandModule<WebhookTriggerOptions> = {
  declare: (command) =>
    command
      .argument('<type>', 'event type, see `revento webhook events`; any other is sent as well')
      .option(...toOption)
      .option('--data <json>', 'the `data` of the envelope: JSON, @FILE, or @- for standard input')
      .option('--set <path=value>', 'change one place, such as data.status=approved; repeatable', collect)
      .option('--delivery-id <id>', 'delivery id (default: a new UUID)')
      .option('--fault <fault>', 'do something wrong on purpose, see below')
      .addHelpText(
        'after',
        `\nFaults:\n${deliveryFaults.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}\n`,
      ),
  examples: [
    { command: 'revento webhook trigger application.approved', explains: 'to a listener on this machine' },
    {
      command: 'revento webhook trigger application.approved --to 3000 --set data.user_id=usr_7',
      explains: 'to your handler, with one field changed',
    },
    {
      command: 'revento webhook trigger activity.updated --to 3000 --fault stale',
      explains: 'something it has to refuse',
    },
  ],
  layout: { shape: 'events' },
  answersByStatus: () => true,

  async *run(options, deps) {
    const url = targetOf(options.to, deps);
    const [{ secret }] = await signingSecrets(deps);
    const envelope = await makeEnvelope(options, deps);
    const deliveries = planDeliveries(options, stringify(envelope), secret.reveal(), deps);
    const sender = new Sender(deps);
    let failure: ReventoError | null = null;
    try {
      for (const delivery of deliveries) {
        const sent = await sender.send(url, delivery);
        yield sentItem(sent);
        if (isSuccess(sent.status)) continue;
        // A status is told by whoever reports the failure.
        const what = sent.status === null ? ` (no answer: ${sent.error})` : '';
        const facts = {
          hint: faultHint(options.fault, sent.status) ?? hintFor(sent, deps.profile),
          status: sent.status ?? undefined,
        };
        failure ??= new ReventoError('failed', `The delivery was not acknowledged${what}.`, facts);
      }
    } finally {
      await sender.close();
    }
    if (failure !== null) throw failure;
    return undefined;
  },
};

function planDeliveries(
  { type, fault, deliveryId = randomUUID() }: WebhookTriggerOptions,
  json: string,
  secret: string,
  { clock }: Deps,
): readonly Outgoing[] {
  if (!/^[!-~]+$/.test(type) || !/^[!-~]+$/.test(deliveryId)) {
    throw new ReventoError('usage', 'Event type and delivery id are printable ASCII without spaces.');
  }
  const nowSeconds = Math.floor(clock.now() / 1000);
  if (fault === undefined) {
    return [outgoing({ secret, type, deliveryId, timestamp: String(nowSeconds), body: Buffer.from(json) })];
  }
  const row = deliveryFaults.find(({ name }) => name === fault);
  if (row !== undefined) return row.deliveries({ secret, type, deliveryId, nowSeconds, json });
  const names = deliveryFaults.map(({ name }) => name);
  const meant = nearest(fault, names);
  throw new ReventoError('usage', `There is no fault ${JSON.stringify(fault)}.`, {
    hint: meant === null ? `there are ${names.join(', ')}` : `did you mean ${meant}?`,
  });
}

async function makeEnvelope({ type, data, set = [] }: WebhookTriggerOptions, deps: Deps): Promise<Json> {
  warnOfUnknownType(type, deps);
  const sample = sampleEnvelope(type, {
    id: `evt_delivery_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
    occurredAt: new Date(deps.clock.now()).toISOString(),
    eventId: deps.event ?? 'evt_test_published',
    organizationId: 'org_test',
  });
  let envelope: Json = data === undefined ? { ...sample } : { ...sample, data: await readData(data, deps) };
  for (const assignment of set) {
    const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (path === '' || path.split('.').includes('')) {
      throw new ReventoError('usage', `--set ${JSON.stringify(assignment)} is not PATH=VALUE.`, {
        hint: 'such as --set data.status=approved',
      });
    }
    envelope = withPath(envelope, path.split('.'), parseJson(text) ?? text);
  }
  return envelope;
}

/** A refusal of something that is to be refused is no reason to look for a mistake. */
function faultHint(fault: string | undefined, status: number | null): string | undefined {
  const row = deliveryFaults.find(({ name }) => name === fault);
  const isRefusal = status !== null && status >= 400 && status < 500;
  return row !== undefined && row.rightAnswer !== 'acknowledge' && isRefusal
    ? `this is what a right handler does with --fault ${row.name}`
    : undefined;
}
