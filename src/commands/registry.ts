import { resources } from '../api/resources.ts';
import type { CommandEntry, CommandGroup, CommandModule } from '../command-kit/command.ts';
import { topics } from './help/topics.ts';

/** The name of a command as its module exports it: `webhook listen` is `webhookListen`. */
type ExportName<Name extends string> = Name extends `${infer Head} ${infer Tail}`
  ? `${Head}${Capitalize<ExportName<Tail>>}`
  : Name extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<ExportName<Tail>>}`
    : Name;

/** What a command does, its module, and other names it has. The module is imported when the command is named. */
type Row<Name extends string> = readonly [
  summary: string,
  load: () => Promise<Readonly<Record<ExportName<Name>, CommandModule<never>>>>,
  ...aliases: readonly string[],
];

/** Every command, a row each, in the order help shows them. */
export const registry: readonly CommandEntry[] = [
  ...commands('Login', {
    login: [
      'Log in for an event: an organizer or a participant gives consent in a browser',
      () => import('./login/login/login.ts'),
    ],
    status: ['Show who is logged in and how the tokens are kept', () => import('./login/status/status.ts'), 'whoami'],
    logout: ['Log out', () => import('./login/logout.ts')],
    token: ['Print an access token, refreshing it if needed', () => import('./login/token.ts')],
    'token refresh': ['Refresh the tokens of a login now', () => import('./login/token-refresh.ts')],
  }),
  ...commands('Webhooks', {
    'webhook listen': [
      'Receive deliveries, verify, print and forward them',
      () => import('./webhook/listen/listen.ts'),
    ],
    'webhook verify': [
      'Check the signature of a body or a recorded delivery',
      () => import('./webhook/verify/verify.ts'),
    ],
    'webhook sign': ['Print the headers that a delivery of a body would have', () => import('./webhook/sign.ts')],
    'webhook events': ['List the known event types, or show a sample of one', () => import('./webhook/events.ts')],
    'webhook trigger': ['Send one signed sample delivery, faults included', () => import('./webhook/trigger.ts')],
    'webhook replay': [
      'Send recorded deliveries again, or compare two handlers by them',
      () => import('./webhook/replay/replay.ts'),
    ],
    'webhook export': [
      'Write a test for each delivery of a recording: pytest, Vitest, Go, PHPUnit, RSpec, JUnit or curl',
      () => import('./webhook/export.ts'),
    ],
    'webhook scrub': [
      'Make a recording safe to share: made-up people, signatures that verify',
      () => import('./webhook/scrub.ts'),
    ],
    inspect: ['Show recorded deliveries on a page in the browser', () => import('./webhook/inspect.ts')],
    'webhook check': ['Run the conformance tests against a handler', () => import('./webhook/check/check.ts')],
  }),
  ...commands('Sandbox', {
    'sandbox start': [
      'Start a local Revento sandbox: consent, tokens, read API, webhooks',
      () => import('./sandbox/start/start.ts'),
    ],
    'sandbox exec': ['Run a command with a temporary sandbox', () => import('./sandbox/exec/exec.ts')],
    'sandbox consent': ['Answer a consent page without a browser', () => import('./sandbox/consent.ts')],
    'sandbox status': [
      'Show where the sandbox runs, who is connected, faults and clock',
      () => import('./sandbox/record/status.ts'),
    ],
    'sandbox log': ['Show what happened in the running sandbox: one timeline', () => import('./sandbox/record/log.ts')],
    'sandbox env': ['Print the settings of the sandbox as environment variables', () => import('./sandbox/env.ts')],
    'sandbox audit': [
      'Judge what your integration did at the running sandbox',
      () => import('./sandbox/record/audit.ts'),
    ],
    certify: ['Put your integration through failures and attacks, and grade it', () => import('./certify/certify.ts')],
    'sandbox save': ['Write everything the running sandbox holds into a file', () => import('./sandbox/world/save.ts')],
    'sandbox do': [
      'Make something happen: apply, approve, cancel, revoke and more',
      () => import('./sandbox/world/do.ts'),
    ],
    'sandbox clock': [
      'Show the time of the running sandbox, or move it forward',
      () => import('./sandbox/world/clock.ts'),
    ],
    'sandbox trigger': ['Make the running sandbox send a delivery', () => import('./sandbox/deliveries/trigger.ts')],
    'sandbox run': ['Play a scenario to your integration and check what it does', () => import('./sandbox/run/run.ts')],
    'sandbox deliveries': [
      'List what the running sandbox has sent',
      () => import('./sandbox/deliveries/deliveries.ts'),
    ],
    'sandbox redeliver': ['Send a delivery again', () => import('./sandbox/deliveries/redeliver.ts')],
    'sandbox revoke': [
      'Revoke consent, as an organizer or participant would',
      () => import('./sandbox/world/revoke.ts'),
    ],
    'sandbox fault': ['Inject faults into the running sandbox, or clear them', () => import('./sandbox/fault.ts')],
    'sandbox rotate': [
      'Rotate the webhook signing secret of the running sandbox',
      () => import('./sandbox/deliveries/rotate.ts'),
    ],
    'sandbox reset': ['Reset the running sandbox', () => import('./sandbox/world/reset.ts')],
  }),
  ...commands('Privacy', {
    'privacy scan': [
      "Find attendees' data, tokens and secrets in files, logs and dumps",
      () => import('./privacy/scan/scan.ts'),
    ],
  }),
  ...commands('Starters', {
    init: ['Write an integration to start from, in the language of your choice', () => import('./init/init.ts')],
  }),
  ...commands('Settings', {
    'config init': ['Set up a profile from questions, flags or a .env file', () => import('./config/init.ts')],
    'config get': ['Show one setting', () => import('./config/get.ts')],
    'config set': ['Set one setting; secrets are read from stdin', () => import('./config/set.ts')],
    'config unset': ['Remove one setting', () => import('./config/unset.ts')],
    'config list': ['Show all settings and where they come from', () => import('./config/list.ts')],
    'config path': ['Show where the settings file is', () => import('./config/path.ts')],
    'profile list': ['List the profiles', () => import('./profile/list.ts')],
    'profile use': ['Select the profile that later commands use', () => import('./profile/use.ts')],
    'profile remove': ['Remove a profile with its settings, logins and secrets', () => import('./profile/remove.ts')],
  }),
  ...commands('More', {
    doctor: ['Diagnose problems with this installation', () => import('./doctor/doctor.ts')],
    completion: ['Print the completion script of a shell', () => import('./completion/completion.ts')],
  }),
  ...topics.map(
    (topic): CommandEntry => ({
      name: `help ${topic.name}`,
      summary: topic.summary,
      group: 'More',
      load: async () => (await import('./help/topic.ts')).topicCommand(topic),
    }),
  ),
  ...resources.map(
    (resource): CommandEntry => ({
      name: resource.words,
      summary: resource.summary,
      group: 'API',
      load: async () => (await import('./api/resource.ts')).resourceCommand(resource),
    }),
  ),
  ...commands('API', {
    api: ['Send any request to the API and print the response unchanged', () => import('./api/api.ts')],
  }),
];

function commands<Name extends string>(
  group: CommandGroup,
  rows: { readonly [Key in Name]: Row<Key> },
): readonly CommandEntry[] {
  return (Object.keys(rows) as Name[]).map((name) => {
    const [summary, load, ...aliases] = rows[name];
    return { name, summary, group, aliases, load: async () => (await load())[exportName(name)] };
  });
}

function exportName<Name extends string>(name: Name): ExportName<Name> {
  return name.replace(/[ -](.)/g, (_whole, letter: string) => letter.toUpperCase()) as ExportName<Name>;
}
