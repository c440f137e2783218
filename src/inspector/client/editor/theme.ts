import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The colors of the page: CSS variables are inherited by the shadow tree. */
export const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--card)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': {
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
    lineHeight: '1.6',
  },
  '.cm-gutters': { backgroundColor: 'var(--faint)', color: 'var(--soft)', border: '0' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--badge)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--calm-ground)', color: 'inherit' },
  '.cm-panels, .cm-tooltip': { backgroundColor: 'var(--faint)', color: 'var(--ink)', borderColor: 'var(--edge)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--card)',
    backgroundImage: 'none',
    color: 'var(--ink)',
    border: '1px solid var(--field)',
    borderRadius: '6px',
  },
  // The library's own marks are images, which the page's CSP forbids.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--on-badge)' },
  '.cm-lint-marker': { content: 'normal', fontWeight: '700', textAlign: 'center' },
  '.cm-lint-marker-error': { content: 'normal', color: 'var(--bad)' },
  '.cm-lint-marker-warning': { content: 'normal', color: 'var(--on-badge)' },
  '.cm-lint-marker-error::before': { content: '"✗"' },
  '.cm-lint-marker-warning::before': { content: '"!"' },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--faint)', borderColor: 'var(--edge)', color: 'var(--soft)' },
});

export const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--bad)' },
  { tag: [tags.brace, tags.squareBracket, tags.separator], color: 'var(--soft)' },
]);
