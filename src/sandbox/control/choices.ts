import { actionOf, actions } from '../world/actions/actions.ts';
import { fieldsOf } from '../world/actions/fields.ts';
import type { Subject } from '../world/actions/row.ts';
import type { SandboxEvent } from '../world/event.ts';
import { fittingSubjects } from '../world/fitting.ts';
import { unknownAction } from '../world/stage.ts';
import type { World } from '../world/world.ts';
import type { ReadParamsOf, ResultOf } from './operations.ts';

/** What can be done in an event. */
export function listActions(event: SandboxEvent): ResultOf<'actions'> {
  return {
    actions: actions.map((row) => {
      const { name, summary, subjects, from, sends } = row;
      return { name, summary, subjects, from, sends, fields: fieldsOf(row, event) };
    }),
  };
}

/**
 * The subjects that an action fits now.
 *
 * @throws DoesNotFit `unknown_action`
 */
export function listSubjects(
  { action, starts_with: startsWith = '', limit }: Omit<ReadParamsOf<'subjects'>, 'event_id'>,
  event: SandboxEvent,
  world: World,
): ResultOf<'subjects'> {
  const row = actionOf(action);
  if (row === undefined) throw unknownAction(action);
  const { found, hasMore } = fittingSubjects(row, world, { event, startsWith, limit });
  return { subjects: found.map(describe), has_more: hasMore };
}

const named = { participant: 'display_name', activity: 'title', event: 'title', connection: 'kind', integration: '' };

function describe({ type, id, state, fields }: Subject): ResultOf<'subjects'>['subjects'][number] {
  const about = fields[named[type]];
  return { type, id, state, about: typeof about === 'string' ? about : '' };
}
