import { isRecord, parseJson } from '../json/parse.ts';
import { EventStreams } from '../pages/local/event-streams.ts';
import { isJsonRequest } from '../pages/local/guard.ts';
import { refuse, respond } from '../pages/local/response.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../ports/exchange.ts';
import { sentence } from '../text/sentence.ts';
import { withoutTokens } from '../text/without-tokens.ts';
import { type AskParts, askFor, isAskable } from './ask.ts';
import { ControlRefusal } from './control-port.ts';
import { factsOf } from './facts.ts';
import type { ScenarioFact } from './model/wire.ts';
import { consolePath } from './page.ts';
import { type BeginScenario, Rehearsal } from './rehearsal.ts';
import { shownFor } from './shown.ts';
import { shownForStep } from './shown-step.ts';
import { timelineStream } from './stream.ts';

/** What the console is served from. */
export interface ConsoleParts extends AskParts {
  readonly clock: Clock;
  /** Base URL of the sandbox. */
  readonly address: string;
  /** Begin of a command line for it. */
  readonly command: string;
  readonly scenarios: () => Promise<readonly ScenarioFact[]>;
  readonly begin: BeginScenario;
}

/**
 * Answers the console's requests below `/console`, for a server that has checked their origin and their key.
 */
export function createConsoleRoutes(parts: ConsoleParts): Exchange {
  const rehearsal = new Rehearsal(parts.begin);
  const streams = new EventStreams();

  const routes: Readonly<Record<string, (request: HttpRequest) => HttpResponse | Promise<HttpResponse>>> = {
    'GET /facts': async () => jsonOf(200, factsOf(parts, await parts.scenarios())),
    'GET /events': (request) => streams.answer(request, (after, signal) => timelineStream(after, parts, signal)),
    'POST /ask': (request) => ask(request, parts),
    'POST /scenario': (request) => startScenario(request, rehearsal),
    'POST /step': (request) => step(request, rehearsal, parts),
  };

  return async (request) => {
    const path = request.url.slice(consolePath.length);
    const route = routes[`${request.method} ${path}`];
    const isPost = request.method === 'POST';
    if (route !== undefined) {
      return isPost && !isJsonRequest(request)
        ? refuse(415, 'not_json', 'Send Content-Type: application/json.')
        : route(request);
    }
    const other = isPost ? 'GET' : 'POST';
    return routes[`${other} ${path}`] === undefined
      ? refuse(404, 'not_found', 'Not found.')
      : refuse(405, 'wrong_method', `Use ${other}.`, [['Allow', other]]);
  };
}

/** Text without anything that looks like a secret, whatever a participant or an integration may have written. */
function jsonOf(status: number, value: unknown): HttpResponse {
  return respond(status, 'application/json', withoutTokens(JSON.stringify(value)));
}

function bodyOf({ body }: HttpRequest): { readonly [name: string]: unknown } | null {
  const value = parseJson(Buffer.from(body).toString('utf8'));
  return isRecord(value) ? value : null;
}

async function ask(request: HttpRequest, parts: ConsoleParts): Promise<HttpResponse> {
  const { operation, params = {} } = bodyOf(request) ?? {};
  if (!isAskable(operation) || !isRecord(params)) {
    return refuse(400, 'bad_request', 'The page may not call this operation.');
  }
  const shown = shownFor(operation, params, parts);
  try {
    return jsonOf(200, { result: await askFor(operation, params, parts), shown });
  } catch (error) {
    return refused(error, { shown });
  }
}

async function startScenario(request: HttpRequest, rehearsal: Rehearsal): Promise<HttpResponse> {
  const name = bodyOf(request)?.['name'];
  if (rehearsal.isBusy) return refuse(409, 'busy', 'Another step is running.');
  const run = typeof name === 'string' ? await rehearsal.start(name) : null;
  return run === null ? refuse(404, 'not_found', 'Unknown scenario.') : jsonOf(200, { run });
}

async function step(request: HttpRequest, rehearsal: Rehearsal, parts: ConsoleParts): Promise<HttpResponse> {
  if (rehearsal.isBusy) return refuse(409, 'busy', 'Another step is running.');
  if (!rehearsal.isCurrent(bodyOf(request)?.['run'])) {
    return refuse(409, 'other_run', 'Another scenario was started meanwhile. Run this one again.');
  }
  try {
    const { played, asked } = await rehearsal.next();
    return jsonOf(200, { played, shown: shownForStep(asked, parts) });
  } catch (error) {
    return refused(error, {});
  }
}

/** A refusal of the sandbox, in its own words; any other error means that it cannot be reached. */
function refused(error: unknown, more: object): HttpResponse {
  if (error instanceof ControlRefusal) {
    const { status, code, message } = error;
    return jsonOf(status >= 400 && status < 500 ? status : 502, {
      error: { code, message: sentence(message) },
      ...more,
    });
  }
  const reason = error instanceof Error ? error.message : 'it failed';
  return jsonOf(502, { error: { code: 'sandbox_away', message: sentence(reason) }, ...more });
}
