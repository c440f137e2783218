import { activityActions } from './activities.ts';
import { applicationActions } from './applications.ts';
import { connectionActions } from './connections.ts';
import type { ActionRow } from './row.ts';

/** Everything that can happen in the sandbox's world. */
export const actions: readonly ActionRow[] = [...applicationActions, ...activityActions, ...connectionActions];

/** The row of a name, or undefined. */
export function actionOf(name: string): ActionRow | undefined {
  return actions.find((row) => row.name === name);
}

/** The actions that fit a subject as it is, by name. */
export function fittingActions(type: string, state: string): readonly string[] {
  return actions
    .filter(({ subjects, from }) => subjects.some((one) => one === type) && from?.includes(state))
    .map(({ name }) => name);
}
