import type { CommandModule } from '../../../command-kit/command.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import type { Delivery } from '../../../sandbox/deliveries/delivery.ts';
import { counted } from '../../../text/sentence.ts';
import { askSandbox, eventFlag } from '../../shared/sandbox/remote.ts';
import { describeDelivery, settle } from '../shared/delivery.ts';

interface SandboxRevokeOptions {
  readonly user: boolean;
}

/** `revento sandbox revoke`: revokes consent, as the organizer or participant would in Revento. */
export const sandboxRevoke: CommandModule<SandboxRevokeOptions> = {
  declare: (command) =>
    command
      .option('--user', 'revoke the user logins of participants', false)
      .addHelpText(
        'after',
        '\nThe API then answers token_revoked, and data.deletion_required is sent to the webhook URL.',
      ),
  examples: {
    'revento sandbox revoke': 'end the organizer’s logins for the test event',
    'revento sandbox revoke --user': 'end the participants’ logins',
  },
  layout: { shape: 'value' },

  async *run({ user }, deps) {
    const kind = user ? 'user' : 'installation';
    const { deliveries: begun, ...facts } = await askSandbox(deps, 'revoke', { kind, ...eventFlag(deps) });
    const deliveries: Delivery[] = [];
    for (const one of begun) deliveries.push(await settle(deps, one, false));
    yield item({ ...facts, deliveries });
  },
};

function item(data: ResultOf<'revoke'>): Item {
  const { revoked, event_id: eventId, deliveries } = data;
  return valueItem(data, (style) =>
    [
      `${style.green('✓')} ${counted(revoked, 'login')} of ${eventId} revoked`,
      ...deliveries.map((one) => describeDelivery(one, style)),
    ].join('\n'),
  );
}
