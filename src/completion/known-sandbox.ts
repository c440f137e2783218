import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';
import { actionOf } from '../sandbox/world/actions/actions.ts';
import { type ActionField, fieldsOf } from '../sandbox/world/actions/fields.ts';
import type { Candidate } from './candidate.ts';
import type { KnownSandbox } from './sources.ts';

/** Asks the running sandbox of a profile (null: the selected one); rejects when none answers at once. */
export type AskSandbox = <Name extends OperationName>(
  operation: Name,
  params: ParamsOf<Name>,
  profile: string | null,
) => Promise<ResultOf<Name>>;

/** More would not fit on a screen. */
const mostOffered = 50;

/** @param onFailure  called with the reason why the sandbox could not be asked */
export function knownSandbox(ask: AskSandbox, onFailure: (error: unknown) => void): KnownSandbox {
  const attempt = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      onFailure(error);
      return otherwise;
    }
  };
  return {
    subjects: (action, { typed, event, profile }) =>
      attempt(async () => {
        const params = { action, starts_with: typed, limit: mostOffered, ...ofEvent(event) };
        const { subjects } = await ask('subjects', params, profile);
        return subjects.map(({ id, state, about }) => ({
          value: id,
          about: [state, about].filter(Boolean).join(', '),
        }));
      }, []),

    fields: async (action, { typed, event, profile }) => {
      const row = actionOf(action);
      if (row === undefined) return [];
      const fields = await attempt<readonly ActionField[]>(
        async () => {
          const { actions } = await ask('actions', ofEvent(event), profile);
          return actions.find(({ name }) => name === action)?.fields ?? [];
        },
        // The schema is known without a sandbox; only the answers of the registration form are not.
        fieldsOf(row, null),
      );
      return fields.flatMap((field) => assignments(field, typed, fields));
    },

    deliveries: ({ profile }) =>
      attempt(async () => {
        const { deliveries } = await ask('deliveries', {}, profile);
        return deliveries
          .slice(-mostOffered)
          .reverse()
          .map(({ delivery_id: id, event, state }) => ({ value: id, about: `${event}, ${state}` }));
      }, []),
  };
}

function ofEvent(event: string | null): { readonly event_id?: string } {
  return event === null ? {} : { event_id: event };
}

/** What `--set` may be given for a field. */
function assignments({ name, about, values }: ActionField, typed: string, all: readonly ActionField[]): Candidate[] {
  const start = `${name}=`;
  if (typed.startsWith(start)) return values.map((value) => ({ value: `${start}${value}`, about: '' }));
  if (all.some((other) => other.name.startsWith(`${name}.`))) return [];
  return [{ value: name === 'custom_form_fields' ? `${name}.` : start, about }];
}
