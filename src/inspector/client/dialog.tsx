import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from './context.ts';

interface DialogProps {
  readonly title: string;
  /** `wide` for what has two columns. */
  readonly size?: 'wide';
  readonly children: ComponentChildren;
}

/** A modal dialog; when it closes, the focus is where it was before. */
export function ModalDialog({ title, size, children }: DialogProps) {
  const store = useStore();
  const dialog = useRef<HTMLDialogElement>(null);
  // The event comes a moment after the closing: by then another one may be open.
  const own = useRef(store.dialog);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class={size}
      aria-labelledby="dialog-title"
      onClose={() => store.dialog === own.current && store.open(null)}
    >
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      {children}
    </dialog>
  );
}
