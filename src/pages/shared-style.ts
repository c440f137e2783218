import base from './client/styles/base.css?raw';
import controls from './client/styles/controls.css?raw';
import dialog from './client/styles/dialog.css?raw';
import plain from './client/styles/plain.css?raw';
import { tokenStyle } from './tokens.ts';

/** What every HTML page with a script shares: colors, type, controls, dialogs, plain text. */
export const sharedStyle = [tokenStyle, base, controls, dialog, plain].join('');
