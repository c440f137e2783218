import { isSuccess } from '../../../http/status.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { parseJson } from '../../../json/parse.ts';
import { stringify } from '../../../json/stringify.ts';
import type { Json } from '../../../json/value.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import { controlKeyOf, controlPrefix } from '../../../sandbox/control/key.ts';
import {
  type OperationName,
  operations,
  type ParamsOf,
  type ResultOf,
  readResult,
  spread,
} from '../../../sandbox/control/operations.ts';

/** A sandbox in another process, and the key of its control API. */
export interface ControlAddress {
  readonly authBase: string;
  readonly key: string;
}

/** What came back: `result` is null when it was refused, or is not the answer of a sandbox. */
interface ControlAnswer<Name extends OperationName> {
  readonly status: number;
  readonly value: Json;
  readonly result: ResultOf<Name> | null;
}

/**
 * Where a profile's settings say that its sandbox is. Null without them, and for a sandbox on another machine: the key
 * would travel in the clear.
 *
 * @param key  of the control API, where it is known; else it follows from client id and secret
 */
export function controlAddress(settings: {
  readonly authBase: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly key?: string | undefined;
}): ControlAddress | null {
  const url = parseUrl(settings.authBase ?? '');
  if (url === null || !isLoopback(url.hostname)) return null;
  const { clientId, clientSecret, key } = settings;
  if (key) return { authBase: url.origin, key };
  if (clientId === undefined || clientSecret === undefined) return null;
  return { authBase: url.origin, key: controlKeyOf(clientId, clientSecret) };
}

/**
 * Has a sandbox do an operation. The caller keeps the key out of what is printed: another program may be answering
 * there, and repeat it.
 *
 * @throws HttpFailure when it cannot be reached
 */
export async function askControl<Name extends OperationName>(
  { authBase, key }: ControlAddress,
  [name, params]: readonly [Name, ParamsOf<Name>],
  { http, signal, timeoutMs }: { readonly http: Exchange; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<ControlAnswer<Name>> {
  const { method } = operations[name];
  const { path, body } = spread(name, params);
  const headers: [string, string][] = [['Authorization', `Bearer ${key}`]];
  if (method === 'POST') headers.push(['Content-Type', 'application/json']);
  const { status, body: bytes } = await http({
    method,
    url: `${authBase}${controlPrefix}${path}`,
    headers,
    body: method === 'GET' ? new Uint8Array() : Buffer.from(stringify(body), 'utf8'),
    timeoutMs,
    signal,
  });
  const value = parseJson(Buffer.from(bytes).toString('utf8')) ?? null;
  return { status, value, result: isSuccess(status) ? readResult(name, value) : null };
}
