import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { envelopeProblems } from '../../../webhook/schema/envelope-problems.ts';
import { rangeOf } from './range.ts';
import { colors, theme } from './theme.ts';

export interface EditorOptions {
  readonly text: string;
  /** For screen readers. */
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** The mistakes in the text, shortly after each change; empty without any. */
  readonly onProblems: (problems: readonly BodyProblem[]) => void;
  readonly onSend: () => void;
}

export interface BodyProblem {
  readonly message: string;
  readonly isWarning: boolean;
}

/** An editor for a JSON body that is on the page. */
export interface BodyEditor {
  setText(text: string): void;
  focus(): void;
  destroy(): void;
}

/**
 * Puts an editor into an element. It changes only the bytes that the user changes: a line ends at a line feed only,
 * so that a carriage return is a character like any other.
 *
 * It stands in a shadow tree, because its own styles are allowed only there: the page forbids `<style>` elements.
 */
export function createEditor(
  host: HTMLElement,
  { text, label, onChange, onProblems, onSend }: EditorOptions,
): BodyEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.lineSeparator.of('\n'),
        lineNumbers(),
        foldGutter(),
        codeFolding(),
        lintGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        highlightSelectionMatches(),
        search({ top: true }),
        json(),
        linter((linted) => reported(diagnostics(linted), onProblems), { delay: 250 }),
        syntaxHighlighting(colors),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        keymap.of([
          { key: 'Mod-Enter', run: sends(onSend) },
          ...defaultKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...searchKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(textOf(update.state));
        }),
      ],
    }),
  });
  return {
    setText: (changed) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: changed } }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/**
 * Replaces a selection itself: the browser would keep the look of the old text by an inline style, which the page
 * forbids.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { state } = view;
  if (event.inputType !== 'insertText' || event.data === null || event.isComposing || state.selection.main.empty) {
    return false;
  }
  event.preventDefault();
  view.dispatch(state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
  return true;
}

/** A key binding that stops the event. */
function sends(onSend: () => void): () => boolean {
  return () => {
    onSend();
    return true;
  };
}

function textOf(state: EditorState): string {
  return state.sliceDoc();
}

const parsed = jsonParseLinter();

function reported(found: readonly Diagnostic[], report: EditorOptions['onProblems']): readonly Diagnostic[] {
  report(found.map(({ message, severity }) => ({ message, isWarning: severity === 'warning' })));
  return found;
}

/** Where the text is not valid JSON, or else not an envelope of its type. */
function diagnostics(view: EditorView): readonly Diagnostic[] {
  const broken = parsed(view);
  if (broken.length > 0) return broken;
  const value: unknown = JSON.parse(textOf(view.state).replace(/^\ufeff/, ''));
  return envelopeProblems(value).map(({ path, message, level }) => ({
    ...rangeOf(view.state, path),
    severity: level,
    message,
  }));
}
