import { counted } from '../../../text/sentence.ts';
import type { Style } from '../../../text/style.ts';
import { formatDuration } from '../../../text/time.ts';
import { defaultHandlerPath, defaultListenUrl } from '../../../webhook/defaults.ts';
import { maskedUrl } from '../../../webhook/masked-url.ts';
import type { Route } from '../../../webhook/targets.ts';
import type { ListenPlan } from './plan.ts';

/** What is printed once deliveries are accepted. */
interface Ready {
  readonly url: string;
  readonly addresses: readonly string[];
  /** Labels of the secrets, see `SigningSecret`. */
  readonly labels: string;
  readonly routes: readonly Route[];
  /** The command that starts this program, with its profile. */
  readonly program: string;
  readonly plan: Pick<ListenPlan, 'goals' | 'timeoutMs' | 'command'>;
}

/** Without next steps when a command is run: it sends the deliveries, and the run ends with it. */
export function readyText({ url, addresses, labels, routes, program, plan }: Ready, style: Style): string {
  const { port, path } = partsOf(url);
  const targets = routes.map((route) => {
    const target = maskedUrl(route.url);
    return route.type === null ? target : `${target} (${route.type})`;
  });
  const lines = [
    `${style.green('Ready.')} Listening on ${style.bold(url)} ${style.dim(`(${addresses.join(', ')})`)}`,
    `  verifying with   ${labels}`,
    `  forwarding to    ${targets.join('\n                   ') || '(none; answering 200 myself)'}`,
  ];
  if (plan.command.length > 0) return lines.join('\n');
  return [
    ...lines,
    `  try it with      ${program} webhook trigger application.approved${toFlag(url)}`,
    `  for Revento      tunnel port ${port} and register https://TUNNEL${path}`,
    `  stop with        ${endText(plan)}`,
  ].join('\n');
}

/** What ends a run without a command: `Ctrl-C, or automatically after 2 deliveries and a.b, at the latest after 30s`. */
function endText({ goals: { count, until, expect }, timeoutMs }: Ready['plan']): string {
  const awaited = count === null ? [] : [counted(count, 'delivery', 'deliveries')];
  for (const type of [until, ...expect]) if (type !== null) awaited.push(type);
  const ways = awaited.length === 0 ? [] : [`after ${awaited.join(' and ')}`];
  if (timeoutMs !== null) {
    ways.push(`${awaited.length === 0 ? '' : 'at the latest '}after ${formatDuration(timeoutMs)}`);
  }
  return ways.length === 0 ? 'Ctrl-C' : `Ctrl-C, or automatically ${ways.join(', ')}`;
}

/** The shortest flag with which `trigger` reaches the listener. */
function toFlag(url: string): string {
  if (url === defaultListenUrl) return '';
  const { host, port, path } = partsOf(url);
  return ` --to ${host === 'localhost' && path === defaultHandlerPath ? port : url}`;
}

/** Of a listener's own URL. `URL` refuses an address with a zone, such as `fe80::1%eth0`. */
function partsOf(url: string): { readonly host: string; readonly port: string; readonly path: string } {
  const [, host = '', port = '', path = ''] = /^http:\/\/(.+?):(\d+)(\/.*)$/.exec(url) ?? [];
  return { host, port, path };
}
