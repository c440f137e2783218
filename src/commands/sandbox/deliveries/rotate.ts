import type { CommandModule } from '../../../command-kit/command.ts';
import { valueItem } from '../../../output/item.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import type { Style } from '../../../text/style.ts';
import { chosenSandbox, steering } from '../../shared/sandbox/profile.ts';
import { askSandbox } from '../../shared/sandbox/remote.ts';
import { keepSigning } from '../shared/signing.ts';

interface SandboxRotateOptions {
  readonly finish: boolean;
}

/** The secrets that sign deliveries now, under the names `revento config` knows them by. */
type Signing = ResultOf<'rotate'>;

/** `revento sandbox rotate`: rotates the webhook signing secret; deliveries are signed with both until it is finished. */
export const sandboxRotate: CommandModule<SandboxRotateOptions> = {
  declare: (command) =>
    command
      .option('--finish', 'finish the rotation: only the new secret is used', false)
      .addHelpText(
        'after',
        [
          '\nUntil --finish, deliveries are signed alternately with the new and the old secret, starting with the new one.',
          'The profile "sandbox" gets both, so `revento -p sandbox webhook listen` accepts either, even when already running.',
          'A restart continues a rotation; `start --fresh` ends it.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox rotate': 'start a rotation: make a new secret and print both',
    "revento sandbox rotate --jq '.webhook_secret'": 'the same, printing only the new one',
    'revento sandbox rotate --finish': 'the old secret stops working',
  },
  layout: { shape: 'value' },

  async *run({ finish }, deps) {
    const signing = await askSandbox(deps, 'rotate', { finish });
    let isKept = false;
    try {
      isKept = await keepSigning(deps, signing);
    } finally {
      // Also where the profile cannot take it: the sandbox signs with the new secret by now, which nothing else shows.
      yield valueItem({ ...signing }, (style) =>
        finish ? describeEnd(style) : describeBegin(signing, { profile: chosenSandbox(deps), isKept }, style),
      );
    }
  },
};

function describeBegin(
  { webhook_secret: current, webhook_secret_previous: previous }: Signing,
  { profile, isKept }: { readonly profile: string; readonly isKept: boolean },
  style: Style,
): string {
  return [
    `${style.green('✓')} Rotation started: deliveries are now signed alternately with the new and the old secret`,
    `  REVENTO_WEBHOOK_SECRET           ${current}`,
    `  REVENTO_WEBHOOK_SECRET_PREVIOUS  ${previous ?? ''}`,
    isKept
      ? `The profile "${profile}" has both now; running listeners pick this up automatically.`
      : 'Set both in your app.',
    `Next: ${style.cyan(`${steering(profile)} trigger application.approved`)}, twice: your handler must accept both.`,
    `Then: ${style.cyan(`${steering(profile)} rotate --finish`)}`,
  ].join('\n');
}

function describeEnd(style: Style): string {
  return `${style.green('✓')} Rotation finished: only the new secret is used; reject anything signed with the old one`;
}
