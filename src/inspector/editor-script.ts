import script from './client/editor/editor.ts?page-module';

/** The editor of the page; loaded when somebody edits. */
export const editorScript = script;
