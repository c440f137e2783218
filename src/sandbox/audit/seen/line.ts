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
const longestLine = 120;

/** What all requests have in common. */
export function base(
  { answer, strikes, number, span, isAborted, incoming, clients }: Answered,
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
    line: plainLine(`${method} ${harmless(path, secrets)} ${shown}`, longestLine),
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

/** A path in which nothing is secret, whatever was put there by mistake. */
function harmless(path: string, secrets: readonly string[]): string {
  const masked = withoutTokens(path).replace(/[\w-]{40,}/g, '…');
  return secrets.reduce((text, secret) => text.replaceAll(secret, '…'), masked);
}
