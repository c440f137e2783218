import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { AccessToken } from '../../login/login.ts';
import { userField } from '../../login/login-name.ts';
import { valueItem } from '../../output/item.ts';
import { formatDuration, isoTime, parseDuration } from '../../text/time.ts';
import { userIdOption, wantedLogin } from '../shared/login-choice.ts';
import { requireLogin } from '../shared/login-missing.ts';

interface TokenOptions {
  readonly minTtl: string;
  readonly user: boolean;
  readonly userId?: string;
}

/**
 * A token has exactly the requested life only in the instant it is issued; this much less still counts,
 * or `--min-ttl 1h` would refresh, and then fail, at every call.
 */
const toleranceMs = 60_000;

/** `revento token`: an access token for use elsewhere, such as curl; the text is the token and nothing else. */
export const token: CommandModule<TokenOptions> = {
  declare: (command) =>
    command
      .option('--min-ttl <duration>', 'refresh first unless it is valid for at least this long', '1m')
      .option('--user', "a participant's token", false)
      .option(...userIdOption),
  examples: {
    'curl -H "Authorization: Bearer $(revento token)" https://api.revento.example/api/v1/events/evt_test_published':
      'call the API with curl',
    'revento token --min-ttl 10m': 'a token that is valid for a longer job',
  },
  layout: { shape: 'value', isText: true },

  async *run({ minTtl, user, userId }, deps) {
    const minTtlMs = parseDuration(minTtl);
    const wanted = wantedLogin({ user, userId }, deps.event);
    const key = deps.environmentToken === null ? await requireLogin(wanted, 'token', deps) : null;
    const current = await (await (await deps.sessions()).source(key)).current(minTtlMs);
    requireLife(current, minTtlMs, minTtl, deps);
    const value = current.token.reveal();
    yield valueItem(
      {
        access_token: value,
        token_type: 'Bearer',
        expires_at: isoTime(current.expiresAt),
        event_id: current.key?.eventId ?? null,
        kind: current.key?.kind ?? null,
        ...(current.key !== null && userField(current.key)),
      },
      () => value,
    );
  },
};

function requireLife(
  { expiresAt, key }: AccessToken,
  minTtlMs: number,
  minTtl: string,
  { clock }: Pick<Deps, 'clock'>,
): void {
  if (expiresAt === null) return;
  const leftMs = expiresAt - clock.now();
  if (leftMs >= minTtlMs - toleranceMs && leftMs > 0) return;
  const life = formatDuration(Math.max(leftMs, 0));
  throw new ReventoError('failed', `The token is valid for only ${life}, which is less than --min-ttl ${minTtl}.`, {
    hint: 'use a shorter --min-ttl: access tokens are valid for about an hour',
    eventId: key?.eventId,
  });
}
