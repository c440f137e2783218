const form = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/s;

/** A header typed as `NAME:VALUE`, or null when it is not one, or its value has a line break or another control character. */
export function readHeaderLine(text: string): readonly [name: string, value: string] | null {
  const [, name, value = ''] = form.exec(text) ?? [];
  return name === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(value) ? null : [name, value];
}

/** Headers of one connection, lower case: each hop has its own, set by the client. Source: RFC 9110 section 7.6.1. */
export const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
]);
