import { useEffect, useRef } from 'preact/hooks';
import { useConsole, useData } from '../context.ts';
import type { ConsoleStore } from '../store.ts';
import { plainWord, timeWords } from '../words.ts';
import type { Application } from './board.tsx';

/** Keys of the actions, while a card has the focus. */
export const actionKeys = [
  { name: 'approve', key: 'a', word: 'Approve' },
  { name: 'reject', key: 'x', word: 'Reject' },
  { name: 'request-revision', key: 'v', word: 'Ask for revision' },
  { name: 'resubmit', key: 's', word: 'Resubmit' },
  { name: 'register', key: 'g', word: 'Register' },
  { name: 'cancel', key: 'c', word: 'Cancel' },
  { name: 'edit-profile', key: 'e', word: 'Edit' },
] as const;

interface PersonProps {
  readonly person: Application;
  readonly isEditing: boolean;
  readonly setEditing: (isEditing: boolean) => void;
  readonly onClose: () => void;
}

/** Does an action; one that does not fit is refused by the sandbox, with what would fit. */
export function actOn(store: ConsoleStore, { id, name }: Application, action: string): Promise<boolean> {
  return store.act('do', { action, ids: [id] }, ({ happened }) => outcomeOf(name, happened[0]));
}

/** Who is selected on the board, and what can be done with the application. */
export function Person({ person: chosen, isEditing, setEditing, onClose }: PersonProps) {
  const store = useConsole();
  const data = useData('applications', { search: chosen.id, limit: 1 }, ['happening']);
  const person = data?.applications.find(({ id }) => id === chosen.id) ?? chosen;
  const fitting = (name: string) =>
    store.facts?.actions.find((one) => one.name === name)?.from?.includes(person.status) ?? false;
  const act = (name: string) => {
    if (name === 'edit-profile') {
      setEditing(true);
      return;
    }
    // The button leaves when the action no longer fits: the focus would be lost.
    void actOn(store, person, name).then(() => document.querySelector<HTMLElement>('#person h3')?.focus());
  };
  return (
    <aside class="person" id="person" aria-label="Selected application">
      <div class="panel-bar">
        <h3 tabIndex={-1}>{person.name}</h3>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <dl class="facts">
        <Fact name="Status" value={plainWord(person.status)} />
        <Fact name="Role" value={person.role} />
        <Fact name="Email" value={person.email} />
        <Fact name="Submitted" value={timeWords(person.submitted_at)} />
        <Fact
          name="Reviewed"
          value={person.last_reviewed_at === null ? 'not yet' : timeWords(person.last_reviewed_at)}
        />
        <Fact name="Id" value={person.id} />
      </dl>
      <div class="acts">
        {actionKeys
          .filter(({ name }) => fitting(name))
          .map(({ name, key, word }) => (
            <button key={name} type="button" data-action={name} onClick={() => act(name)}>
              {word} <kbd>{key}</kbd>
            </button>
          ))}
      </div>
      <p class="aside">The keys work while a card has the focus; arrows move between cards.</p>
      {isEditing && <EditDialog person={person} onClose={() => setEditing(false)} />}
    </aside>
  );
}

type Happened = { readonly delivery_id: string | null; readonly withheld: string | null } | undefined;

function outcomeOf(name: string, happened: Happened): string {
  if (happened?.withheld) return `${name}: done. Not delivered: ${happened.withheld}.`;
  return happened?.delivery_id ? `${name}: done; delivery ${happened.delivery_id} reports it.` : `${name}: done.`;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** First name, last name and e-mail address; what is left empty stays. */
function EditDialog({ person, onClose }: { readonly person: Application; readonly onClose: () => void }) {
  const store = useConsole();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)].filter(([, value]) => value !== '');
    const set = Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
    void store
      .act('do', { action: 'edit-profile', ids: [person.id], set }, ({ happened }) =>
        outcomeOf(person.name, happened[0]),
      )
      .then((isDone) => isDone && dialog.current?.close());
  };
  return (
    <dialog ref={dialog} aria-labelledby="edit-title" onClose={onClose}>
      <form class="edit" onSubmit={save}>
        <h2 id="edit-title">Edit {person.name}</h2>
        <p class="aside">What is left empty stays as it is.</p>
        <label>
          First name <input name="first_name" autocomplete="off" />
        </label>
        <label>
          Last name <input name="last_name" autocomplete="off" />
        </label>
        <label>
          Email <input name="email" type="email" autocomplete="off" placeholder={person.email} />
        </label>
        <div class="acts">
          <button type="submit" class="main">
            Save
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
