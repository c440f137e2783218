import { describe, expect, it } from 'vitest';
import { readArgv } from '../../src/cli/argv.ts';
import { withProfileAdvice } from '../../src/cli/profile-advice.ts';
import { ReventoError } from '../../src/errors/revento-error.ts';
import { aLogin, memory, type World } from '../support/commands/deps.ts';

const noLogin = new ReventoError('not_logged_in', 'Profile has no login.', { hint: 'run: MAKE IT', lacks: 'login' });
const noSecret = new ReventoError('setting_missing', 'There is no secret.', {
  hint: 'set SECRET',
  lacks: 'webhook_secret',
});

async function advise(
  error: ReventoError,
  line: string,
  world: World,
  expected: string = error.code,
): Promise<{ message: string; hint: unknown }> {
  const argv = line.split(' ');
  const name = argv
    .filter((word) => /^[a-z]+$/.test(word) && word !== world.profile)
    .slice(0, 2)
    .join(' ');
  const { message, facts, code } = await withProfileAdvice(error, { name, line: readArgv(argv) }, memory(world).deps);
  expect(code).toBe(expected);
  return { message, hint: facts.hint };
}

describe('a profile that does not exist', () => {
  const profiles = { sandbox: { auth_base: 'http://127.0.0.1:4010' }, work: {} };

  it.each([
    [
      'a misspelled name',
      'sandbx',
      noLogin,
      '-p sandbx participants list',
      'did you mean sandbox? Run: revento -p sandbox participants list; to create sandbx, run: MAKE IT',
    ],
    [
      'a misspelled name with arguments',
      'sandbx',
      noSecret,
      '-psandbx webhook trigger x.y --to 3000',
      'did you mean sandbox? Run: revento -p sandbox webhook trigger …; to create sandbx, set SECRET',
    ],
    ['a port', '3000', noSecret, 'webhook listen -p 3000', '-p is short for --profile; for a port, use --port 3000'],
    ['a port where none is taken', '3000', noLogin, 'participants list -p 3000', '-p is short for --profile'],
  ])('is what is said of %s', async (_what, profile, error, line, hint) => {
    expect(await advise(error, line, { profile, profiles }, 'usage')).toEqual({
      message: `There is no profile "${profile}".`,
      hint,
    });
  });

  it('that resembles no other is taken for a new one: the error still names what is missing', async () => {
    const world = { profile: 'staging', profiles };
    expect(await advise(noSecret, '-p staging webhook listen', world, 'usage')).toEqual({
      message: noSecret.message,
      hint: 'profile "staging" does not exist yet (existing: sandbox, work); to create staging, set SECRET',
    });
    expect((await advise(noSecret, '-p staging webhook listen', { profile: 'staging' }, 'usage')).hint).toBe(
      'profile "staging" does not exist yet; to create staging, set SECRET',
    );
  });

  it('is made by a sandbox, when it is the one of that name', async () => {
    const { message, hint } = await advise(noLogin, '-p sandbox webhook listen', { profile: 'sandbox' }, 'usage');
    expect(message).toBe('There is no profile "sandbox".');
    expect(hint).toBe('a sandbox creates it; run: revento sandbox start');
  });
});

describe('where another profile has what is missing, it is named', () => {
  it('for a login of the kind that is needed', async () => {
    const world = {
      logins: { people: [aLogin({ kind: 'user' })], sandbox: [aLogin()] },
      profiles: { empty: { client_id: 'c' } },
    };
    const ofAn = (kind: 'installation' | 'user') =>
      new ReventoError('not_logged_in', noLogin.message, { ...noLogin.facts, kind });
    expect((await advise(ofAn('installation'), 'participants list', world)).hint).toBe(
      'profile "sandbox" has one: revento -p sandbox participants list; or run: MAKE IT',
    );
    expect((await advise(ofAn('user'), 'me profile', world)).hint).toContain('revento -p people me profile');
  });

  it('for a signing secret, and not where there are only others', async () => {
    const secrets = { other: { client_secret: 'x' }, sandbox: { webhook_secret: 'y' } };
    const { message, hint } = await advise(noSecret, 'webhook listen', { secrets });
    expect(message).toBe(noSecret.message);
    expect(hint).toBe('profile "sandbox" has one: revento -p sandbox webhook listen; or set SECRET');
  });

  it('for a setting', async () => {
    const error = new ReventoError('setting_missing', 'No client.', { hint: 'set IT', lacks: 'client_id' });
    const { hint } = await advise(error, 'login', { profiles: { work: {}, sandbox: { client_id: 'c' } } });
    expect(hint).toBe('profile "sandbox" has one: revento -p sandbox login; or set IT');
  });

  it('and no other failure is touched', async () => {
    const error = new ReventoError('setting_missing', 'Something else.');
    expect(await withProfileAdvice(error, { name: 'x', line: readArgv([]) }, memory({ profile: 'gone' }).deps)).toBe(
      error,
    );
    expect(await withProfileAdvice(noSecret, { name: 'x', line: readArgv([]) }, memory().deps)).toBe(noSecret);
  });
});
