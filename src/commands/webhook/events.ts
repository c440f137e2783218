import { randomUUID } from 'node:crypto';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { pretty } from '../../json/pretty.ts';
import { type Item, valueItem } from '../../output/item.ts';
import { adviceOn } from '../../text/suggestion.ts';
import { eventTypes, knownType, sampleEnvelope } from '../../webhook/event.ts';
import { anyEventSchema, envelopeSchema, schemaDialect } from '../../webhook/schema/event-schema.ts';
import { typings } from '../../webhook/schema/typings/languages.ts';
import { eventModels } from '../../webhook/schema/typings/model.ts';
import { requireKnownType } from '../shared/unknown-type.ts';
import { sampleEventId } from './shared/sample-event.ts';

interface WebhookEventsOptions {
  readonly type?: string;
  readonly schema?: boolean;
  readonly types?: string;
}

const languages = Object.keys(typings);

/** `revento webhook events`: the known event types, or a whole sample body of one. */
export const webhookEvents: CommandModule<WebhookEventsOptions> = {
  declare: (command) =>
    command
      .argument('[type]', 'show a sample payload of this type')
      .option('--schema', 'show the JSON Schema of all types, or of the one given')
      .option('--types <language>', `show types for one of ${languages.join(', ')}`)
      .addHelpText(
        'after',
        '\nThe list is not complete: deliveries of other types are received and shown as well.\nThe docs spell out the data of application.approved and application.rejected; the data of the other samples is assumed.\n',
      ),
  examples: {
    'revento webhook events': 'the known types',
    'revento webhook events application.approved': 'a sample delivery body',
    'revento webhook events --types go': 'structs for a program in Go',
  },
  layout: { shape: 'value' },

  async *run({ type, schema = false, types }, deps: Pick<Deps, 'event' | 'clock' | 'terminal'>) {
    if (types !== undefined) {
      yield typesFor(types, schema || type !== undefined);
      return;
    }
    if (type !== undefined) requireKnownType(type, { remedy: null });
    if (schema) {
      yield schemaOf(type);
      return;
    }
    if (type === undefined) {
      yield list();
      return;
    }
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
    yield valueItem({ ...sample }, (style) => pretty(JSON.stringify(sample), style));
  },
};

function schemaOf(type: string | undefined): Item {
  const row = type === undefined ? undefined : knownType(type);
  const data = row === undefined ? anyEventSchema() : { $schema: schemaDialect, ...envelopeSchema(row) };
  return valueItem(data, (style) => pretty(JSON.stringify(data), style));
}

function typesFor(language: string, hasMore: boolean): Item {
  if (hasMore) {
    throw new ReventoError('usage', "--types covers all event types, so it can't be combined with TYPE or --schema.");
  }
  const typing = Object.hasOwn(typings, language) ? typings[language] : undefined;
  if (typing === undefined) {
    throw new ReventoError('usage', `There are no types for ${JSON.stringify(language)}.`, {
      hint: adviceOn(language, languages, `languages are ${languages.join(', ')}`),
    });
  }
  const text = typing.text(eventModels());
  return valueItem({ language, text }, () => text.trimEnd());
}

function list(): Item {
  const width = Math.max(...eventTypes.map(({ type }) => type.length));
  return valueItem(
    eventTypes.map(({ type, summary, isIntegrationLevel, isAssumed = false }) => ({
      type,
      summary,
      level: isIntegrationLevel ? 'integration' : 'event',
      is_data_assumed: isAssumed,
    })),
    (style) => eventTypes.map(({ type, summary }) => `${style.bold(type.padEnd(width))}  ${summary}`).join('\n'),
  );
}
