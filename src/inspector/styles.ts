import { consoleStyle } from '../console/styles.ts';
import { sharedStyle } from '../pages/shared-style.ts';
import acts from './client/styles/acts.css?raw';
import answer from './client/styles/answer.css?raw';
import body from './client/styles/body.css?raw';
import detail from './client/styles/detail.css?raw';
import layout from './client/styles/layout.css?raw';
import list from './client/styles/list.css?raw';
import signature from './client/styles/signature.css?raw';

/** The style sheet of the inspector, one file per subject. */
export const deliveriesStyle = [sharedStyle, layout, list, detail, body, signature, answer, acts, consoleStyle].join(
  '',
);
