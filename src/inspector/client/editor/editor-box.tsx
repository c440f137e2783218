import { useEffect, useRef, useState } from 'preact/hooks';
import type { BodyEditor, BodyProblem } from './editor.ts';
import { loadEditor } from './load.ts';

interface EditorBoxProps {
  readonly text: string;
  /** A new number puts `text` into the editor; typed text is there already. */
  readonly revision: number;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
}

/** The editor, as soon as it is loaded. */
export function EditorBox({ text, revision, onChange, onSend }: EditorBoxProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<BodyEditor | null>(null);
  const latest = useRef({ onChange, onSend, text });
  latest.current = { onChange, onSend, text };
  const [problem, setProblem] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly BodyProblem[]>([]);

  useEffect(() => {
    let isWanted = true;
    loadEditor().then(
      ({ createEditor }) => {
        if (!isWanted || host.current === null) return;
        editor.current = createEditor(host.current, {
          text: latest.current.text,
          label: 'Body',
          onChange: (changed) => latest.current.onChange(changed),
          onProblems: setProblems,
          onSend: () => latest.current.onSend(),
        });
        // It may arrive late, when the user types in another field of the dialog.
        if (document.activeElement?.closest('form') == null) editor.current.focus();
      },
      (error: Error) => setProblem(`The editor could not be loaded: ${error.message}`),
    );
    return () => {
      isWanted = false;
      editor.current?.destroy();
    };
  }, []);

  useEffect(() => editor.current?.setText(latest.current.text), [revision]);

  return (
    <>
      <div class="editor" ref={host} />
      {problems.length > 0 && (
        <ul class="problems" aria-label="Problems of the body">
          {problems.map(({ message, isWarning }) => (
            <li key={message} class={isWarning ? 'calm' : 'bad'}>
              <span class="mark" aria-hidden="true">
                {isWarning ? '!' : '✗'}
              </span>
              {message}
            </li>
          ))}
        </ul>
      )}
      {problem !== null && <p class="problem">{problem}</p>}
    </>
  );
}
