import type { BodyEditor, EditorOptions } from './editor.ts';

/** What `/editor.js` exports. */
interface EditorModule {
  createEditor(host: HTMLElement, options: EditorOptions): BodyEditor;
}

/** The editor is larger than the rest of the page, so it is loaded when it is first needed. */
export function loadEditor(): Promise<EditorModule> {
  const path = '/editor.js';
  return import(path) as Promise<EditorModule>;
}
