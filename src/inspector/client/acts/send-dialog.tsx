import { useState } from 'preact/hooks';
import { pretty as indented } from '../../../json/pretty.ts';
import { toBase64 } from '../../../text/base64.ts';
import type { Row } from '../../model/row.ts';
import { mostTimes } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { SentAnswers } from '../detail/answer.tsx';
import { ModalDialog } from '../dialog.tsx';
import { EditorBox } from '../editor/editor-box.tsx';
import { useView } from '../use-view.ts';
import { type Draft, draftOf, timesOf } from './draft.ts';
import { plainSend, type Sent } from './sends.ts';
import { TargetSelect } from './target-select.tsx';

/** Edits and sends a delivery: with another body, signature or fault, one or more times. */
export function SendDialog({ row }: { readonly row: Row }) {
  const store = useStore();
  const view = useView(row).value;
  const original = row.line.body;
  const latest = () => store.drafts.get(row.id) ?? draftOf(row, store.target);
  const draft = latest();
  const change: Change = (changed) => {
    const before = latest();
    store.drafts.set(row.id, { ...before, ...(typeof changed === 'function' ? changed(before) : changed) });
    store.changed();
  };
  const [sent, setSent] = useState<Sent | null>(null);
  const [isSending, setSending] = useState(false);
  const why = view?.cannot_resign ?? null;
  const send = async () => {
    if (view === null || isSending) return;
    setSending(true);
    // The last keystrokes may not be rendered yet.
    const draft = latest();
    const isTouched = original !== null && draft.text !== original;
    const isSigned = why === null && (draft.isResigned || draft.fault !== '');
    const changed = isTouched ? { body_base64: toBase64(new TextEncoder().encode(draft.text)) } : {};
    const fault = isSigned && draft.fault !== '' ? { fault: draft.fault } : {};
    const { target, isAtOnce, isIdNew } = draft;
    const how = { ...plainSend, target, resign: isSigned, times: timesOf(draft), at_once: isAtOnce, new_id: isIdNew };
    setSent(await store.send(row, { ...how, ...changed, ...fault }));
    setSending(false);
  };

  return (
    <ModalDialog title={`Edit and send: ${row.type}`} size="wide">
      <div class="sending">
        <div class="pane">
          {original === null ? (
            <p class="aside">The body is not text, so it can only be sent unchanged.</p>
          ) : (
            <EditorBox
              text={draft.text}
              revision={draft.revision}
              onChange={(text) => change({ text })}
              onSend={() => void send()}
            />
          )}
          {original !== null && <Bytes draft={draft} original={original} change={change} />}
        </div>
        <form
          class="pane"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <TargetSelect label="To" className="field" value={draft.target} onPick={(target) => change({ target })} />
          <Signature draft={draft} why={why} change={change} />
          <Fault draft={draft} why={why} change={change} />
          <Repetition draft={draft} change={change} />
          <p class="actions">
            <button type="submit" class="main" disabled={view === null || isSending}>
              {isSending ? 'Sending…' : 'Send'} <kbd>Ctrl Enter</kbd>
            </button>
          </p>
          <div role="status">{sent !== null && <SentAnswers sent={sent} />}</div>
        </form>
      </div>
    </ModalDialog>
  );
}

/** Whether the bytes are unchanged, and buttons that replace all of them. */
function Bytes({ draft, original, change }: PartProps & { readonly original: string }) {
  const length = (text: string) => new TextEncoder().encode(text).length;
  const pretty = prettyOf(draft.text);
  return (
    <p class="aside state-line" role="status">
      <span>
        {draft.text === original
          ? 'Unchanged: the original bytes are sent.'
          : `Changed: ${length(draft.text)} bytes instead of ${length(original)}.`}
      </span>
      {pretty !== null && pretty !== draft.text && (
        <button
          type="button"
          onClick={() => change(({ text, revision }) => ({ text: prettyOf(text) ?? text, revision: revision + 1 }))}
        >
          Indent
        </button>
      )}
      {draft.text !== original && (
        <button type="button" onClick={() => change(({ revision }) => ({ text: original, revision: revision + 1 }))}>
          Restore
        </button>
      )}
    </p>
  );
}

/** What changes, or a function of the latest draft: the rendered one may lack the last keystrokes. */
type Change = (changed: Partial<Draft> | ((latest: Draft) => Partial<Draft>)) => void;

interface PartProps {
  readonly draft: Draft;
  readonly change: Change;
}

function Signature({ draft, why, change }: PartProps & { readonly why: string | null }) {
  const choices = [
    ['Sign again, with the time of sending', true],
    ['Keep the old signature', false],
  ] as const;
  return (
    <fieldset class="stack" disabled={draft.fault !== '' && why === null}>
      <legend>Signature</legend>
      {choices.map(([words, isResigned]) => (
        <label key={words} class="choice">
          <input
            type="radio"
            name="signature"
            disabled={isResigned && why !== null}
            checked={(draft.isResigned && why === null) === isResigned}
            onChange={() => change({ isResigned })}
          />
          {words}
        </label>
      ))}
      {why !== null && <p class="aside">Not signed again: {why}</p>}
    </fieldset>
  );
}

function Fault({ draft, why, change }: PartProps & { readonly why: string | null }) {
  const { session } = useStore();
  const faults = session?.faults ?? [];
  const summary = faults.find(({ name }) => name === draft.fault)?.summary;
  return (
    <>
      <label class="field">
        Fault{' '}
        <select
          value={draft.fault}
          disabled={why !== null}
          onChange={({ currentTarget }) => change({ fault: currentTarget.value })}
        >
          <option value="">none</option>
          {faults.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {summary !== undefined && <p class="aside">It sends {summary}.</p>}
    </>
  );
}

function Repetition({ draft, change }: PartProps) {
  return (
    <fieldset class="stack">
      <legend>How often</legend>
      <label class="field">
        Times{' '}
        <input
          type="number"
          min={1}
          max={mostTimes}
          value={draft.times}
          onInput={({ currentTarget }) => change({ times: currentTarget.value })}
          onChange={() => change((latest) => ({ times: String(timesOf(latest)) }))}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.isAtOnce}
          onChange={({ currentTarget }) => change({ isAtOnce: currentTarget.checked })}
        />
        All at once
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.isIdNew}
          onChange={({ currentTarget }) => change({ isIdNew: currentTarget.checked })}
        />
        A new delivery id each time
      </label>
    </fieldset>
  );
}

/** The text indented, its numbers and names as they are; null when it is not JSON. */
function prettyOf(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indented(text, null);
}
