/** The text with its first letter as a capital. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A clause as a sentence: with a capital, and with a full stop unless it ends like a sentence. */
export function sentence(clause: string): string {
  return `${capital(clause)}${/[.!?]$/.test(clause) ? '' : '.'}`;
}

/** `1 place`, `2 places`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
