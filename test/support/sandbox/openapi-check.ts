import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import type { HttpResponse } from '../../../src/ports/exchange.ts';
import { headerOf, textOf } from './client.ts';

interface Answer {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Answer>> }>>>
  >;
}

const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** Holds real answers to an OpenAPI document, and remembers which of its answers were seen. */
export class OpenApiCheck {
  readonly #document: Described;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #seen = new Set<string>();
  readonly #codes = new Set<string>();

  constructor(document: object) {
    this.#document = document as Described;
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema({ $id: 'document', ...document });
  }

  /** Fails unless the document describes this answer: its status, type, required headers and body. */
  holds(method: string, target: string, answer: HttpResponse): void {
    const path = this.#template(new URL(target, 'http://sandbox').pathname, method);
    const verb = method.toLowerCase();
    const described = this.#document.paths[path]?.[verb]?.responses ?? {};
    const key = [`${answer.status}`, `${Math.floor(answer.status / 100)}XX`].find((one) => one in described);
    const what = `${method} ${path} ${answer.status}`;
    expect(key, `${what} is in the document: ${textOf(answer).slice(0, 200)}`).toBeDefined();
    this.#seen.add(`${verb} ${path} ${key}`);
    const { headers = {}, content } = described[key ?? ''] ?? {};
    for (const [name, { required = false, schema }] of Object.entries(headers)) {
      const value = headerOf(answer, name);
      if (required) expect(value, `${what} has ${name}`).not.toBeNull();
      if (value !== null) this.#valid(schema, /^\d+$/.test(value) ? Number(value) : value, `${what} ${name}`);
    }
    if (content === undefined) return;
    const type = headerOf(answer, 'content-type')?.split(';')[0] ?? '';
    expect(Object.keys(content), what).toContain(type);
    if (type !== 'application/json') return;
    const body: unknown = JSON.parse(textOf(answer));
    const pointer = ['paths', path, verb, 'responses', key ?? '', 'content', type, 'schema'].map(escaped).join('/');
    this.#valid({ $ref: `document#/${pointer}` }, body, what);
    const code = (body as { readonly error?: unknown }).error;
    if (answer.status >= 400) this.#codes.add(`${verb} ${path} ${key} ${code}`);
  }

  /** Fails unless the document describes the body of this delivery. */
  delivered(type: string, envelope: unknown): void {
    const pointer = ['webhooks', type, 'post', 'requestBody', 'content', 'application/json', 'schema'];
    this.#valid({ $ref: `document#/${pointer.map(escaped).join('/')}` }, envelope, `a delivery of ${type}`);
  }

  /** What the document describes below a path and no answer has shown yet: statuses, and codes of errors. */
  unseen(prefix: string): readonly string[] {
    const all = Object.entries(this.#document.paths).flatMap(([path, verbs]) =>
      Object.entries(verbs).flatMap(([verb, { responses }]) =>
        Object.entries(responses).flatMap(([key, answer]) => [
          `${verb} ${path} ${key}`,
          ...codesOf(answer).map((code) => `${verb} ${path} ${key} ${code}`),
        ]),
      ),
    );
    return all.filter((one) => one.split(' ')[1]?.startsWith(prefix) && !this.#seen.has(one) && !this.#codes.has(one));
  }

  #valid(schema: object, value: unknown, what: string): void {
    const check = this.#ajv.compile(schema);
    check(value);
    expect(check.errors ?? [], `${what}: ${JSON.stringify(value).slice(0, 300)}`).toEqual([]);
  }

  #template(path: string, method: string): string {
    const { paths } = this.#document;
    if (paths[path]?.[method.toLowerCase()] !== undefined) return path;
    const isMatch = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return Object.keys(paths).find((template) => isMatch(template) && paths[template]?.[method.toLowerCase()]) ?? path;
  }
}

function codesOf({ content }: Answer): readonly string[] {
  const schema = content?.['application/json']?.schema as
    | {
        readonly allOf?: readonly {
          readonly properties?: { readonly error?: { readonly enum?: readonly string[] } };
        }[];
      }
    | undefined;
  return (schema?.allOf ?? []).flatMap(({ properties }) => properties?.error?.enum ?? []);
}
