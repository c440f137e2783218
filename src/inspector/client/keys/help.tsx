import { DefinitionList, KeyHelp } from '../../../pages/client/keys/help.tsx';
import { filterFields } from '../../model/filter.ts';
import { useClosing } from '../dialog.tsx';
import { keys } from './keyboard.ts';

/** All keys and what the filter understands. */
export function Help() {
  return (
    <KeyHelp keys={keys} onClose={useClosing()}>
      <h2>Filter</h2>
      <DefinitionList rows={filterFields} />
    </KeyHelp>
  );
}
