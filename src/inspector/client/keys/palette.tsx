import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore } from '../context.ts';
import { commandsOf, matching } from './commands.ts';

/** All commands by name: type a part of it, choose by arrows, Enter does it. */
export function Palette() {
  const store = useStore();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const found = matching(commandsOf(store), text);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' }), [at]);

  const run = (index: number) => {
    const command = found[index];
    if (command === undefined) return;
    // First back to where the focus was: the command may move it on.
    dialog.current?.close();
    store.open(null);
    command.act(store);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setChosen((at + step + found.length) % found.length);
    else if (event.key === 'Enter') run(at);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Commands"
      onClose={() => store.dialog === 'palette' && store.open(null)}
    >
      <input
        type="text"
        role="combobox"
        aria-label="Command"
        aria-expanded={true}
        aria-controls="commands"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `command-${at}` : undefined}
        placeholder="What do you want to do?"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <div id="commands" role="listbox" aria-label="Commands" tabIndex={-1}>
        {found.map(({ name, shown }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input
          <div
            key={name}
            id={`command-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => run(index)}
          >
            <span>{name}</span>
            {shown !== '' && <kbd>{shown}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="none">No command has these words.</p>}
    </dialog>
  );
}
