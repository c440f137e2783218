import { isIP } from 'node:net';
import { ReventoError } from '../../errors/revento-error.ts';
import { bareHost, isThisMachine, isUnspecifiedAddress } from '../../http/this-machine.ts';
import { parseUrl } from '../../http/web-address.ts';
import { defaultHandlerPath } from '../defaults.ts';

/** Where a target was named: the flag, argument or variable for messages. */
export type TargetSource =
  | '--forward'
  | '--to'
  | '--against'
  | 'the URL argument'
  | '--webhook'
  | '--effects-url'
  | 'REVENTO_WEBHOOK_URL';

export interface TargetRules {
  readonly source: TargetSource;
  /** Default true: any host will do, the user named it. False for `listen`, and with --insecure. */
  readonly isRemoteAllowed?: boolean;
}

/** The hint for a malformed target, by where it is named. */
const forms: Readonly<Record<TargetSource, string>> = {
  '--forward':
    'write it like --forward 3000, --forward http://localhost:3000/hook or --forward application.approved=3001',
  '--to': 'write it like --to 3000 or --to http://localhost:3000/hook',
  '--against': 'write it like --against 3001 or --against http://localhost:3001/hook',
  'the URL argument': 'write it like: revento webhook check 3000, or revento webhook check http://localhost:3000/hook',
  '--webhook': 'write it like --webhook 3000 or --webhook http://localhost:3000/hook',
  '--effects-url': 'write it like --effects-url http://localhost:3000/effects',
  REVENTO_WEBHOOK_URL: 'set it to a URL such as http://localhost:3000/hook, or unset it',
};

/**
 * The URL that a port, `host:port/path` or URL means, without its fragment. An address to listen on (`0.0.0.0`,
 * `[::]`), which servers print as theirs, is `localhost`.
 *
 * @throws ReventoError `usage`, naming what was given
 */
export function targetUrl(written: string, { source, isRemoteAllowed = true }: TargetRules): URL {
  // A line end or a blank of a file or a script; no target begins or ends with one.
  const text = written.trim();
  const subject = `${source === 'the URL argument' ? 'The URL' : source} ${printable(text)}`;
  if (/^\d+$/.test(text)) {
    if (Number(text) < 1 || Number(text) > 65_535) {
      throw new ReventoError('usage', `${subject} is not a port: ports are 1 to 65535.`);
    }
    return new URL(`http://localhost:${Number(text)}${defaultHandlerPath}`);
  }
  const url = parseUrl(/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+):\d+(?:[/?#]|$)/i.test(text) ? `http://${text}` : text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host === '') {
    throw new ReventoError('usage', `${subject} is neither an http or https URL nor a port.`, {
      hint: meant(text) ?? forms[source],
    });
  }
  if (url.username !== '' || url.password !== '') {
    const what = source === 'the URL argument' ? 'The URL' : `The URL of ${source}`;
    throw new ReventoError('usage', `${what} must not contain a user name or password.`, {
      hint: source === '--forward' ? 'send credentials as a header: -H "Authorization: …"' : undefined,
    });
  }
  if (!isRemoteAllowed && isElsewhere(url.hostname)) {
    throw new ReventoError('usage', `${source} ${url.host} is not on this machine.`, {
      hint:
        source === '--forward'
          ? 'deliveries carry personal data; to send them there anyway, add --allow-remote'
          : 'leave out --insecure, which only works for handlers on this machine',
    });
  }
  if (isUnspecifiedAddress(bareHost(url.hostname))) url.hostname = 'localhost';
  url.hash = '';
  return url;
}

/** A likely target, as a hint: `:3000` is a port, `localhost` lacks one, `example.com/hook` is without its scheme. */
function meant(text: string): string | null {
  const [, port] = /^:(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined) return `did you mean ${port}?`;
  const [, host = '', path = ''] = /^(\[[0-9a-f:.]+\]|[0-9a-f:.]+|[a-z0-9.-]+)(\/[!-~]*)?$/i.exec(text) ?? [];
  const url = parseUrl(`http://${isIP(host) === 6 ? `[${host}]` : host}`);
  if (url !== null && isThisMachine(url.hostname)) return `did you mean http://${url.host}:3000${path}?`;
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[!-~]*)?$/i.test(text) ? `did you mean https://${text}?` : null;
}

/** True only for an address that is certainly not on this machine; names are judged when resolved. */
function isElsewhere(hostname: string): boolean {
  return isIP(bareHost(hostname)) !== 0 && !isThisMachine(hostname);
}

/** As it was typed, at most 200 characters, without a password in it. */
function printable(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/?#]*@/, '//…@').slice(0, 200));
}
