import type { Deps } from '../../../command-kit/deps.ts';
import { startSandbox } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isHttpFailure, networkError } from '../../../http/failure.ts';
import { isSuccess } from '../../../http/status.ts';
import { isRecord } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import { controlVariable } from '../../../sandbox/control/key.ts';
import type { OperationName, ParamsOf, ResultOf } from '../../../sandbox/control/operations.ts';
import { integrationRedirectUri } from '../../../sandbox/oauth/clients.ts';
import { type Variables, variablesOf } from '../../../sandbox/server/env-file.ts';
import { testEventId } from '../../../sandbox/world/world.ts';
import { plainLine } from '../../../text/plain-line.ts';
import { sentence } from '../../../text/sentence.ts';
import { askControl, type ControlAddress, controlAddress } from './control-client.ts';
import { chosenSandbox, sandboxProfile, steering } from './profile.ts';

/** What finding a sandbox needs. */
type Finding = Pick<Deps, 'childEnv' | 'secrets' | 'settings' | 'settingsFile'>;

/** What asking a sandbox needs. */
export type SandboxDeps = Finding & Pick<Deps, 'http' | 'profile' | 'redactor' | 'signal'>;

/** The event to ask the sandbox about. Only `--event` counts: the variable may name a real event. */
export function eventFlag(deps: Pick<Deps, 'settings'>): { readonly event_id?: string } {
  const event = deps.settings.get('default_event');
  return event?.source === 'flag' ? { event_id: event.value } : {};
}

/** No operation waits for a handler, so none takes long. */
const timeoutMs = 15_000;

/** A sandbox on this machine answers in a few milliseconds. */
const probeMs = 3_000;

/**
 * Has the running sandbox do an operation.
 *
 * @throws ReventoError `network` when none is running, `setting_missing` when none was ever started or it has no
 *   webhook URL, `usage` or `not_found` for parameters it refuses, `failed` when it is not the sandbox of this profile
 */
export async function askSandbox<Name extends OperationName>(
  deps: SandboxDeps,
  operation: Name,
  params: ParamsOf<Name>,
): Promise<ResultOf<Name>> {
  const name = chosenSandbox(deps);
  await refuseUnknownProfile(deps, name);
  const { authBase, key } = await findSandbox(deps, name);
  // Another program may be answering there, and repeat the key.
  deps.redactor.add(key);
  const { status, value, result } = await askControl({ authBase, key }, [operation, params], {
    http: await deps.http(),
    signal: deps.signal,
    timeoutMs,
  }).catch((error: unknown) => {
    if (!isHttpFailure(error)) throw error;
    throw networkError(error, `The sandbox at ${authBase}`);
  });
  if (result !== null) return result;
  throw refusal(status, value, { authBase, name });
}

/** The base URL of the chosen sandbox, running or not. @throws ReventoError `setting_missing` */
export async function sandboxAddress(deps: Finding & Pick<Deps, 'profile'>): Promise<string> {
  return (await findSandbox(deps, chosenSandbox(deps))).authBase;
}

/**
 * The settings of the chosen sandbox for an integration, and the key of its control API. Read from the profile, so
 * the sandbox does not have to run; inside `sandbox exec` from the environment.
 *
 * @throws ReventoError `setting_missing`
 */
export async function sandboxVariables(deps: Finding & Pick<Deps, 'profile'>): Promise<Variables> {
  const name = chosenSandbox(deps);
  await refuseUnknownProfile(deps, name);
  const { authBase, key } = await findSandbox(deps, name);
  const profile = (await deps.settingsFile()).profiles()[name];
  const isProfile = profile?.auth_base !== undefined;
  const setting = (one: 'client_id' | 'redirect_uri') =>
    (isProfile ? profile?.[one] : deps.settings.get(one)?.value) ?? '';
  const secrets = await (isProfile ? deps.secrets(name) : deps.secrets());
  const secret = async (one: 'client_secret' | 'webhook_secret') => (await secrets.get(one))?.secret.reveal() ?? '';
  return {
    ...variablesOf({
      authBase,
      apiBase: `${authBase}/api/v1`,
      clientId: setting('client_id'),
      clientSecret: await secret('client_secret'),
      webhookSecret: await secret('webhook_secret'),
      redirectUri: isProfile ? integrationRedirectUri : setting('redirect_uri'),
      eventId: testEventId,
    }),
    [controlVariable]: key,
  };
}

/** A mistyped profile must not stand for the sandbox that happens to run. Any other one does: it has no sandbox. */
async function refuseUnknownProfile(deps: Pick<SandboxDeps, 'profile' | 'settingsFile'>, name: string): Promise<void> {
  const profiles = (await deps.settingsFile()).profiles();
  const { profile } = deps;
  if (profile === name || profile === 'default' || profiles[name] === undefined || Object.hasOwn(profiles, profile))
    return;
  throw new ReventoError('usage', `The profile ${JSON.stringify(profile)} does not exist.`, {
    hint: `leave --profile out for the sandbox of this machine, or see: revento profile list`,
  });
}

/** The profile's sandbox; without one, that of the environment, which `sandbox exec` sets. */
async function findSandbox(deps: Finding, name: string): Promise<ControlAddress> {
  const profile = (await deps.settingsFile()).profiles()[name];
  const isProfile = profile?.auth_base !== undefined;
  const setting = (one: 'auth_base' | 'client_id') => (isProfile ? profile?.[one] : deps.settings.get(one)?.value);
  const secrets = await (isProfile ? deps.secrets(name) : deps.secrets());
  const found = controlAddress({
    authBase: setting('auth_base'),
    clientId: setting('client_id'),
    clientSecret: (await secrets.get('client_secret'))?.secret.reveal(),
    key: isProfile ? undefined : deps.childEnv[controlVariable],
  });
  if (found !== null) return found;
  throw new ReventoError('setting_missing', 'No sandbox has been started on this machine.', {
    hint: 'run: revento sandbox start',
  });
}

/**
 * Whether a running sandbox has the profile `sandbox`, so a new one must leave profile and logins alone. In doubt
 * (a timeout, a broken answer) it counts as running: a wrong yes costs a second profile, a wrong no costs a login.
 */
export async function isFirstRunning(deps: SandboxDeps): Promise<boolean> {
  if ((await deps.settingsFile()).profiles()[sandboxProfile]?.auth_base === undefined) return false;
  const found = await findSandbox(deps, sandboxProfile).catch(() => null);
  if (found === null) return false;
  deps.redactor.add(found.key);
  try {
    const { status } = await askControl(found, ['faults', {}], {
      http: await deps.http(),
      signal: deps.signal,
      timeoutMs: probeMs,
    });
    return isSuccess(status);
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    return error.kind !== 'refused';
  }
}

function refusal(status: number, value: Json, { authBase, name }: { authBase: string; name: string }): ReventoError {
  const facts = isRecord(value) ? value : {};
  const message = typeof facts['message'] === 'string' ? plainLine(facts['message'], 300) : null;
  if (facts['error'] === 'no_webhook_url') {
    return new ReventoError('setting_missing', 'The sandbox was started without --webhook-url.', {
      hint: 'give it one, as in: revento sandbox exec --webhook-url http://localhost:3000/webhooks/revento -- COMMAND',
    });
  }
  if (message === null || status === 403) {
    return new ReventoError('failed', `The server at ${authBase} is not the sandbox of this profile.`, {
      status,
      hint: `stop it, then run: ${startSandbox(new URL(authBase).port || '80')}`,
    });
  }
  if (facts['error'] === 'no_rotation') {
    return new ReventoError('usage', 'No rotation in progress.', {
      status,
      hint: `to start one, run: ${steering(name)} rotate`,
    });
  }
  return new ReventoError(status === 404 ? 'not_found' : status < 500 ? 'usage' : 'failed', sentence(message), {
    status,
  });
}
