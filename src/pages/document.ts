import { escapeHtml } from './html-page.ts';

interface HtmlDocument {
  /** Plain text. */
  readonly title: string;
  /** HTML: what the head holds beside the title, an element each. */
  readonly head: readonly string[];
  /** HTML. */
  readonly body: string;
  /** A class of the style sheet. */
  readonly tone?: string;
}

/** For a file that is opened from disk, where no header can forbid to load anything. */
export const selfContained = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

/** A document in the form that every HTML page of this program has. */
export function htmlDocument({ title, head, body, tone }: HtmlDocument): string {
  const attributes = tone === undefined ? '' : ` class="${tone}"`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
${head.join('\n')}
</head>
<body${attributes}>
${body}
</body>
</html>
`;
}
