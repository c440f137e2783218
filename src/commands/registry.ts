import { resources } from '../api/resources.ts';
import type { CommandEntry } from './command.ts';

/** Every command, one line each, in the order help shows them. `load` imports the one that was named. */
export const registry: readonly CommandEntry[] = [
  {
    name: 'login',
    summary: 'Log in for an event: an organizer or a participant gives consent in a browser',
    group: 'Login',
    load: async () => (await import('./login.ts')).login,
  },
  {
    name: 'status',
    summary: 'Show who is logged in and how the tokens are kept',
    group: 'Login',
    aliases: ['whoami'],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'logout',
    summary: 'Forget a login',
    group: 'Login',
    load: async () => (await import('./logout.ts')).logout,
  },
  {
    name: 'token',
    summary: 'Print an access token, refreshed if it must be',
    group: 'Login',
    load: async () => (await import('./token.ts')).token,
  },
  {
    name: 'token refresh',
    summary: 'Refresh the tokens of a login now',
    group: 'Login',
    load: async () => (await import('./token-refresh.ts')).tokenRefresh,
  },
  {
    name: 'webhook listen',
    summary: 'Receive deliveries, verify, print and forward them',
    group: 'Webhooks',
    load: async () => (await import('./webhook-listen.ts')).webhookListen,
  },
  {
    name: 'webhook verify',
    summary: 'Check the signature of a body or a recorded delivery',
    group: 'Webhooks',
    load: async () => (await import('./webhook-verify.ts')).webhookVerify,
  },
  {
    name: 'webhook sign',
    summary: 'Print the headers a delivery of a body would carry',
    group: 'Webhooks',
    load: async () => (await import('./webhook-sign.ts')).webhookSign,
  },
  {
    name: 'webhook events',
    summary: 'List the known event types, or show a sample of one',
    group: 'Webhooks',
    load: async () => (await import('./webhook-events.ts')).webhookEvents,
  },
  {
    name: 'sandbox start',
    summary: 'Serve a Revento of your own: consent, tokens, read API, webhooks',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-start.ts')).sandboxStart,
  },
  {
    name: 'sandbox exec',
    summary: 'Run a command beside a sandbox of its own, then clean up',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-exec.ts')).sandboxExec,
  },
  {
    name: 'sandbox consent',
    summary: 'Answer a consent page as a person would',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-consent.ts')).sandboxConsent,
  },
  {
    name: 'sandbox trigger',
    summary: 'Make the running sandbox send a delivery',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-trigger.ts')).sandboxTrigger,
  },
  {
    name: 'sandbox deliveries',
    summary: 'List what the running sandbox has sent',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-deliveries.ts')).sandboxDeliveries,
  },
  {
    name: 'sandbox redeliver',
    summary: 'Send one of those deliveries again',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-redeliver.ts')).sandboxRedeliver,
  },
  {
    name: 'sandbox revoke',
    summary: 'Take consent back, as an organizer or participant would',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-revoke.ts')).sandboxRevoke,
  },
  {
    name: 'sandbox reset',
    summary: 'Let the running sandbox start over',
    group: 'Sandbox',
    load: async () => (await import('./sandbox-reset.ts')).sandboxReset,
  },
  {
    name: 'config get',
    summary: 'Show one setting',
    group: 'Settings',
    load: async () => (await import('./config-get.ts')).configGet,
  },
  {
    name: 'config set',
    summary: 'Set one setting; secrets are read from stdin',
    group: 'Settings',
    load: async () => (await import('./config-set.ts')).configSet,
  },
  {
    name: 'config unset',
    summary: 'Remove one setting',
    group: 'Settings',
    load: async () => (await import('./config-unset.ts')).configUnset,
  },
  {
    name: 'config list',
    summary: 'Show all settings and where they come from',
    group: 'Settings',
    load: async () => (await import('./config-list.ts')).configList,
  },
  {
    name: 'config path',
    summary: 'Show where the settings file is',
    group: 'Settings',
    load: async () => (await import('./config-path.ts')).configPath,
  },
  {
    name: 'profile list',
    summary: 'List the profiles',
    group: 'Settings',
    load: async () => (await import('./profile-list.ts')).profileList,
  },
  {
    name: 'profile use',
    summary: 'Select a profile for all commands to come',
    group: 'Settings',
    load: async () => (await import('./profile-use.ts')).profileUse,
  },
  {
    name: 'profile remove',
    summary: 'Remove a profile and what it holds',
    group: 'Settings',
    load: async () => (await import('./profile-remove.ts')).profileRemove,
  },
  {
    name: 'help exit-codes',
    summary: 'Every exit code and when it is given',
    group: 'More',
    load: async () => (await import('./help-exit-codes.ts')).helpExitCodes,
  },
  {
    name: 'help environment',
    summary: 'Every environment variable, and where settings come from',
    group: 'More',
    load: async () => (await import('./help-environment.ts')).helpEnvironment,
  },
  {
    name: 'help output',
    summary: 'What each output format promises, --columns and --jq',
    group: 'More',
    load: async () => (await import('./help-output.ts')).helpOutput,
  },
  ...resources.map(
    (resource): CommandEntry => ({
      name: resource.words,
      summary: resource.summary,
      group: 'API',
      load: async () => (await import('./resource.ts')).resourceCommand(resource),
    }),
  ),
  {
    name: 'api',
    summary: 'Send any request to the API and print the answer as it came',
    group: 'API',
    load: async () => (await import('./api.ts')).api,
  },
];
