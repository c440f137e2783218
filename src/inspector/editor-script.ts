import script from './client/editor/editor.ts?page-module';

/** The editor of the page; loaded when it is first used. */
export const editorScript = script;
