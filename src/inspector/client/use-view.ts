import { useEffect, useState } from 'preact/hooks';
import type { Row } from '../model/row.ts';
import type { DeliveryView } from '../model/wire.ts';
import { useStore } from './context.ts';

/** The server's details of a delivery, requested when it is viewed. */
export function useView(row: Row | null): { readonly value: DeliveryView | null; readonly problem: string | null } {
  const { api } = useStore();
  const [view, setView] = useState<{ readonly value: DeliveryView | null; readonly problem: string | null }>(nothing);
  const id = row?.id ?? null;
  useEffect(() => {
    setView(nothing);
    if (id === null) return;
    let isWanted = true;
    api.delivery(id).then(
      (value) => isWanted && setView({ value, problem: null }),
      (error: Error) => isWanted && setView({ value: null, problem: error.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [id]);
  return view.value === null || view.value.id === id ? view : nothing;
}

const nothing = { value: null, problem: null } as const;
