import type { CommandModule } from '../../command-kit/command.ts';
import type { Json } from '../../json/value.ts';
import type { Item } from '../../output/item.ts';
import { asDelivery, describeDelivery, settle, toJson } from './shared/delivery.ts';
import { askSandbox, eventFlag, isRecord } from './shared/remote.ts';

export interface SandboxRevokeOptions {
  readonly user: boolean;
}

/** `revento sandbox revoke`: takes consent back, as the organizer or participant would in Revento. */
export const sandboxRevoke: CommandModule<SandboxRevokeOptions> = {
  declare: (command) =>
    command
      .option('--user', 'as the participants, who end their user tokens', false)
      .addHelpText(
        'after',
        '\nTokens then answer token_revoked, and data.deletion_required is sent to the webhook URL.',
      ),
  examples: [
    { command: 'revento sandbox revoke', explains: 'end the organizer’s logins of the test event' },
    { command: 'revento sandbox revoke --user', explains: 'end the participants’ logins' },
  ],
  layout: { shape: 'value' },

  async *run({ user }, deps) {
    const body = { kind: user ? 'user' : 'installation', at_once: true, ...eventFlag(deps) };
    const answer = await askSandbox(deps, 'POST', '/revoke', body);
    const { deliveries: begun, ...facts } = isRecord(answer) ? answer : {};
    const deliveries: Json[] = [];
    for (const one of Array.isArray(begun) ? begun : []) {
      deliveries.push(toJson(await settle(deps, asDelivery(one), false)));
    }
    yield item({ ...facts, deliveries });
    return undefined;
  },
};

function item(data: Json): Item {
  const { revoked, event_id: eventId, deliveries } = isRecord(data) ? data : {};
  return {
    kind: 'value',
    data,
    text: (style) =>
      [
        `${style.green('✓')} ${revoked} ${revoked === 1 ? 'login' : 'logins'} of ${eventId} revoked`,
        ...(Array.isArray(deliveries) ? deliveries : []).map((one: Json) => describeDelivery(asDelivery(one), style)),
      ].join('\n'),
  };
}
