import { randomUUID } from 'node:crypto';
import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { pretty } from '../../json/pretty.ts';
import type { Item } from '../../output/item.ts';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes, knownType, sampleEnvelope } from '../../webhook/event.ts';

export interface WebhookEventsOptions {
  readonly type?: string;
}

/** `revento webhook events`: the known event types; with a type, a whole sample body of it. */
export const webhookEvents: CommandModule<WebhookEventsOptions> = {
  declare: (command) =>
    command
      .argument('[type]', 'show a sample payload of this type')
      .addHelpText('after', '\nThe list is not complete: deliveries of other types are received and shown as well.\n'),
  examples: [
    { command: 'revento webhook events', explains: 'what there is' },
    { command: 'revento webhook events application.approved', explains: 'what one looks like' },
  ],
  layout: { shape: 'value' },

  async *run({ type }, deps) {
    if (type === undefined) {
      yield list();
      return undefined;
    }
    if (knownType(type) === undefined) {
      const meant = nearest(
        type,
        eventTypes.map((row) => row.type),
      );
      const hint = meant === null ? 'run: revento webhook events' : `did you mean ${meant}?`;
      throw new ReventoError('usage', `${JSON.stringify(type)} is no event type this tool knows.`, { hint });
    }
    const sample = sampleEnvelope(type, {
      id: `evt_delivery_${randomUUID().slice(0, 8)}`,
      occurredAt: new Date(deps.clock.now()).toISOString(),
      eventId: deps.event ?? 'evt_test_published',
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
    data: eventTypes.map(({ type, summary, isIntegrationLevel }) => ({
      type,
      summary,
      level: isIntegrationLevel ? 'integration' : 'event',
    })),
    text: (style) => eventTypes.map(({ type, summary }) => `${style.bold(type.padEnd(width))}  ${summary}`).join('\n'),
  };
}
