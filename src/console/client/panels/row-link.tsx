import { actProps } from '../../../pages/client/roving.ts';
import { shortId } from '../../../pages/client/words.ts';
import { useConsoleStore } from '../context.ts';

/** Leads to a request in the list of requests; a part of a row. */
export function RequestLink({ id }: { readonly id: string }) {
  const store = useConsoleStore();
  return (
    <button type="button" class="link" title={id} {...actProps} onClick={() => store.showRow('Requests', id)}>
      {id.length > 12 ? `${id.slice(0, 8)}…` : id}
    </button>
  );
}

/** Leads to a delivery in the list of deliveries; a part of a row. */
export function DeliveryLink({ id }: { readonly id: string }) {
  const store = useConsoleStore();
  return (
    <button type="button" class="link" title={id} {...actProps} onClick={() => store.showRow('Deliveries', id)}>
      {shortId(id)}
    </button>
  );
}
