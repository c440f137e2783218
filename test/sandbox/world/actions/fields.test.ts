import { describe, expect, it } from 'vitest';
import { actionOf, actions } from '../../../../src/sandbox/world/actions/actions.ts';
import { fieldsOf } from '../../../../src/sandbox/world/actions/fields.ts';
import type { ActionRow } from '../../../../src/sandbox/world/actions/row.ts';
import { testEventId, World } from '../../../../src/sandbox/world/world.ts';

const event = new World({ seed: 1, participants: 42 }).event(testEventId);
const names = (action: string, of = event) => fieldsOf(actionOf(action) as ActionRow, of).map(({ name }) => name);

describe('the fields that an action may set', () => {
  it('are those of its schema', () => {
    expect(names('edit-activity')).toEqual(['title', 'description', 'status', 'location_id', 'starts_at', 'ends_at']);
    expect(names('approve')).toEqual([]);
  });

  it('include the answers of the event’s registration form', () => {
    expect(names('apply')).toContain('custom_form_fields.favorite_track');
    expect(names('apply', null)).not.toContain('custom_form_fields.favorite_track');
  });

  it('name the values of those that have few', () => {
    const kind = fieldsOf(actionOf('connect') as ActionRow, null).find(({ name }) => name === 'kind');
    expect(kind?.values).toEqual(['installation', 'user']);
  });

  it.each(actions.map((row) => [row.name, row] as const))(
    'of %s say what they are, or which values they take',
    (_, row) => {
      expect(fieldsOf(row, null).filter(({ about, values }) => about === '' && values.length === 0)).toEqual([]);
    },
  );
});
