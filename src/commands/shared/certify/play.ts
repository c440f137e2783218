import type { Act } from '../../../certify/act.ts';
import { traceText } from '../../../certify/acts/traces.ts';
import { type EffectsHook, filled, givenHooks } from '../../../certify/hooks.ts';
import { Integration } from '../../../certify/integration.ts';
import { LiveStage } from '../../../certify/live-stage.ts';
import { type PlayedAct, playActs, printedFacts } from '../../../certify/run.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import { auditAnswer } from '../../../sandbox/audit/answer.ts';
import type { AuditFinding } from '../../../sandbox/control/rows/audit.ts';
import { manifest } from '../../../sandbox/seed/manifest.ts';
import type { Sandbox } from '../../../sandbox/server/app.ts';
import { withoutTokens } from '../../../text/without-tokens.ts';
import type { CaseResult } from '../../../webhook/conformance/case.ts';
import { People } from '../privacy/people.ts';
import { openTemporary } from '../sandbox/temporary.ts';
import { readStructured } from '../structured-file.ts';
import { effectsOf } from './effects.ts';
import { type CertifyPlan, isUrl } from './options.ts';
import { Printed } from './printed.ts';
import { tracesIn, tracesOf } from './traces.ts';

/** Two pages of the largest size, three of the default size, and five concurrent syncs stay below the rate limit. */
const participants = 60;
const hourMs = 3_600_000;
/** No act begins after this time, without that of slow acts. A correct integration takes a quarter of it. */
const budgetMs = 300_000;

/** The inputs of a run. */
type PlayDeps = Pick<
  Deps,
  'childEnv' | 'clock' | 'forwarder' | 'isVerbose' | 'launch' | 'program' | 'redactor' | 'serve' | 'signal' | 'terminal'
>;

/** The results of a run. */
export interface Played {
  readonly acts: readonly PlayedAct[];
  readonly findings: readonly AuditFinding[];
  readonly cases: readonly CaseResult[];
  readonly seen: number;
}

/**
 * Starts a sandbox and the integration, plays the acts, and ends both, whatever happens.
 *
 * @param onAct called with the outcome of every act
 * @throws ReventoError `failed` when the integration does not start, `port_busy`, `command_not_found`, `interrupted`
 */
export async function play(
  plan: CertifyPlan,
  acts: readonly Act[],
  { seed, onAct }: { readonly seed: number | null; readonly onAct: (played: PlayedAct) => void },
  deps: PlayDeps,
): Promise<Played> {
  const { clock, signal, terminal, redactor } = deps;
  const { hooks } = plan;
  const kind = { what: 'a manifest', schema: 'schemas/manifest.schema.json' };
  const declared = plan.manifest === null ? undefined : await readStructured(plan.manifest, manifest, kind, deps);
  const given = { participants, ...(seed === null ? {} : { seed }) };
  const heard = new Set<(path: string) => void>();
  const { exchange: http, close: closeHttp } = await deps.forwarder({ isEachAlone: true });
  try {
    const temporary = await openTemporary(
      deps,
      {
        options: {
          ...given,
          hasCanaries: true,
          hasAutoConsent: false,
          hasRateLimits: true,
          accessTtlMs: hourMs,
          faults: [],
        },
        webhookUrl: hooks.webhook,
        retryScale: 1,
        redirectUris: plan.redirectUri === null ? [] : [plan.redirectUri],
        given,
        manifest: declared,
      },
      {
        onArrival: (path) => {
          for (const one of [...heard]) one(path);
        },
      },
    );
    const { sandbox, credentials } = temporary;
    const { redirectUri } = credentials;
    const secrets = () => {
      const signing = sandbox.deliveries?.signing;
      const current = signing?.current ?? credentials.webhookSecret;
      const previous = signing?.previous ?? null;
      for (const secret of [current, previous]) if (secret !== null) redactor.add(secret);
      return { current, previous };
    };
    const launch: Deps['launch'] = (command, about) => deps.launch(command, { ...about, directory: plan.directory });
    const env = () => {
      const { current, previous } = secrets();
      return {
        ...temporary.env({ ...credentials, webhookSecret: current }),
        // Python keeps what it prints to a pipe, and loses it when it is ended.
        PYTHONUNBUFFERED: '1',
        ...(previous === null ? {} : { REVENTO_WEBHOOK_SECRET_PREVIOUS: previous }),
      };
    };
    const printed = new Printed();
    // Asked again each time: a consent may have been revoked since.
    const people = () => new People(async (markers) => ownersIn(sandbox, markers));
    const integration = new Integration({
      launch,
      http,
      clock,
      signal,
      command: plan.command,
      restartCommand: hooks.restart,
      env,
      origins: originsOf(hooks),
      readyMs: plan.readyMs,
      onPrinted: (line, stream) => printed.see(stream, line),
      onLine: (line) => {
        if (deps.isVerbose) terminal.notice(`integration: ${line}`);
      },
      clean: (line) => withoutTokens(redactor.clean(line)),
    });
    const look = (moment: 'in use' | 'deleted', places = hooks.data) =>
      tracesIn(places, { eventId: sandbox.eventId, people: people(), http, signal, moment });
    try {
      const leftover = acts.some(({ id }) => id === 'erasure')
        ? traceText(
            (
              await look(
                'deleted',
                hooks.data.filter((place) => !isUrl(place)),
              )
            ).traces,
          )
        : '';
      await integration.start();
      const stage = new LiveStage({
        ...{ sandbox, integration, http, clock, signal, hooks, redirectUri, leftover },
        syncMs: plan.syncMs,
        deletionMs: plan.deletionMs,
        webhookSecret: () => secrets().current,
        effects: effectsAt(hooks.effects, sandbox.eventId, http, { ...deps, launch, childEnv: env() }),
        kept: look,
        printed: () => tracesOf(printed.take(), people()),
        onArrival: (one) => {
          heard.add(one);
          return () => void heard.delete(one);
        },
      });
      const played = new Map<string, PlayedAct>();
      for await (const one of playActs(acts, { stage, sandbox, hooks: givenHooks(hooks), clock, signal, budgetMs })) {
        played.set(one.act.id, one);
        onAct(one);
      }
      // What it printed at its end, or was slow to print, is judged as well.
      const end = sandbox.acting('end', 'the end of the integration');
      await integration.end();
      end(printedFacts(await stage.printed()));
      const { seen, findings } = auditAnswer(sandbox.audit());
      return { acts: [...played.values()], findings, cases: stage.cases, seen };
    } finally {
      await integration.end();
      await temporary.close();
    }
  } finally {
    await closeHttp();
  }
}

async function ownersIn({ control }: Sandbox, markers: readonly string[]) {
  if (control === null) throw new Error('the sandbox of a run has no control');
  return control.do('owners', { markers: [...markers] });
}

/** The effects as the hook says where to read them. */
function effectsAt(hook: EffectsHook | null, eventId: string, http: Exchange, deps: Parameters<typeof effectsOf>[2]) {
  if (hook === null) return null;
  const { source, settle } = hook;
  const at = 'effectsUrl' in source ? { effectsUrl: filled(source.effectsUrl, eventId) } : source;
  return effectsOf({ ...at, settle }, http, deps);
}

/** The URLs where the integration must answer. */
function originsOf({ connect, login, webhook, sync }: CertifyPlan['hooks']): readonly URL[] {
  const origins = [connect, login, webhook, sync].flatMap((url) => (url === null ? [] : [new URL(url).origin]));
  return [...new Set(origins)].map((origin) => new URL(origin));
}
