import { plainLine } from '../../../text/plain-line.ts';
import { withoutTokens } from '../../../text/without-tokens.ts';
import type { Params } from '../../message/request.ts';
import type { Answered } from './request.ts';

/** What every answer of the sandbox may say about itself. */
export interface RequestFacts {
  readonly error: string | null;
}

/** Parameters that a URL must not have. A code in a redirect is sent by the sandbox, not by the integration. */
const secretNames = ['client_secret', 'code_verifier', 'refresh_token', 'access_token', 'code'];
const longestPath = 100;
const mostKnownPaths = 500;

/** What all requests have in common. */
export function base(
  { answer, strikes, number, span, isAborted, incoming, clients, paths }: Answered,
  error: string | null,
  query: Params,
) {
  const secrets = clients.flatMap(({ secret }) => (secret === null ? [] : [secret]));
  const names = secretNames.filter((name) => query.get(name) !== null);
  const { method, path } = incoming;
  const isLost = answer.cut !== undefined || isAborted;
  const shown = isLost ? '(answer lost)' : `${answer.status}${error === null ? '' : ` ${error}`}`;
  return {
    answeredAs: incoming.requestId,
    number,
    ...span,
    status: answer.status,
    error,
    isLost,
    fault: faultOf(strikes),
    secretsInUrl: names.length === 0 && secrets.some((one) => path.includes(one)) ? ['client_secret'] : names,
    line: `${plainMethod(method)} ${paths.shown(path, secrets)} ${shown}`,
  };
}

/** The faults that were injected, as one word where it is one. */
function faultOf(strikes: Answered['strikes']): string | null {
  const names = strikes.flatMap(({ effect, delayMs, hasScrambledMessages }) => [
    ...(effect === null ? [] : [typeof effect === 'string' ? effect : `${effect.code ?? effect.status}`]),
    ...(delayMs > 0 ? ['slow'] : []),
    ...(hasScrambledMessages ? ['messages'] : []),
  ]);
  return names.length === 0 ? null : names.join('+');
}

/** A client in the same process may send any text as its method. */
function plainMethod(method: string): string {
  return /^[A-Z]{1,10}$/.test(method) ? method : plainLine(method, 10);
}

/** Paths as a report shows them: one line, in which nothing is secret, whatever was put there by mistake. */
export class Paths {
  /** Paths that are shown as they came; most requests are for one of a few. */
  readonly #harmless = new Set<string>();

  shown(path: string, secrets: readonly string[]): string {
    if (this.#harmless.has(path)) return path;
    const masked = withoutTokens(path).replace(/[\w-]{40,}/g, '…');
    const shown = plainLine(
      secrets.reduce((text, secret) => text.replaceAll(secret, '…'), masked),
      longestPath,
    );
    if (shown === path && this.#harmless.size < mostKnownPaths) this.#harmless.add(path);
    return shown;
  }
}
