/** How much of an answer is read: error pages of frameworks start with long style sheets. */
const readBytes = 256 * 1024;
const keptChars = 4 * 1024;

/**
 * The text of an answer: an HTML page (the error page of most frameworks) without its markup, anything else
 * unchanged, cut to 4,096 characters. It may contain control characters.
 */
export function excerptOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, readBytes)).trim();
  return copied((/^<(?:!doctype|html|head|body)\b/i.test(text) ? textOfHtml(text) : text).slice(0, keptChars));
}

/** V8 keeps the whole text as long as a part of it is kept. */
function copied(part: string): string {
  return Buffer.from(part, 'utf8').toString('utf8');
}

/** Elements whose content is not text for readers. */
const unread: ReadonlySet<string> = new Set(['style', 'script', 'svg', 'template']);
/** Elements inside a line; every other one begins a new line. */
const inline: ReadonlySet<string> = new Set(['a', 'b', 'code', 'em', 'i', 'small', 'span', 'strong']);

/** One pass from tag to tag, because an answer need not be well-formed. */
function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at);
    if (open === -1) return tidy(text + html.slice(at));
    text += html.slice(at, open);
    const isComment = html.startsWith('<!--', open);
    const close = html.indexOf(isComment ? '-->' : '>', open);
    if (close === -1) break;
    at = close + (isComment ? 3 : 1);
    const name = /^<\/?([a-z0-9]+)/.exec(lower.slice(open, open + 20))?.[1] ?? '';
    if (!inline.has(name)) text += '\n';
    if (!unread.has(name) || lower[open + 1] === '/') continue;
    const end = lower.indexOf(`</${name}`, at);
    if (end === -1) break;
    at = end;
  }
  return tidy(text);
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&apos;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

/** Trims lines, and drops empty and repeated ones: a title is usually repeated as the heading. */
function tidy(text: string): string {
  const kept: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw
      .replace(/&(?:lt|gt|quot|apos|nbsp|amp|#34|#39|#x27);/gi, (found) => entities[found.toLowerCase()] ?? found)
      .trim();
    if (line !== '' && line !== kept.at(-1)) kept.push(line);
  }
  return kept.join('\n');
}
