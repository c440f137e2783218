/**
 * A handler's URL as it may be shown and recorded: without the values of its query, which is where tunnels and
 * serverless functions have their tokens.
 */
export function maskedUrl(url: string): string {
  const mark = url.indexOf('?');
  if (mark === -1) return url;
  const query = url.slice(mark + 1).split('&');
  const masked = query.map((parameter) =>
    parameter.includes('=') ? `${parameter.slice(0, parameter.indexOf('='))}=[masked]` : '[masked]',
  );
  return `${url.slice(0, mark)}?${masked.join('&')}`;
}
