import { randomUUID } from 'node:crypto';
import { withAssignments } from '../../command-kit/assignment.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import { readData } from '../../command-kit/data-input.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { unknownTypeOption } from '../../command-kit/globals.ts';
import { collect } from '../../command-kit/option-values.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { stringify } from '../../json/stringify.ts';
import type { Json } from '../../json/value.ts';
import { adviceOn } from '../../text/suggestion.ts';
import { sampleEnvelope } from '../../webhook/event.ts';
import { deliveryFaults } from '../../webhook/sending/delivery-faults.ts';
import { type Outgoing, outgoing } from '../../webhook/sending/outgoing.ts';
import { requireKnownType, warnOfUnknownType } from '../shared/unknown-type.ts';
import { sampleEventId } from './shared/sample-event.ts';
import { signingSecrets } from './shared/secrets.ts';
import { declareSend, Sender, type SendOptions, sentItem, targetOf } from './shared/send.ts';
import { failureOf, isExpected } from './shared/verdict.ts';

interface WebhookTriggerOptions extends SendOptions {
  readonly type: string;
  readonly data?: string;
  readonly set?: readonly string[];
  readonly deliveryId?: string;
  readonly fault?: string;
  readonly unknownType?: boolean;
}

/**
 * `revento webhook trigger`: sends one signed sample, or a faulty one; exit 1 unless it is answered as required,
 * 3 when the handler accepts a fault that it must reject.
 */
export const webhookTrigger: CommandModule<WebhookTriggerOptions> = {
  declare: (command) =>
    declareSend(command.argument('<type>', 'event type, see `revento webhook events`'))
      .option('--data <json>', 'the `data` of the envelope: JSON, @FILE, or @- for standard input')
      .option('--set <path=value>', 'change one place, such as data.status=approved; repeatable', collect)
      .option('--delivery-id <id>', 'delivery id (default: a new UUID)')
      .option('--fault <fault>', 'inject a fault, see below')
      .option(...unknownTypeOption)
      .addHelpText(
        'after',
        `\nFaults (exit 3 when the handler accepts one that it must reject):\n${deliveryFaults.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}\n`,
      ),
  examples: {
    'revento webhook trigger application.approved': 'to a listener on this machine',
    'revento webhook trigger application.approved --to 3000 --set data.user_id=usr_7':
      'to your handler, with one field changed',
    'revento webhook trigger activity.updated --to 3000 --fault stale': 'a delivery it must reject',
  },
  layout: { shape: 'events' },
  answersByStatus: () => true,

  async *run(options, deps) {
    const url = targetOf(options, deps);
    const expected = faultNamed(options.fault)?.expected ?? 'acknowledge';
    const envelope = await makeEnvelope(options, deps);
    const [{ secret }] = await signingSecrets(deps);
    const deliveries = planDeliveries(options, stringify(envelope), secret.reveal(), deps);
    const sender = new Sender(deps, options);
    let failure: ReventoError | null = null;
    try {
      for (const delivery of deliveries) {
        const sent = await sender.send(url, delivery);
        yield sentItem(sent, isExpected(sent.status, expected));
        failure ??= failureOf(sent, { expected, fault: options.fault, profile: deps.profile });
      }
    } finally {
      await sender.close();
    }
    if (failure !== null) throw failure;
  },
};

function planDeliveries(
  { type, fault, deliveryId = randomUUID() }: WebhookTriggerOptions,
  json: string,
  secret: string,
  { clock }: Pick<Deps, 'clock'>,
): readonly Outgoing[] {
  if (!/^[!-~]+$/.test(type) || !/^[!-~]+$/.test(deliveryId)) {
    throw new ReventoError('usage', 'The event type and the delivery id must be printable ASCII without spaces.');
  }
  const nowSeconds = Math.floor(clock.now() / 1000);
  const row = faultNamed(fault);
  if (row !== null) return row.deliveries({ secret, type, deliveryId, nowSeconds, json });
  return [outgoing({ secret, type, deliveryId, timestamp: String(nowSeconds), body: Buffer.from(json) })];
}

/** @throws ReventoError `usage` for an unknown name */
function faultNamed(fault: string | undefined): (typeof deliveryFaults)[number] | null {
  if (fault === undefined) return null;
  // Older scripts have the British spelling.
  const wanted = fault === 're-serialised' ? 're-serialized' : fault;
  const row = deliveryFaults.find(({ name }) => name === wanted);
  if (row !== undefined) return row;
  const names = deliveryFaults.map(({ name }) => name);
  throw new ReventoError('usage', `${JSON.stringify(fault)} is an unknown fault.`, {
    hint: adviceOn(fault, names, `use one of ${names.join(', ')}`),
  });
}

type EnvelopeDeps = Pick<Deps, 'clock' | 'event' | 'terminal' | 'signal'>;

async function makeEnvelope(options: WebhookTriggerOptions, deps: EnvelopeDeps): Promise<Json> {
  const { type, data, set = [], unknownType } = options;
  if (unknownType) warnOfUnknownType(type, deps);
  else requireKnownType(type);
  const sample = sampleEnvelope(type, {
    id: `evt_delivery_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
    occurredAt: new Date(deps.clock.now()).toISOString(),
    eventId: sampleEventId(deps),
    organizationId: 'org_test',
  });
  const envelope: Json = data === undefined ? { ...sample } : { ...sample, data: await readData(data, deps) };
  const changed = withAssignments(envelope, set, 'data.status=approved');
  await warnOfProblems(changed, deps);
  return changed;
}

/** Warns of what the schema of the type does not allow; such a body is sent all the same. */
async function warnOfProblems(envelope: Json, { terminal }: Pick<Deps, 'terminal'>): Promise<void> {
  const { envelopeProblems } = await import('../../webhook/schema/envelope-problems.ts');
  for (const { message, level } of envelopeProblems(JSON.parse(stringify(envelope)))) {
    if (level === 'error') terminal.notice(`warning: Revento does not send this: ${message}`);
  }
}
