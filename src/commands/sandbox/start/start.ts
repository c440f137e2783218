import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { wholeNumber } from '../../../command-kit/option-values.ts';
import { defaultSandboxPort } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import { toolRedirectUri } from '../../../sandbox/oauth/clients.ts';
import type { Snapshot } from '../../../sandbox/saved/snapshot.ts';
import type { SandboxEntry } from '../../../sandbox/server/app.ts';
import type { Credentials } from '../../../sandbox/server/env-file.ts';
import { Feed } from '../../../sandbox/server/feed.ts';
import { isOwnMachine } from '../../../sandbox/server/host.ts';
import { testEventId } from '../../../sandbox/world/world.ts';
import { defaultListenUrl } from '../../../webhook/defaults.ts';
import type { SandboxPlan } from '../../shared/sandbox/open.ts';
import { openSandbox } from '../../shared/sandbox/open.ts';
import { defineProfile, sandboxProfile, storedCredentials } from '../../shared/sandbox/profile.ts';
import { declareSandboxFlags, readSandboxFlags, type SandboxFlags } from '../shared/flags.ts';
import { withOwnData } from '../shared/own-data.ts';
import { describeEntry, describeReady } from '../shared/text.ts';
import { type Claim, claimProfile } from './claim.ts';
import { consoleOf } from './console.ts';
import { writeEnvFile } from './env-file.ts';
import { describeKept, openKept, requireAgreement } from './kept.ts';
import { followListener } from './listener.ts';
import { loadSandbox } from './load.ts';

interface SandboxStartOptions extends SandboxFlags {
  readonly port: string;
  readonly host: string;
  readonly writeEnv?: string;
  readonly load?: string;
  readonly fresh: boolean;
}

/** `revento sandbox start`: serves a local Revento until Ctrl-C, and prints how to use it. */
export const sandboxStart: CommandModule<SandboxStartOptions> = {
  declare: (command) =>
    declareSandboxFlags(
      command
        .option('--port <n>', 'port to serve on', defaultSandboxPort)
        .option('--host <address>', 'address to serve on; localhost means both loopback families', '127.0.0.1')
        .option('--fresh', 'start a new sandbox instead of continuing the saved one', false)
        .option('--load <file>', 'continue from a file written by `sandbox save`')
        .option('--write-env <file>', 'save the settings of the sandbox to this file (mode 0600)'),
      // The sandbox and the listener find each other without a flag.
      `the \`webhook listen\` of the profile, or ${defaultListenUrl}`,
    ).addHelpText('after', `\n${keptHelp}`),
  examples: {
    'revento sandbox start': 'serve on port 4010 until Ctrl-C',
    'revento sandbox start --webhook-url http://localhost:3000/webhooks/revento --write-env .env':
      'send deliveries to your own handler, and save the settings for your app',
    'revento sandbox start --fresh --access-ttl 10s --fault refresh:503x1':
      'begin a new sandbox, and practice token errors',
  },
  layout: { shape: 'events' },

  async *run(flags, deps) {
    const plan = await withOwnData(readSandboxFlags(flags), flags, deps);
    const port = wholeNumber('--port', flags.port, 0, 65_535);
    requireKnownEvent(deps);
    if (flags.fresh && flags.load !== undefined) {
      throw new ReventoError('usage', '--fresh and --load cannot be given together.', {
        hint: 'leave out --fresh: --load replaces the kept sandbox as well',
      });
    }
    if (flags.load !== undefined && flags.seedFile !== undefined) {
      throw new ReventoError('usage', '--load and --seed-file cannot be given together.', {
        hint: 'leave out --seed-file: a saved sandbox has its own data',
      });
    }
    const loaded = flags.load === undefined ? null : await loadSandbox(flags.load, deps);
    const claim = await claimProfile(deps, port);
    try {
      yield* serve(flags, { plan, claim, loaded }, deps);
    } finally {
      claim.log.release();
    }
  },
};

/** What serving needs. */
type StartDeps = Pick<
  Deps,
  | 'clock'
  | 'forwarder'
  | 'http'
  | 'storedProfiles'
  | 'listeners'
  | 'profile'
  | 'redactor'
  | 'secrets'
  | 'serve'
  | 'sessions'
  | 'settings'
  | 'settingsFile'
  | 'signal'
  | 'terminal'
>;

interface Start {
  readonly plan: SandboxPlan;
  readonly claim: Claim;
  /** From the file of `--load`. */
  readonly loaded: Snapshot | null;
}

async function* serve(
  flags: SandboxStartOptions,
  { plan, claim: { profile, port, log }, loaded }: Start,
  deps: StartDeps,
): AsyncGenerator<Item, void, void> {
  const { kept, ...keeping } = await openKept(deps, log, flags.fresh || loaded !== null);
  if (kept !== null) requireAgreement(kept, plan);
  const saved = loaded ?? kept?.snapshot;
  const feed = new Feed<SandboxEntry>();
  // On another address, clients on the network could send any Host header.
  const page = isOwnMachine(flags.host) ? consoleOf(profile, deps) : null;
  const opening = {
    hostName: flags.host,
    port,
    stored: await storedCredentials(deps, profile),
    redirectUris: [...redirectUriOfEnvironment(deps), ...plan.redirectUris],
    ...(saved !== undefined && { saved }),
    listener: followListener(await deps.listeners(profile), deps.terminal),
    keeping,
    ...(page !== null && { beside: page.beside }),
    onEvent: (entry: SandboxEntry) => feed.push(entry),
  };
  const { hosted, credentials } = await openSandbox(deps, plan, opening).catch(explainBusyPort(port));
  try {
    const ended = await defineProfile(deps, profile, credentials, plan.redirectUris.at(-1) ?? toolRedirectUri, saved);
    tell(deps, { profile, ended });
    if (kept !== null) deps.terminal.notice(describeKept(kept, deps.clock.now()));
    const envFile = flags.writeEnv ?? null;
    if (envFile !== null) await writeEnvFile(envFile, credentials, deps.signal);
    warn(deps, flags, profile);
    if (page !== null) deps.terminal.notice(`console: ${page.addressAt(credentials.authBase)}`);
    yield readyItem(credentials, { profile, envFile, webhookUrl: plan.webhookUrl ?? defaultListenUrl });
    for await (const entry of feed.read(deps.signal)) yield entryItem(entry, deps.clock.now());
  } finally {
    await hosted.close();
    if (feed.dropped > 0)
      deps.terminal.notice(`${feed.dropped} log lines were dropped: the reader of the output is too slow`);
  }
}

const keptHelp = [
  'Everything is saved in the profile, encrypted like logins: credentials, logins, people, deliveries and their retries,',
  'faults and the clock. The next start continues from there, also after a crash; --participants, --seed and --canaries',
  'can only be changed with --fresh. Credentials stay the same with --fresh, so that an .env file stays valid (the first',
  'start with --canaries replaces the secrets); logins end.',
].join(' ');

function explainBusyPort(port: number): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ReventoError && error.code === 'port_busy')) throw error;
    const other = port === 65_535 ? 4010 : port + 1;
    throw new ReventoError('port_busy', error.message, {
      hint: `if a sandbox is running there already, start a second one: revento sandbox start --port ${other}`,
    });
  };
}

/** Also registers the redirect URI that an integration has in its environment, as the guide suggests. */
function redirectUriOfEnvironment(deps: Pick<Deps, 'settings'>): string[] {
  const uri = deps.settings.get('redirect_uri');
  return uri?.source === 'environment' ? [uri.value] : [];
}

/**
 * Only `--event` is meant for this sandbox; the variable may name a real event.
 *
 * @throws ReventoError `usage`
 */
function requireKnownEvent(deps: Pick<Deps, 'settings'>): void {
  const event = deps.settings.get('default_event');
  if (event?.source !== 'flag' || event.value === testEventId) return;
  throw new ReventoError('usage', `The sandbox has no event ${JSON.stringify(event.value)} to log in to.`, {
    hint: `its test event is ${testEventId}; leave --event out`,
  });
}

/** Reports what the start changed in profiles and logins. */
function tell(
  { terminal }: Pick<Deps, 'terminal'>,
  { profile, ended }: { readonly profile: string; readonly ended: number },
): void {
  if (profile !== sandboxProfile) {
    terminal.notice(`"${sandboxProfile}" is in use by another sandbox; this one uses the profile "${profile}"`);
  }
  if (ended > 0) {
    const what = ended === 1 ? 'login is' : `${ended} logins are`;
    terminal.notice(`The previous sandbox's ${what} no longer valid. Log in again: revento -p ${profile} login`);
  }
}

function warn(
  deps: Pick<Deps, 'settings' | 'terminal'>,
  { host: hostName }: SandboxStartOptions,
  profile: string,
): void {
  if (!['localhost', '127.0.0.1', '::1', '[::1]'].includes(hostName)) {
    deps.terminal.notice(`warning: everyone who can reach ${hostName} on this machine can use the sandbox`);
  }
  const displacing = (['auth_base', 'client_id'] as const).filter(
    (name) => deps.settings.get(name)?.source === 'environment',
  );
  if (displacing.length > 0) {
    const names = displacing.map((name) => `REVENTO_${name.toUpperCase()}`).join(' and ');
    deps.terminal.notice(
      `warning: ${names} in your environment takes precedence over the profile "${profile}"; unset it, or use --write-env or \`revento sandbox exec\``,
    );
  }
}

function readyItem(credentials: Credentials, facts: Parameters<typeof describeReady>[1]): Item {
  const { authBase, apiBase, clientId, clientSecret, webhookSecret, eventId, redirectUri } = credentials;
  return valueItem(
    {
      type: 'ready',
      auth_base: authBase,
      api_base: apiBase,
      client_id: clientId,
      client_secret: clientSecret,
      webhook_secret: webhookSecret,
      event_id: eventId,
      redirect_uri: redirectUri,
    },
    (style) => describeReady(credentials, facts, style),
  );
}

function entryItem(entry: SandboxEntry, now: number): Item {
  return valueItem({ ...entry }, (style) => describeEntry(entry, now, style));
}
