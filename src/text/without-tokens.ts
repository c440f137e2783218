/** Tokens and signing secrets of Revento, by their prefixes. */
const token = /\b(rev_(?:install|user|refresh)_|whsec_)[\w%-]+/g;

/** A text with everything that looks like a token or a signing secret masked: `rev_install_…`. */
export function withoutTokens(text: string): string {
  return text.replace(token, '$1…');
}
