import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { isHttpFailure, networkError } from '../../http/failure.ts';
import { isLoopback } from '../../http/this-machine.ts';
import { parseUrl } from '../../http/web-address.ts';
import { valueItem } from '../../output/item.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { type Visit, visit } from '../../sandbox/visitor/visitor.ts';

interface SandboxConsentOptions {
  readonly url: string;
  readonly deny: boolean;
  readonly onlyScopes?: string;
}

/** `revento sandbox consent`: answers a consent page as a browser would, and follows it to the callback. */
export const sandboxConsent: CommandModule<SandboxConsentOptions> = {
  declare: (command) =>
    command
      .argument('<url>', 'authorization URL, or a page of your app that redirects to it')
      .option('--deny', 'deny the request', false)
      .option('--only-scopes <scopes>', 'grant only these scopes, space separated'),
  examples: {
    'BROWSER="revento sandbox consent" revento -p sandbox login': 'log in without a browser',
    'revento sandbox consent http://localhost:3000/connect': 'walk through the login of your own app',
    'revento sandbox consent --only-scopes event.read http://localhost:3000/connect':
      'the same, without the optional scopes',
  },
  layout: { shape: 'value' },

  async *run({ url, deny, onlyScopes }, deps) {
    if (deny && onlyScopes !== undefined) {
      throw new ReventoError('usage', '--deny and --only-scopes cannot be given together.');
    }
    const start = parseUrl(url);
    if (start === null || !isOnThisMachine(start)) {
      throw new ReventoError(
        'usage',
        'Only a page on this machine can be answered: http://localhost or http://127.0.0.1.',
      );
    }
    const scopes = onlyScopes?.split(/[\s,]+/).filter((scope) => scope !== '') ?? null;
    const http = await deps.http();
    const interruptible: Exchange = (request) => http({ ...request, signal: deps.signal });
    const end = await go(() => visit(interruptible, start, { isDenied: deny, onlyScopes: scopes }, isOnThisMachine));
    requireLanding(start, end, deny);
    yield valueItem(
      { decision: deny ? 'deny' : 'allow', landed_on: end.landedOn, status: end.status },
      (style) => `${style.green('✓')} ${deny ? 'Denied' : 'Allowed'}; ${end.landedOn} returned ${end.status}`,
    );
  },
};

function isOnThisMachine(url: URL): boolean {
  return url.protocol === 'http:' && isLoopback(url.hostname) && url.username === '' && url.password === '';
}

async function go(work: () => Promise<Visit>): Promise<Visit> {
  try {
    return await work();
  } catch (error) {
    if (isHttpFailure(error)) throw networkError(error, 'The visit');
    throw error;
  }
}

/** @throws ReventoError `failed` when the page was an error page, or the callback refused the consent */
function requireLanding(start: URL, { landedOn, status, hasAnswered, heading }: Visit, isDenied: boolean): void {
  const isStill = !hasAnswered && landedOn === `${start.origin}${start.pathname}`;
  // An app may answer a denied login with an error page: with --deny that is the expected outcome.
  if (!isStill && (status < 400 || (isDenied && status < 500))) return;
  const says = heading === null ? '' : `: ${heading}`;
  throw new ReventoError(
    'failed',
    isStill
      ? `${landedOn} returned ${status} and shows no consent form${says}.`
      : `${landedOn} returned ${status}${says}.`,
    { status, hint: 'open the URL in a browser to see the error' },
  );
}
