import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { loginInWords, userField } from '../../login/login-name.ts';
import { valueItem } from '../../output/item.ts';
import { isoTime, relativeTime } from '../../text/time.ts';
import { userIdOption, wantedLogin } from '../shared/login-choice.ts';
import { requireLogin } from '../shared/login-missing.ts';

interface TokenRefreshOptions {
  readonly user: boolean;
  readonly userId?: string;
}

/** `revento token refresh`: gets a new token pair now, even if the current one is valid. Prints no token. */
export const tokenRefresh: CommandModule<TokenRefreshOptions> = {
  declare: (command) => command.option('--user', "a participant's login", false).option(...userIdOption),
  examples: {
    'revento token refresh --event evt_test_published': 'a new token pair now',
    'revento token refresh --user': "the same for a participant's login",
  },
  layout: { shape: 'value', isText: true },

  async *run({ user, userId }, deps) {
    if (deps.environmentToken !== null) {
      throw new ReventoError('usage', 'The token in REVENTO_ACCESS_TOKEN is used as it is and cannot be refreshed.', {
        hint: 'unset REVENTO_ACCESS_TOKEN to use the stored logins',
      });
    }
    const key = await requireLogin(wantedLogin({ user, userId }, deps.event), 'token refresh', deps);
    const { expiresAt } = await (await deps.sessions()).refresh(key);
    const life =
      expiresAt === null ? '' : `; the new access token expires ${relativeTime(expiresAt, deps.clock.now())}`;
    yield valueItem(
      { event_id: key.eventId, kind: key.kind, ...userField(key), expires_at: isoTime(expiresAt) },
      (style) => `${style.green('✓')} Refreshed ${loginInWords(key)}${life}.`,
    );
  },
};
