import { actProps } from '../../../pages/client/roving.ts';
import { useConsoleStore } from '../context.ts';

/** Leads to a request in the list of requests; a part of a row. */
export function RequestLink({ id }: { readonly id: string }) {
  const store = useConsoleStore();
  return (
    <button type="button" class="link" title={id} {...actProps} onClick={() => store.showRequest(id)}>
      {id.length > 12 ? `${id.slice(0, 8)}…` : id}
    </button>
  );
}
