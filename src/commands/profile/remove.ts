import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKey } from '../../login/login.ts';
import { loginInWords } from '../../login/login-name.ts';
import { valueItem } from '../../output/item.ts';
import { requireProfile } from '../shared/profile-names.ts';
import { whereToRevoke } from '../shared/where-to-revoke.ts';

interface ProfileRemoveOptions {
  readonly name: string;
  readonly yes: boolean;
}

/** `revento profile remove`: a profile's settings, sealed secrets and, with `--yes` or a yes, its logins. */
export const profileRemove: CommandModule<ProfileRemoveOptions> = {
  declare: (command) =>
    command
      .argument('<name>', 'profile, see `revento profile list`')
      .option('-y, --yes', 'also when it still has logins, which are deleted', false),
  examples: {
    'revento profile remove staging': 'asks first when it still has logins',
    'revento profile remove sandbox --yes': 'with the logins it holds',
  },
  layout: { shape: 'value', isText: true },

  async *run({ name, yes }, deps) {
    await requireProfile(name, deps);
    const stored = (await deps.storedProfiles()).find((profile) => profile.name === name);
    const logins = stored?.logins ?? [];
    if (logins.length > 0 && !yes && !(await isConfirmed(name, logins, deps))) {
      throw new ReventoError('failed', `Profile "${name}" was left as it is.`);
    }
    // Settings last: a run that is cut short leaves a profile that can be removed again.
    const sessions = await deps.sessions(name);
    for (const key of [...logins, ...(stored?.remnants ?? [])]) await sessions.forget(key);
    await (await deps.secrets(name)).forget();
    await deps.discardProfile(name);
    await (await deps.settingsFile()).remove(name);
    yield valueItem(
      { profile: name, forgotten: logins.map(({ eventId, kind }) => ({ event_id: eventId, kind })) },
      (style) => {
        const also = logins.length === 0 ? '' : `, and with it ${logins.map(loginInWords).join(', ')}`;
        return `${style.green('✓')} Removed profile "${name}"${also}.`;
      },
    );
    if (logins.length > 0) deps.terminal.notice(`note: ${whereToRevoke(logins)}`);
  },
};

async function isConfirmed(
  name: string,
  logins: readonly LoginKey[],
  { terminal, signal }: Pick<Deps, 'signal' | 'terminal'>,
): Promise<boolean> {
  const what = `Profile "${name}" has ${logins.length === 1 ? 'a login' : `${logins.length} logins`}`;
  if (!terminal.isInteractive) {
    throw new ReventoError('usage', `${what}: ${logins.map(loginInWords).join(', ')}.`, {
      hint: `to forget ${logins.length === 1 ? 'it' : 'them'} as well, run: revento profile remove ${name} --yes`,
    });
  }
  const answer = await terminal.ask(`${what}. Forget ${logins.length === 1 ? 'it' : 'them'} as well? [y/N] `, {
    signal,
  });
  return /^y(es)?$/i.test(answer.trim());
}
