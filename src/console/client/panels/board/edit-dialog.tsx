import { useRef } from 'preact/hooks';
import { ModalBox } from '../../../../pages/client/modal-box.tsx';
import { useConsole } from '../../context.ts';
import { outcomeOf } from '../../keys/person-keys.ts';
import type { Application } from '../../store.ts';

interface EditDialogProps {
  readonly person: Application;
  readonly onClose: () => void;
}

/** First name, last name and email address; empty fields stay as they are. */
export function EditDialog({ person, onClose }: EditDialogProps) {
  const store = useConsole();
  const box = useRef<HTMLDialogElement>(null);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)].filter(([, value]) => value !== '');
    const set = Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
    const isDone = await store.act('do', { action: 'edit-profile', ids: [person.id], set }, ({ happened }) =>
      outcomeOf(person.name, 'edit-profile', happened[0]),
    );
    if (isDone) box.current?.close();
  };
  return (
    <ModalBox box={box} label={`Edit ${person.name}`} onClose={onClose}>
      <form class="edit" onSubmit={save}>
        <h2>Edit {person.name}</h2>
        <p class="aside">Empty fields stay as they are.</p>
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
          <button type="button" onClick={() => box.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </ModalBox>
  );
}
