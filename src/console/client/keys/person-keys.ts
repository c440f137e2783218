import type { Application, ConsoleStore } from '../store.ts';

/** What can be done with an application, with the keys while its card has the focus. */
export const actionKeys = [
  { name: 'approve', key: 'a', word: 'Approve' },
  { name: 'reject', key: 'x', word: 'Reject' },
  { name: 'request-revision', key: 'v', word: 'Ask for revision' },
  { name: 'resubmit', key: 's', word: 'Resubmit' },
  { name: 'register', key: 'r', word: 'Register' },
  { name: 'cancel', key: 'c', word: 'Cancel' },
  { name: 'edit-profile', key: 'e', word: 'Edit' },
] as const;
type ActionKey = (typeof actionKeys)[number];

/** Whether an action fits the status of an application. */
export function fits({ facts }: ConsoleStore, { status }: Application, action: string): boolean {
  return facts?.actions.find(({ name }) => name === action)?.from?.includes(status) ?? false;
}

/** Does an action; the sandbox rejects one that does not fit, and names those that do. */
export async function actOn(store: ConsoleStore, person: Application, action: ActionKey['name']): Promise<void> {
  store.select(person);
  if (action === 'edit-profile') store.open('edit');
  else
    await store.act('do', { action, ids: [person.id] }, ({ happened }) => outcomeOf(person.name, action, happened[0]));
}

type Happened = { readonly delivery_id: string | null; readonly withheld: string | null } | undefined;

/** The result of an action, in a sentence. */
export function outcomeOf(name: string, action: string, happened: Happened): string {
  const done = `${name}: ${action} is done`;
  if (happened?.withheld) return `${done}. Not delivered: ${happened.withheld}.`;
  return happened?.delivery_id ? `${done}; delivery ${happened.delivery_id} reports it.` : `${done}.`;
}
