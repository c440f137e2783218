import { useRef } from 'preact/hooks';
import type { Row } from '../../model/row.ts';
import { useStore } from '../context.ts';
import { copyAs, copyForms } from './copy-forms.ts';

const groups = ['Command', 'Test', 'Data'] as const;

/** What can be copied of a delivery. It closes by Escape, by a choice, and when the focus leaves it. */
export function CopyMenu({ row }: { readonly row: Row }) {
  const store = useStore();
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (menu.current !== null) menu.current.open = false;
  };
  const onKey = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll('li button') ?? [])] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && menu.current?.open) {
      close();
      menu.current.querySelector('summary')?.focus();
    } else if (step !== undefined && menu.current?.open) {
      items[(at + step + items.length) % items.length]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onLeave = ({ relatedTarget }: FocusEvent) => {
    if (!(relatedTarget instanceof Node && menu.current?.contains(relatedTarget))) close();
  };
  return (
    <details class="menu" ref={menu} onKeyDown={onKey} onFocusOut={onLeave}>
      <summary id="copy">Copy</summary>
      <div class="menu-list">
        {groups.map((group) => (
          <section key={group}>
            <h3 id={`copy-${group}`}>{group}</h3>
            <ul aria-labelledby={`copy-${group}`}>
              {copyForms
                .filter((form) => form.group === group)
                .map((form) => (
                  <li key={form.name}>
                    <button
                      type="button"
                      // Safari gives a clicked button no focus, and the menu would close before the click.
                      onMouseDown={(event) => event.preventDefault()}
                      onClick={() => {
                        close();
                        menu.current?.querySelector('summary')?.focus();
                        void copyAs(form, row, store);
                      }}
                    >
                      {form.name}
                    </button>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </details>
  );
}

/** Opens the menu and moves the focus into it. */
export function openCopyMenu(): void {
  const menu = document.getElementById('copy')?.closest('details');
  if (menu == null) return;
  menu.open = true;
  menu.querySelector<HTMLElement>('li button')?.focus();
}
