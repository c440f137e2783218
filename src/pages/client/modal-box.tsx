import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

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
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog ref={box} class={className} aria-label={label} onClose={onClose}>
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
