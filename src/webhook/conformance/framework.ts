import { headerOf } from '../../http/headers.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import type { JsonLanguage } from '../json-forms.ts';

/** The framework of a handler, and how it reads the bytes of a request. */
export interface Framework {
  readonly name: string;
  readonly language: JsonLanguage;
  /** The line that reads the raw body. */
  readonly rawBody: string;
}

/** The part that can reveal a framework. */
interface Answer {
  readonly headers: HeaderList;
}

interface Row extends Framework {
  readonly isIt: (answer: Answer) => boolean;
}

const header = (name: string, form: RegExp) => (answer: Answer) => form.test(headerOf(answer, name) ?? '');
const poweredBy = (form: RegExp) => header('x-powered-by', form);
const server = (form: RegExp) => header('server', form);
const has = (answer: Answer, ...names: readonly string[]) => names.every((name) => headerOf(answer, name) !== null);

/**
 * Frameworks revealed by the headers of their answers; the first match counts.
 *
 * Source: contract of the guide's page on raw bodies for the lines; the answers of each framework for its headers.
 */
const rows: readonly Row[] = [
  {
    name: 'Express',
    language: 'JavaScript',
    rawBody: `express.raw({ type: '*/*' }) on this route, above any express.json(), and hash req.body`,
    isIt: poweredBy(/^express/i),
  },
  { name: 'Next.js', language: 'JavaScript', rawBody: 'await request.text()', isIt: poweredBy(/next\.js/i) },
  {
    name: 'PHP',
    language: 'PHP',
    rawBody: `file_get_contents('php://input')`,
    isIt: poweredBy(/^php/i),
  },
  {
    name: 'Django',
    language: 'Python',
    rawBody: 'request.body',
    isIt: (answer) =>
      server(/WSGIServer/i)(answer) || has(answer, 'cross-origin-opener-policy', 'referrer-policy', 'x-frame-options'),
  },
  { name: 'Flask', language: 'Python', rawBody: 'request.get_data()', isIt: server(/werkzeug/i) },
  { name: 'FastAPI', language: 'Python', rawBody: 'await request.body()', isIt: server(/uvicorn|hypercorn/i) },
  { name: 'WEBrick', language: 'Ruby', rawBody: 'request.body', isIt: server(/webrick/i) },
  {
    name: 'Rails',
    language: 'Ruby',
    rawBody: 'request.raw_post',
    isIt: (answer) => has(answer, 'x-runtime', 'x-request-id'),
  },
  {
    name: 'Sinatra',
    language: 'Ruby',
    rawBody: 'request.body.read',
    isIt: (answer) => has(answer, 'x-xss-protection', 'x-frame-options', 'x-content-type-options'),
  },
  {
    name: 'ASP.NET Core',
    language: 'C#',
    rawBody: 'await request.Body.CopyToAsync(buffer)',
    isIt: server(/kestrel/i),
  },
  {
    name: 'HttpListener',
    language: 'C#',
    rawBody: 'request.InputStream.CopyTo(buffer)',
    isIt: server(/httpapi/i),
  },
  { name: 'Ktor', language: 'Java', rawBody: 'call.receive<ByteArray>()', isIt: server(/ktor/i) },
  {
    name: 'Jetty',
    language: 'Java',
    rawBody: 'request.getInputStream().readAllBytes()',
    isIt: server(/jetty|tomcat|undertow/i),
  },
];

/** The framework that an answer's headers reveal, or null for most. */
export function frameworkOf(answer: Answer): Framework | null {
  return rows.find(({ isIt }) => isIt(answer)) ?? null;
}

/** The usual ways in each language, for a handler of an unknown framework. */
const usual: Readonly<Record<JsonLanguage, string>> = {
  JavaScript: `hash the Buffer (Express: express.raw(), Fastify: a parser with parseAs 'buffer', Next.js and Hono: await request.arrayBuffer())`,
  Python: 'hash request.get_data() (Flask), request.body (Django) or await request.body() (FastAPI)',
  Go: 'hash what io.ReadAll(r.Body) returns, then json.Unmarshal it',
  PHP: `hash file_get_contents('php://input'), or $request->getContent() in Symfony and Laravel`,
  Ruby: 'hash request.raw_post (Rails) or request.body.read (Sinatra)',
  Java: 'hash the bytes of the request stream, readAllBytes(), then parse them',
  'C#': 'hash the bytes of the request stream, then deserialize them',
};

/** The line to change so that the raw bytes are verified; null when neither framework nor language is known. */
export function rawBodyLine(framework: Framework | null, languages: readonly JsonLanguage[]): string | null {
  if (framework !== null && (languages.length === 0 || languages.includes(framework.language))) {
    return `in ${framework.name}: ${framework.rawBody}`;
  }
  if (languages.length < 2) return languages[0] === undefined ? null : usual[languages[0]];
  return languages.map((language) => `in ${language}: ${usual[language]}`).join('; ');
}

export interface RawBodyLine {
  readonly framework: string;
  readonly line: string;
}

const lineIn = (name: string): RawBodyLine => ({
  framework: name,
  line: rows.find((row) => row.name === name)?.rawBody ?? '',
});

/** The line of each common framework, for the user to choose. */
export const rawBodyLines: readonly RawBodyLine[] = [
  ...['Express', 'Flask', 'FastAPI', 'Django', 'Rails'].map(lineIn),
  { framework: 'Laravel', line: '$request->getContent()' },
  { framework: 'Go', line: 'body, err := io.ReadAll(r.Body)' },
  { framework: 'Spring', line: '@RequestBody byte[] body' },
  lineIn('ASP.NET Core'),
];
