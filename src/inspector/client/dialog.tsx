import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { ModalDialog as SharedDialog } from '../../pages/client/modal-box.tsx';
import { useStore } from './context.ts';

interface DialogProps {
  readonly title: string;
  /** `wide` for a dialog with two columns. */
  readonly size?: 'wide';
  readonly children: ComponentChildren;
}

/** The dialog that is open above the deliveries. */
export function ModalDialog({ title, size, children }: DialogProps) {
  return (
    <SharedDialog title={title} size={size} onClose={useClosing()}>
      {children}
    </SharedDialog>
  );
}

/** Closes the dialog that is open now. */
export function useClosing(): () => void {
  const store = useStore();
  // The event fires a moment after closing: another dialog may be open by then.
  const own = useRef(store.dialog);
  return () => {
    if (store.dialog === own.current) store.open(null);
  };
}
