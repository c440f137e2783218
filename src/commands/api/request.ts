import { readBytes } from '../../command-kit/byte-input.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { connectionHeaders, readHeaderLine } from '../../http/header-line.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import { fillEvent } from '../shared/api-access.ts';

export interface ApiOptions extends GlobalOptions {
  readonly path: string;
  readonly method?: string;
  readonly header: readonly string[];
  readonly rawField: readonly string[];
  readonly field: readonly string[];
  /** `--input`. */
  readonly inputFile?: string;
  readonly include: boolean;
  readonly paginate: boolean;
  readonly slurp: boolean;
  readonly silent: boolean;
  readonly userId?: string;
  readonly maxWait: string;
}

/** The request that the options describe, complete except for the event, which the login decides. */
export interface RequestPlan {
  readonly method: string;
  /** As given: below the API base, or an absolute URL. */
  readonly target: string;
  /** Below the API base, without a query; for messages, and to find what the target needs. */
  readonly path: string;
  /** The event that the path names literally. */
  readonly eventId: string | null;
  readonly headers: HeaderList;
  query(eventId: string | null): HeaderList;
  body(eventId: string | null): Uint8Array;
}

/** What reading the options uses. */
type RequestDeps = Pick<Deps, 'settings' | 'terminal' | 'signal'>;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Headers that the client sets itself, and why. */
const ownHeaders: Readonly<Record<string, string | undefined>> = {
  authorization: 'revento sets it, with the token of the login',
  host: 'revento sets it, from the API base',
  'content-length': 'revento sets it, from the length of the body',
  'transfer-encoding': 'revento sends bodies whole',
  expect: 'revento sends bodies at once',
  upgrade: 'revento speaks HTTP/1.1 only',
};

interface Field {
  readonly name: string;
  /** The text, or JSON for a value with a type of its own. */
  readonly value: string;
  readonly isTyped: boolean;
  /** `{event}` in it is filled in. */
  readonly isTemplate: boolean;
}

/**
 * What the options ask for.
 *
 * @throws ReventoError `usage` when they contradict each other, `file` when an input cannot be read
 */
export async function planRequest(options: ApiOptions, deps: RequestDeps): Promise<RequestPlan> {
  const method = options.method?.toUpperCase() ?? (options.inputFile === undefined ? 'GET' : 'POST');
  refuseContradictions(options, method);
  const { target, path, eventId } = placeOf(options.path, deps.settings.require('api_base'));
  const fields = await readFields(options, deps);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const isBodyOfFields = hasBody && options.inputFile === undefined && fields.length > 0;
  const input = options.inputFile === undefined ? new Uint8Array() : await readBytes(options.inputFile, deps);
  const given = options.header.map(parseHeader);
  const needsType =
    (isBodyOfFields || input.length > 0) && !given.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    method,
    target,
    path,
    eventId,
    headers: [...given, ...(needsType ? [['Content-Type', 'application/json'] as const] : [])],
    query: (event) => (isBodyOfFields ? [] : fields.map((field) => [field.name, fill(field, event)] as const)),
    body: (event) => (isBodyOfFields ? jsonBody(fields, event) : input),
  };
}

function refuseContradictions(options: ApiOptions, method: string): void {
  const refuse = (one: string, other: string, why: string, hint?: string) => {
    throw new ReventoError('usage', `${one} can't be combined with ${other}: ${why}.`, { hint });
  };
  const { paginate, slurp, include, silent, inputFile, jq, columns, output } = options;
  if (!methods.includes(method)) {
    throw new ReventoError('usage', `-X takes ${methods.join(', ')}, not ${JSON.stringify(options.method)}.`);
  }
  if (paginate && inputFile !== undefined)
    refuse('--paginate', '--input', 'pages are fetched by GET, which has no body');
  if (paginate && method !== 'GET') refuse('--paginate', `-X ${method}`, 'pages are fetched by GET');
  if (paginate && include) refuse('--paginate', '--include', 'the headers of many answers are not JSON');
  if (inputFile !== undefined && (method === 'GET' || method === 'HEAD'))
    refuse('--input', `-X ${method}`, 'it has no body');
  if (slurp && !paginate) throw new ReventoError('usage', '--slurp needs --paginate.', { hint: 'add --paginate' });
  if (silent && jq !== undefined) refuse('--silent', '--jq', 'nothing is left to filter');
  if (silent && columns !== undefined) refuse('--silent', '--columns', 'nothing is left to show');
  if (silent && output === 'csv') refuse('--silent', '-o csv', 'nothing is left to show');
  if (include && jq !== undefined) refuse('--include', '--jq', 'headers are not JSON');
  if (columns !== undefined && (!paginate || slurp)) {
    refuse(
      '--columns',
      slurp ? '--slurp' : 'a single answer',
      'it chooses fields of rows',
      slurp ? 'use --jq, or leave out --slurp' : 'use --jq, or --paginate',
    );
  }
  if ((output === 'csv' || output === 'table') && (!paginate || slurp)) {
    const other = slurp ? '--slurp' : 'a single answer';
    refuse(`-o ${output}`, other, 'it is for rows', slurp ? 'leave out --slurp' : 'use --paginate');
  }
}

/** Where a target lies below the API base, and the event it names. */
function placeOf(given: string, apiBase: string): { target: string; path: string; eventId: string | null } {
  if (/^[A-Za-z]:[\\/]/.test(given)) {
    throw new ReventoError('usage', `${JSON.stringify(given)} is a file's path: the shell rewrote the leading slash.`, {
      hint: 'leave the slash out: revento api events/{event}',
    });
  }
  const url = parseUrl(given);
  const root = parseUrl(apiBase)?.pathname.replace(/\/+$/, '') ?? '';
  const below = (path: string) => (path.startsWith(`${root}/`) ? path.slice(root.length) : path);
  // A path copied from a log begins with the base's own path, which would otherwise be there twice.
  const target = url === null ? below(`/${given.replace(/^\/+/, '')}`) : given;
  const path = below(url?.pathname ?? target.replace(/[?#].*$/, ''));
  const [unknown] = /\{(?!event\}|event_id\})[\w-]*\}/.exec(path) ?? [];
  if (unknown !== undefined) {
    throw new ReventoError('usage', `Unknown placeholder ${unknown} in PATH.`, {
      hint: 'only {event} is filled in',
    });
  }
  const [, named] = /^\/events\/([^/]+)/.exec(path) ?? [];
  const isLiteral = named !== undefined && !/^(\{|%7B)event/i.test(named);
  return { target, path, eventId: isLiteral ? decodeSegment(named) : null };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Broken percent-encoding: the server decides what it means.
    return segment;
  }
}

async function readFields({ rawField, field }: ApiOptions, deps: RequestDeps): Promise<readonly Field[]> {
  const raw = rawField.map((text): Field => ({ ...split(text, '-f'), isTyped: false, isTemplate: false }));
  const typed: Field[] = [];
  for (const text of field) {
    const { name, value } = split(text, '-F');
    if (!value.startsWith('@')) {
      const isTyped = /^(true|false|null|-?(0|[1-9]\d*))$/.test(value);
      typed.push({ name, value, isTyped, isTemplate: !isTyped });
      continue;
    }
    const bytes = await readBytes(value.slice(1), deps);
    typed.push({ name, value: Buffer.from(bytes).toString('utf8'), isTyped: false, isTemplate: false });
  }
  return [...raw, ...typed];
}

function split(text: string, flag: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) };
  throw new ReventoError('usage', `${flag} takes key=value, not ${JSON.stringify(text)}.`);
}

function fill({ value, isTemplate }: Field, eventId: string | null): string {
  if (!isTemplate || !value.includes('{event}')) return value;
  // For the check that an event is known; as a value it needs no encoding of its own.
  fillEvent('{event}', eventId);
  return value.replaceAll('{event}', eventId ?? '');
}

function jsonBody(fields: readonly Field[], eventId: string | null): Uint8Array {
  const members = fields.map((field) => {
    const text = fill(field, eventId);
    return `${JSON.stringify(field.name)}:${field.isTyped ? text : JSON.stringify(text)}`;
  });
  return Buffer.from(`{${members.join(',')}}`);
}

function parseHeader(text: string): readonly [string, string] {
  const header = readHeaderLine(text);
  if (header === null) {
    throw new ReventoError('usage', '-H must be NAME:VALUE, on one line.', {
      hint: 'write it like -H "Accept-Language: nl"',
    });
  }
  const name = header[0].toLowerCase();
  const own = Object.hasOwn(ownHeaders, name) ? ownHeaders[name] : undefined;
  const why = own ?? (isOfConnection(name) ? 'it is about the connection, which revento manages' : null);
  if (why === null) return header;
  throw new ReventoError('usage', `-H cannot set ${header[0]}: ${why}.`, {
    hint: name === 'authorization' ? 'to use another token, set REVENTO_ACCESS_TOKEN' : undefined,
  });
}

function isOfConnection(name: string): boolean {
  return connectionHeaders.has(name) || name.startsWith('proxy-');
}
