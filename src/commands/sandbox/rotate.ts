import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { ResultOf } from '../../sandbox/control/operations.ts';
import type { Style } from '../../text/style.ts';
import { chosenSandbox, hasSandboxProfile, steering } from './shared/profile.ts';
import { askSandbox } from './shared/remote.ts';

export interface SandboxRotateOptions {
  readonly finish: boolean;
}

/** The secrets that sign deliveries now, under the names `revento config` knows them by. */
type Signing = ResultOf<'rotate'>;

/** `revento sandbox rotate`: rehearses the rotation of the webhook signing secret, during which both may sign. */
export const sandboxRotate: CommandModule<SandboxRotateOptions> = {
  declare: (command) =>
    command
      .option('--finish', 'end the rotation: from now on only the new secret signs', false)
      .addHelpText(
        'after',
        [
          '\nUntil --finish, deliveries are signed with the new and the old secret in turn; the new one begins.',
          'The profile "sandbox" is given both, so `revento -p sandbox webhook listen` verifies either, also one that runs already.',
          'Restarting the sandbox ends a rotation as well.',
        ].join(' '),
      ),
  examples: [
    { command: 'revento sandbox rotate', explains: 'begin: makes a new secret and prints both' },
    {
      command: "revento sandbox rotate --jq '.webhook_secret'",
      explains: 'the same, printing only the new one',
    },
    { command: 'revento sandbox rotate --finish', explains: 'the old one is dead from here on' },
  ],
  layout: { shape: 'value' },

  async *run({ finish }, deps) {
    const signing = await askSandbox(deps, 'rotate', { finish });
    const isKept = await keep(deps, signing);
    yield {
      kind: 'value',
      data: { ...signing },
      text: (style) =>
        finish ? describeEnd(style) : describeBegin(signing, { profile: chosenSandbox(deps), isKept }, style),
    };
    return undefined;
  },
};

/** Gives the profile the secrets, if that is where the sandbox was found; says whether it did. */
async function keep(deps: Deps, { webhook_secret: current, webhook_secret_previous: previous }: Signing) {
  for (const secret of [current, previous]) if (secret !== null) deps.redactor.add(secret);
  if (!(await hasSandboxProfile(deps))) return false;
  const secrets = await deps.secrets(chosenSandbox(deps));
  await secrets.set('webhook_secret', current);
  await secrets.set('webhook_secret_previous', previous);
  return true;
}

function describeBegin(
  { webhook_secret: current, webhook_secret_previous: previous }: Signing,
  { profile, isKept }: { readonly profile: string; readonly isKept: boolean },
  style: Style,
): string {
  return [
    `${style.green('✓')} Rotation begun: the new and the old secret sign in turn`,
    `  REVENTO_WEBHOOK_SECRET           ${current}`,
    `  REVENTO_WEBHOOK_SECRET_PREVIOUS  ${previous ?? ''}`,
    isKept
      ? `The profile "${profile}" has both now; a listener that runs with it takes them over.`
      : 'Set both before you verify.',
    `Next: ${style.cyan(`${steering(profile)} trigger application.approved`)}, twice: your handler must take both.`,
    `Then: ${style.cyan(`${steering(profile)} rotate --finish`)}`,
  ].join('\n');
}

function describeEnd(style: Style): string {
  return `${style.green('✓')} Rotation finished: only the new secret signs; a delivery signed with the old one is forged`;
}
