import { randomUUID } from 'node:crypto';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { pretty } from '../../json/pretty.ts';
import type { Item } from '../../output/item.ts';
import { eventTypes, knownType, sampleEnvelope } from '../../webhook/event.ts';
import { requireKnownType } from '../shared/unknown-type.ts';
import { sampleEventId } from './shared/sample-event.ts';

interface WebhookEventsOptions {
  readonly type?: string;
}

/** `revento webhook events`: the known event types, or a whole sample body of one. */
export const webhookEvents: CommandModule<WebhookEventsOptions> = {
  declare: (command) =>
    command
      .argument('[type]', 'show a sample payload of this type')
      .addHelpText(
        'after',
        '\nThe list is not complete: deliveries of other types are received and shown as well.\nThe docs spell out the data of application.approved and application.rejected; the data of the other samples is assumed.\n',
      ),
  examples: [
    { command: 'revento webhook events', explains: 'the known types' },
    { command: 'revento webhook events application.approved', explains: 'a sample delivery body' },
  ],
  layout: { shape: 'value' },

  async *run({ type }, deps: Pick<Deps, 'event' | 'clock' | 'terminal'>) {
    if (type === undefined) {
      yield list();
      return undefined;
    }
    requireKnownType(type, { remedy: null });
    if (knownType(type)?.isAssumed) {
      deps.terminal.notice(
        `note: the docs do not spell out the data of ${type}; the fields of this sample are assumed`,
      );
    }
    const sample = sampleEnvelope(type, {
      id: `evt_delivery_${randomUUID().slice(0, 8)}`,
      occurredAt: new Date(deps.clock.now()).toISOString(),
      eventId: sampleEventId(deps),
      organizationId: 'org_test',
    });
    yield { kind: 'value', data: { ...sample }, text: (style) => pretty(JSON.stringify(sample), style) };
    return undefined;
  },
};

function list(): Item {
  const width = Math.max(...eventTypes.map(({ type }) => type.length));
  return {
    kind: 'value',
    data: eventTypes.map(({ type, summary, isIntegrationLevel, isAssumed = false }) => ({
      type,
      summary,
      level: isIntegrationLevel ? 'integration' : 'event',
      is_data_assumed: isAssumed,
    })),
    text: (style) => eventTypes.map(({ type, summary }) => `${style.bold(type.padEnd(width))}  ${summary}`).join('\n'),
  };
}
