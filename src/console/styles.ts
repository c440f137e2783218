import board from './client/styles/board.css?raw';
import panels from './client/styles/panels.css?raw';
import shell from './client/styles/shell.css?raw';
import tables from './client/styles/tables.css?raw';
import tokens from './client/styles/tokens.css?raw';

/** The style sheet of the console, one sheet a subject, on top of what every page with a script shares. */
export const consoleStyle = [shell, tables, board, tokens, panels].join('');
