import { nodeDebugWarning } from '../../config/environment.ts';
import { program } from '../../errors/next-command.ts';
import { isNowhere, noHome } from '../../files/nowhere.ts';
import { brokenRanges } from '../../http/no-proxy.ts';
import { proxyRemedy, proxyUrl, readProxySettings } from '../../http/proxy.ts';
import { isLoopback } from '../../http/this-machine.ts';
import { isPlaceholderHost } from '../../http/web-address.ts';
import { runtime } from '../../text/runtime.ts';
import { type Check, fail, failureFinding, ok, skip, warn } from './finding.ts';

/** The program, its profile and where the settings come from. */
export const checkSettings: Check = async (deps) => {
  const { profile, settings } = deps;
  const built = typeof REVENTO_VERSION === 'string' ? REVENTO_VERSION : 'unbuilt';
  const version = `revento ${built} on ${runtime.name} ${runtime.version}, ${process.platform} ${process.arch}`;
  const findings = [ok('program', `${version}.`)];
  if (isNowhere(settings.configDir)) return [...findings, fail('home', noHome.message, noHome.hint)];
  // The other settings have their own checks.
  for (const name of ['scope', 'default_event', 'output', 'key_store'] as const) {
    try {
      if (settings.get(name) !== null) settings.require(name);
    } catch (error) {
      findings.push(failureFinding(name, error, deps));
    }
  }
  const file = await deps.settingsFile();
  const isThere = Object.hasOwn(file.profiles(), profile);
  return [
    ...findings,
    ok('settings', `Profile "${profile}" ${isThere ? 'is set up' : 'has no settings of its own'} in ${file.path}.`),
  ];
};

/** Whether the two base URLs are usable and belong together. Sends no request. */
export const checkHosts: Check = async (deps) => {
  const findings = [];
  const isLocal: boolean[] = [];
  let isExplained = false;
  for (const name of ['auth_base', 'api_base'] as const) {
    try {
      const { hostname, host } = new URL(deps.settings.require(name));
      isLocal.push(isLoopback(hostname));
      const source = deps.settings.get(name)?.source;
      if (isPlaceholderHost(hostname)) {
        const set = `run: ${program(deps.profile)} config set ${name} https://…`;
        findings.push(
          isExplained
            ? fail(name, `${host} is a placeholder as well.`, set)
            : fail(
                name,
                `${host} is a placeholder: names ending in .example never resolve. The guide uses them as placeholders for the hosts you were given.`,
                `${set}, or try: revento sandbox start, then: revento -p sandbox login`,
              ),
        );
        isExplained = true;
      } else findings.push(ok(name, `${deps.settings.require(name)} (from the ${source}).`));
    } catch (error) {
      findings.push(failureFinding(name, error, deps));
    }
  }
  if (isLocal[0] !== undefined && isLocal[1] !== undefined && isLocal[0] !== isLocal[1]) {
    const [local, remote] = isLocal[0] ? ['auth_base', 'api_base'] : ['api_base', 'auth_base'];
    const message = `${local} is on this machine and ${remote} is not: tokens of one do not work at the other.`;
    findings.push(warn('hosts', message, `run: ${program(deps.profile)} config list`));
  }
  return findings;
};

/** The identity of the integration. */
export const checkClient: Check = async ({ profile, settings, secrets }) => {
  const run = `run: ${program(profile)} config set`;
  const id = settings.get('client_id');
  const secret = await (await secrets()).get('client_secret');
  return [
    id === null
      ? warn('client_id', 'client_id is not set, so no login can be started.', `${run} client_id VALUE`)
      : ok('client_id', `${id.value} (from the ${id.source}).`),
    secret === null
      ? warn(
          'client_secret',
          'client_secret is not set: only a public client works without one.',
          `${run} client_secret < FILE`,
        )
      : ok('client_secret', `${secret.secret} (from the ${secret.source}).`),
  ];
};

/** The signing secret of deliveries. */
export const checkWebhookSecret: Check = async ({ profile, secrets }) => {
  const store = await secrets();
  const current = await store.get('webhook_secret');
  const previous = await store.get('webhook_secret_previous');
  if (current === null) {
    const remedy = `run: ${program(profile)} config set webhook_secret < FILE, or set REVENTO_WEBHOOK_SECRET`;
    return [warn('webhook_secret', 'webhook_secret is not set, so deliveries cannot be verified.', remedy)];
  }
  const found = ok('webhook_secret', `${current.secret} (from the ${current.source}).`);
  if (previous === null) return [found];
  if (previous.secret.reveal() === current.secret.reveal()) {
    const message = 'webhook_secret_previous is the same as webhook_secret.';
    return [
      found,
      warn('webhook_secret_previous', message, `run: ${program(profile)} config unset webhook_secret_previous`),
    ];
  }
  const message = `${previous.secret} (from the ${previous.source}): deliveries signed with either are accepted.`;
  return [found, ok('webhook_secret_previous', message, 'unset it once the rotation has finished')];
};

/** Variables that weaken security, and proxies. */
export const checkEnvironment: Check = async ({ childEnv }) => {
  const findings = [proxies(childEnv)];
  if (childEnv['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message =
      'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off certificate checks: anyone on the network can read tokens.';
    findings.push(fail('tls', message, 'unset it; for a private root, name its file in NODE_EXTRA_CA_CERTS'));
  }
  const debug = nodeDebugWarning(childEnv);
  if (debug !== null) findings.push(warn('debug', `${debug}.`, 'unset NODE_DEBUG'));
  return findings;
};

function proxies(env: Readonly<Record<string, string>>) {
  const { http, https, noProxy } = readProxySettings(env);
  const used = [https, http].filter((variable) => variable !== null);
  if (used.length === 0) return skip('proxy', 'No proxy is set.');
  const bad = used.find(({ value }) => proxyUrl(value) === null);
  if (bad !== undefined) {
    return fail('proxy', `${bad.name} is not the URL of an http or https proxy.`, proxyRemedy(bad.name));
  }
  const [broken] = brokenRanges(noProxy);
  if (broken !== undefined) {
    const remedy = 'write a range like 10.0.0.0/8 or 2001:db8::/32';
    return warn('proxy', `NO_PROXY has ${broken}, which is not a range of addresses and is ignored.`, remedy);
  }
  // A proxy's URL may hold a password, so only the host is shown.
  const hosts = [...new Set(used.map(({ value }) => proxyUrl(value)?.host))].join(', ');
  return ok(
    'proxy',
    `Requests go through ${hosts}${noProxy ? `, except to ${noProxy}` : ''}; this machine is always reached directly.`,
  );
}
