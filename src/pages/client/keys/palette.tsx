import { useEffect, useRef, useState } from 'preact/hooks';
import { ModalBox } from '../modal-box.tsx';

/** Something that the palette can do. */
export interface Command {
  readonly name: string;
  /** The keys that do the same; empty where none do. */
  readonly shown: string;
  readonly act: () => void;
}

interface PaletteProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

/** All commands by name: type a part of it, choose by arrows, Enter does it. */
export function Palette({ commands, onClose }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = matching(commands, text);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' }), [at]);

  const run = (index: number) => {
    const command = found[index];
    if (command === undefined) return;
    // First back to where the focus was: the command may move it on.
    dialog.current?.close();
    onClose();
    command.act();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setChosen((at + step + found.length) % found.length);
    else if (event.key === 'Enter') run(at);
    else return;
    event.preventDefault();
  };
  return (
    <ModalBox box={dialog} label="Commands" className="palette" onClose={onClose}>
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
    </ModalBox>
  );
}

/** Commands whose names contain all the words, in any order; those that begin with the text first. */
function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const start = text.trim().toLowerCase();
  const isFirst = ({ name }: Command) => name.toLowerCase().startsWith(start);
  return [...found.filter(isFirst), ...found.filter((command) => !isFirst(command))];
}
