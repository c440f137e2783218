import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

/** Where a member stands in the text; its name, or the first character for the whole or for what is not found. */
export function rangeOf(state: EditorState, path: readonly string[]): { readonly from: number; readonly to: number } {
  let node = syntaxTree(state).topNode.firstChild;
  let found = { from: node?.from ?? 0, to: Math.min(state.doc.length, (node?.from ?? 0) + 1) };
  for (const name of path) {
    const members = node?.getChildren('Property') ?? [];
    const member = members.find((one) => {
      const label = one.getChild('PropertyName');
      return label !== null && nameOf(state.sliceDoc(label.from, label.to)) === name;
    });
    const label = member?.getChild('PropertyName');
    if (member === undefined || label == null) return found;
    found = { from: label.from, to: label.to };
    node = member.lastChild;
  }
  return found;
}

function nameOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
