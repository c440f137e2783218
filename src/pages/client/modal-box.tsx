import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface ModalBoxProps {
  /** The dialog, for the caller that closes it. */
  readonly box: RefObject<HTMLDialogElement>;
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog without a heading; when it closes, the focus is where it was before. */
export function ModalBox({ box, label, className, onClose, children }: ModalBoxProps) {
  // Before the next key comes, which is for the dialog.
  useLayoutEffect(() => box.current?.showModal(), []);
  return (
    // The event comes a moment after closing: the same dialog may have been opened again by then.
    <dialog ref={box} class={className} aria-label={label} onClose={() => box.current !== null && onClose()}>
      {children}
    </dialog>
  );
}

interface ModalDialogProps {
  readonly title: string;
  /** `wide` for a dialog with two columns. */
  readonly size?: 'wide' | undefined;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function ModalDialog({ title, size, onClose, children }: ModalDialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  return (
    <ModalBox box={box} label={title} {...(size !== undefined && { className: size })} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" onClick={() => box.current?.close()}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      {children}
    </ModalBox>
  );
}
