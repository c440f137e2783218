import { filterFields } from '../../model/filter.ts';
import { useStore } from '../context.ts';
import { ModalDialog } from '../dialog.tsx';
import { keys } from './keyboard.ts';

/** All keys and what the filter understands. */
export function Help() {
  const store = useStore();
  return (
    <ModalDialog title="Keys">
      <dl>
        {keys.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={store.areKeysOn}
          onChange={({ currentTarget }) => store.switchKeys(currentTarget.checked)}
        />{' '}
        Single keys are on
      </label>
      <h2>Filter</h2>
      <dl>
        {filterFields.map(([word, meaning]) => (
          <div key={word}>
            <dt>
              <code>{word}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </ModalDialog>
  );
}
