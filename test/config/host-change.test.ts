import { describe, expect, it } from 'vitest';
import { confirmHostWith, type HostChange } from '../../src/config/host-change.ts';
import type { SettingSource } from '../../src/config/types.ts';

const change: HostChange = {
  what: 'The client secret',
  setting: 'auth_base',
  from: 'https://auth.test',
  to: 'https://new.test',
};

/** A user who gives this answer; null for one who cannot be asked. */
function user(answer: string | null, source: SettingSource = 'profile') {
  const shown: string[] = [];
  const confirm = confirmHostWith({
    profile: 'work',
    settings: { get: () => ({ value: change.to, source }) },
    terminal: {
      isInteractive: answer !== null,
      notice: (text) => shown.push(text),
      ask: async (question) => {
        shown.push(question);
        return answer ?? '';
      },
    },
    signal: new AbortController().signal,
  });
  return { shown, confirm };
}

describe('a credential that would go to another host', () => {
  it.each(['y', 'Y', 'yes', ' YES '])('goes there when the user answers %j', async (answer) => {
    const { confirm, shown } = user(answer);
    await expect(confirm(change)).resolves.toBeUndefined();
    expect(shown.join('\n')).toContain('https://auth.test');
    expect(shown.join('\n')).toContain('https://new.test');
  });

  it.each(['', 'n', 'no', 'yes please', 'https://new.test'])('stays when the user answers %j', async (answer) => {
    await expect(user(answer).confirm(change)).rejects.toMatchObject({ code: 'host_changed' });
  });

  it('stays where nobody can be asked, and the command that accepts the host is named', async () => {
    const { confirm, shown } = user(null);
    await expect(confirm(change)).rejects.toMatchObject({
      code: 'host_changed',
      facts: { hint: expect.stringContaining('run: revento -p work config set auth_base https://new.test;') },
    });
    expect(shown).toEqual([]);
  });

  it.each<[SettingSource, string]>([
    ['profile', 'in profile "work"'],
    ['environment', 'from the environment'],
    ['flag', 'from a flag'],
    ['default', 'from the default'],
  ])('is reported with where the host comes from: %s', async (source, words) => {
    await expect(user(null, source).confirm(change)).rejects.toThrow(words);
  });
});
