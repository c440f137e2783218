import type { CommandModule } from '../../../src/command-kit/command.ts';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { resolveSettings } from '../../../src/config/rows.ts';
import type { SecretName, SettingName } from '../../../src/config/types.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import type { Login, LoginKey, UnreadableLogin } from '../../../src/login/login.ts';
import type { Item, OutputFormat } from '../../../src/output/item.ts';
import type { Exchange, Serve } from '../../../src/ports/exchange.ts';
import type { KeySource, StoreInspection } from '../../../src/ports/store.ts';
import type { Terminal } from '../../../src/ports/terminal.ts';
import { Redactor } from '../../../src/text/secret.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { loneLog } from '../api/lone-log.ts';
import { inspectionOf, memorySecrets, memorySessions, memorySettingsFile, profilesOf } from './memory-store.ts';

/** The moment all command tests run at: 2026-03-01T12:00:00Z. */
export const testNow = Date.UTC(2026, 2, 1, 12);

/** What a test sets up; everything left out is empty. */
export interface World {
  readonly profile?: string;
  readonly event?: string | null;
  readonly environment?: Partial<Record<SettingName, string>>;
  readonly variables?: Record<string, string>;
  readonly environmentToken?: string;
  /** Settings by profile. */
  readonly profiles?: Record<string, Partial<Record<SettingName, string>>>;
  /** Sealed secrets by profile. */
  readonly secrets?: Record<string, Partial<Record<SecretName, string>>>;
  readonly environmentSecrets?: Partial<Record<SecretName, string>>;
  /** Logins by profile. */
  readonly logins?: Record<string, readonly Login[]>;
  /** Piped standard input; left out, stdin is a terminal. */
  readonly stdin?: string;
  /** Answers to questions, in order; left out, nothing may be asked. */
  readonly answers?: readonly string[];
  readonly inspection?: Partial<StoreInspection>;
  readonly http?: Exchange;
  readonly serve?: Serve;
  /** What opening a login fails with. */
  readonly storeFailure?: ReventoError;
  readonly unreadable?: readonly UnreadableLogin[];
  readonly format?: OutputFormat;
  /** Milliseconds an access token has left, by event; default one hour. */
  readonly lifeMs?: number;
}

/** Dependencies of a command in memory, and what the command did to them. */
export interface Memory {
  readonly deps: Deps;
  readonly notices: string[];
  readonly questions: { readonly text: string; readonly isHidden: boolean }[];
  readonly profiles: Record<string, Partial<Record<SettingName, string>>>;
  readonly secrets: Record<string, Partial<Record<SecretName, string>>>;
  readonly logins: Record<string, Login[]>;
  readonly refreshed: LoginKey[];
  /** Key sources the store was moved to. */
  readonly rekeyed: KeySource[];
  chosenProfile: string;
}

/** A login that is fine; fields can be replaced. */
export function aLogin(changes: Partial<Login> = {}): Login {
  return {
    kind: 'installation',
    eventId: 'evt_a',
    organizationId: 'org_1',
    userId: null,
    scope: ['event.read', 'participants.read'],
    accessExpiresAt: testNow + 42 * 60_000,
    refreshExpiresAt: testNow + 89 * 86_400_000,
    obtainedAt: testNow - 18 * 60_000,
    isRenewable: true,
    state: 'active',
    reason: null,
    ...changes,
  };
}

export function memory(world: World = {}): Memory {
  const profile = world.profile ?? 'default';
  const redactor = new Redactor();
  const memory: Memory = {
    notices: [],
    questions: [],
    profiles: structuredClone(world.profiles ?? {}),
    secrets: structuredClone(world.secrets ?? {}),
    logins: Object.fromEntries(Object.entries(world.logins ?? {}).map(([name, logins]) => [name, [...logins]])),
    refreshed: [],
    rekeyed: [],
    chosenProfile: 'default',
    deps: undefined as unknown as Deps,
  };
  const answers = [...(world.answers ?? [])];
  const terminal: Terminal = {
    isInteractive: world.answers !== undefined,
    isStderrTty: true,
    isStdinTty: world.stdin === undefined,
    style: plainStyle(),
    notice: (text) => void memory.notices.push(text),
    progress: async () => ({ update: () => undefined, stop: () => undefined }),
    ask: async (text, { isHidden = false } = {}) => {
      memory.questions.push({ text, isHidden });
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nobody answers ${JSON.stringify(text)}`);
      return answer;
    },
    readStdin: async () => Buffer.from(world.stdin ?? ''),
    async *stdin() {
      yield Buffer.from(world.stdin ?? '');
    },
  };
  const unused = (what: string) => async (): Promise<never> => {
    throw new Error(`this command has no business with ${what}`);
  };
  const deps: Deps = {
    profile,
    event: world.event ?? null,
    settings: resolveSettings({
      flags: {},
      environment: world.environment ?? {},
      profile: memory.profiles[profile] ?? {},
      profileName: profile,
      placeOf: () => '/config/config.json',
      configDir: '/config',
      dataDir: '/data',
    }),
    format: world.format ?? 'table',
    isFiltered: false,
    isVerbose: false,
    childEnv: world.variables ?? {},
    program: ['node', 'revento'],
    clock: { now: () => testNow, monotonic: () => 0, sleep: async () => undefined },
    signal: new AbortController().signal,
    terminal,
    isStdoutTty: false,
    redactor,
    breakable: (work) => work(),
    sharedLog: async () => loneLog(),
    sealedLog: unused('sealed logs'),
    listeners: async () => ({ announce: () => () => undefined, running: () => [] }),
    environmentToken: world.environmentToken === undefined ? null : redactor.add(world.environmentToken),
    http: async () => world.http ?? (await unused('the network')()),
    serve: async () => world.serve ?? (await unused('servers')()),
    forwarder: unused('deliveries'),
    openBrowser: unused('browsers'),
    spawn: unused('children'),
    launch: unused('children'),
    sessions: async (name = profile) => memorySessions(memory, world, name),
    secrets: async (name = profile) => memorySecrets(memory, world, name, name === profile),
    discardProfile: async () => undefined,
    keyStore: async () => ({
      rekey: async (target) => {
        memory.rekeyed.push(target);
        return { moved: 2, kept: 0 };
      },
    }),
    settingsFile: async () => memorySettingsFile(memory),
    storedProfiles: async () => profilesOf(memory),
    inspectStore: async () => inspectionOf(world),
  };
  return Object.assign(memory, { deps });
}

/** Runs a command to its end; a failure of its own making is given back, any other is thrown. */
export async function run<Options>(
  command: CommandModule<Options>,
  options: Options,
  { deps }: Memory,
  style = plainStyle(),
): Promise<{ text: string; data: unknown[]; status: number | undefined; failure: ReventoError | null }> {
  const items: Item[] = [];
  let status: number | undefined;
  let failure: ReventoError | null = null;
  try {
    const generator = command.run(options, deps);
    for (;;) {
      const step = await generator.next();
      if (step.done) {
        status = step.value ?? undefined;
        break;
      }
      items.push(...(step.value.kind === 'values' ? step.value.values : [step.value]));
    }
  } catch (error) {
    if (!(error instanceof ReventoError)) throw error;
    failure = error;
  }
  return {
    text: items.map((item) => (item.kind === 'value' ? item.text(style) : '')).join('\n'),
    data: items.flatMap((item) => (item.kind === 'rows' ? [...item.rows] : item.kind === 'value' ? [item.data] : [])),
    status,
    failure,
  };
}
