import { eventTypes } from '../../event.ts';
import { envelopeSchema } from '../event-schema.ts';

/** What the languages are given: an event type with the fields of its `data`. */
export interface EventModel {
  /** Such as `application.approved`. */
  readonly type: string;
  /** Such as `ApplicationApproved`. */
  readonly name: string;
  readonly summary: string;
  /** `event_id` and `organization_id` are null. */
  readonly isIntegrationLevel: boolean;
  readonly fields: readonly Field[];
}

export interface Field {
  /** As on the wire: snake case. */
  readonly name: string;
  readonly kind: FieldKind;
  /** The guide does not document it: it may be missing or null. */
  readonly isOptional: boolean;
}

export type FieldKind = 'text' | 'integer' | 'object';

/** The known event types, from their schemas. */
export function eventModels(): readonly EventModel[] {
  return eventTypes.map((row) => {
    const { properties } = envelopeSchema(row) as unknown as { properties: { data: DataSchema } };
    const { required = [], properties: fields } = properties.data;
    return {
      type: row.type,
      name: pascal(row.type),
      summary: row.summary,
      isIntegrationLevel: row.isIntegrationLevel === true,
      fields: Object.entries(fields).map(([name, { type }]) => ({
        name,
        kind: kinds[[type].flat()[0] ?? ''] ?? 'text',
        isOptional: !required.includes(name),
      })),
    };
  });
}

interface DataSchema {
  readonly properties: Readonly<Record<string, { readonly type: string | readonly string[] }>>;
  readonly required?: readonly string[];
}

const kinds: Readonly<Record<string, FieldKind>> = { string: 'text', integer: 'integer', object: 'object' };

/** `application.approved` and `approved_at` as `ApplicationApproved` and `ApprovedAt`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|[._])([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** `approved_at` as `approvedAt`. */
export function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}
