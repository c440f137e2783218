import type { Command, Option } from 'commander';
import type { ApiRequest } from '../../api/client.ts';
import { type Resource, resourceAt } from '../../api/resources.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { redactOption } from '../../command-kit/globals.ts';
import { collect } from '../../command-kit/option-values.ts';
import type { Item } from '../../output/item.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';
import { parseDuration } from '../../text/time.ts';
import { type Access, fillEvent, openApi } from '../shared/api-access.ts';
import { userIdOption } from '../shared/login-choice.ts';
import { maskOf } from './mask.ts';
import { everyPage } from './pages.ts';
import { CallProgress } from './progress.ts';
import { type ApiOptions, planRequest } from './request.ts';

/** `revento api`: any request to the API with the matching token; the answer's bytes are the output. */
export const api: CommandModule<ApiOptions> = {
  declare: (command) =>
    command
      .argument('<path>', 'below the API base, such as /events/{event}/participants; {event} is filled in')
      .option('-X, --method <method>', 'HTTP method (default: GET, or POST with --input)')
      .option('-H, --header <name:value>', 'add a request header (repeatable)', collect, [])
      .option('-f, --raw-field <key=value>', 'query parameter, or field of a JSON body (repeatable)', collect, [])
      .option(
        '-F, --field <key=value>',
        'the same, but true, false, null, numbers, {event} and @FILE are converted',
        collect,
        [],
      )
      .addOption(inputOption(command))
      .option('-i, --include', 'print the status line and the headers too', false)
      .option('--paginate', 'follow the cursors; prints one JSON array of all rows', false)
      .option('--slurp', 'with --paginate: one JSON array of the unchanged pages', false)
      .option('--silent', 'do not print the body', false)
      .option(...redactOption)
      .option(...userIdOption)
      .option('--max-wait <duration>', 'longest wait for the rate limits', '5m')
      .addHelpText('after', help),
  examples: {
    "revento api '/events/{event}'": 'the event, byte for byte',
    "revento api '/events/{event}/participants' -f limit=10 --jq '.data[].id'": 'filter a page',
    "revento api '/events/{event}/participants' --paginate --jq length": 'filter all pages at once',
  },
  layout: { shape: 'value' },

  async *run(options, deps) {
    const maxWaitMs = parseDuration(options.maxWait);
    const plan = await planRequest(options, deps);
    const known = resourceAt(plan.path);
    const isUserPath = /^\/me(\/|$)/.test(plan.path);
    const isEventPath = /^\/events(\/|$)/.test(plan.path);
    const progress = new CallProgress(deps);
    const done = new AbortController();
    const access = await openApi(
      {
        what: `api ${plan.path}`,
        kind: known?.kind ?? (isUserPath ? 'user' : isEventPath ? 'installation' : null),
        scope: known?.scope ?? null,
        eventId: plan.eventId,
        userId: options.userId,
      },
      deps,
      { maxWaitMs, signal: AbortSignal.any([deps.signal, done.signal]), onPause: progress.onPause },
    );
    const request: ApiRequest = {
      method: plan.method,
      target: fillEvent(plan.target, access.eventId),
      query: plan.query(access.eventId),
      headers: plan.headers,
      body: plan.body(access.eventId),
      scope: known?.scope,
    };
    try {
      const mask = await maskOf(known, options);
      if (options.paginate) yield* everyPage({ request, plan, access, options, progress, mask }, deps);
      else yield* oneAnswer(request, access, { ...options, resource: known }, deps);
    } finally {
      progress.stop();
      done.abort();
    }
  },
};

/** `--no-input` is about questions and must not undo `--input FILE`, whose name for commander would be the same. */
function inputOption(command: Command): Option {
  const option = command.createOption('--input <file>', 'request body from a file, or - for standard input');
  option.attributeName = () => 'inputFile';
  return option;
}

/**
 * An error's body is an answer too: it goes to stdout, and the failure to stderr. Servers quote requests in their
 * errors, so a secret of ours in one is masked; all other bytes stay.
 */
async function* oneAnswer(
  request: ApiRequest,
  { client }: Access,
  options: ApiOptions & { readonly resource: Resource | null },
  { redactor }: Pick<Deps, 'redactor'>,
): AsyncGenerator<Item, void, void> {
  const { answer, failure } = await client.send(request);
  const clean = (bytes: Uint8Array) => (failure === null ? bytes : redactor.cleanBytes(bytes));
  const masking = options.redact === true ? await import('../../pseudonyms/mask.ts') : null;
  const shown = (body: Uint8Array) => clean(masking?.maskBytes(body, options.resource?.published) ?? body);
  if (options.include) {
    const headers = masking === null ? answer.headers : answer.headers.map(masking.maskHeader);
    yield { kind: 'bytes', bytes: clean(await headOf(answer, headers)) };
  }
  // A filter is meant for a successful response, not for the body of an error.
  const isHidden = options.silent || (failure !== null && options.jq !== undefined);
  if (!isHidden && answer.body.length > 0) yield { kind: 'bytes', bytes: shown(answer.body) };
  if (failure !== null) throw failure;
}

async function headOf({ status }: HttpResponse, headers: HeaderList): Promise<Uint8Array> {
  const { STATUS_CODES } = await import('node:http');
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  return Buffer.from([start, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'), 'latin1');
}

const help = `
The response body is printed byte for byte, also that of an error; on a terminal JSON is indented and colored.
The exit status says whether it succeeded. With --paginate, -o table, csv or ndjson and --columns show the rows.
`;
