import { tokenStyle } from '../pages/tokens.ts';
import acts from './client/styles/acts.css?raw';
import answer from './client/styles/answer.css?raw';
import base from './client/styles/base.css?raw';
import body from './client/styles/body.css?raw';
import controls from './client/styles/controls.css?raw';
import detail from './client/styles/detail.css?raw';
import dialog from './client/styles/dialog.css?raw';
import layout from './client/styles/layout.css?raw';
import list from './client/styles/list.css?raw';
import signature from './client/styles/signature.css?raw';

/** What every HTML page with a script shares: colors, type, controls, dialogs. */
export const sharedStyle = [tokenStyle, base, controls, dialog].join('');

/** The style sheet of the page of deliveries, one sheet a subject. */
export const deliveriesStyle = [sharedStyle, layout, list, detail, body, signature, answer, acts].join('');
