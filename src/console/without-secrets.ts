/** Tokens and signing secrets of Revento, by their prefixes. */
const secret = /\b(rev_(?:install|user|refresh)_|whsec_)[\w%-]{8,}/g;

/** A text with every token and signing secret in it masked. */
export function withoutSecrets(text: string): string {
  return text.replace(secret, '$1…');
}
