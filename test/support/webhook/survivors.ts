/** Every way in which a text may be written down, as texts of single bytes. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((lead) => {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64');
    // Only the characters that depend on nothing but the text.
    return encoded.slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + bytes.length) * 8) / 6));
  });
  const units = [...Array(text.length).keys()].map((at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return [
    bytes.toString('latin1'),
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    Buffer.from(JSON.stringify(text).slice(1, -1)).toString('latin1'),
    units.map((unit) => `\\u${unit}`).join(''),
    Buffer.from(text, 'utf16le').toString('latin1'),
  ];
}

/** The texts that are still in an output, in any encoding and case. Those shorter than 4 characters do not count. */
export function survivorsIn(output: string | Uint8Array, texts: Iterable<string>): readonly string[] {
  const bytes = Buffer.from(output);
  const decoded = [...bytes.toString('utf8').matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('latin1'),
  );
  const hay = [bytes.toString('latin1'), ...decoded].join('\n');
  const folded = hay.toLowerCase();
  return [...new Set(texts)].filter(
    (text) =>
      text.length >= 4 &&
      (formsOf(text).some((form) => form !== '' && hay.includes(form)) ||
        folded.includes(Buffer.from(text).toString('latin1').toLowerCase())),
  );
}
