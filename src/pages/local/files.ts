import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { refuse, respond } from './response.ts';

/** The files of a page, as text. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

export const scriptType = 'text/javascript; charset=utf-8';
const types = {
  html: 'text/html; charset=utf-8',
  script: scriptType,
  style: 'text/css; charset=utf-8',
  icon: 'image/svg+xml',
} as const;
const names: ReadonlyMap<string, keyof PageFiles> = new Map([
  ['', 'html'],
  ['/page.js', 'script'],
  ['/page.css', 'style'],
  ['/icon.svg', 'icon'],
]);

/**
 * Answers a request for a file; null for any other. Files contain no data, and are requested before the page has its
 * key.
 *
 * @param path  below that of the page
 */
export async function respondFile(
  { method }: Pick<HttpRequest, 'method'>,
  path: string,
  files: () => Promise<PageFiles>,
): Promise<HttpResponse | null> {
  const name = names.get(path);
  if (name === undefined) return null;
  if (method !== 'GET') return refuse(405, 'wrong_method', 'Use GET.', [['Allow', 'GET']]);
  return respond(200, types[name], (await files())[name]);
}
