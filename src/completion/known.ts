import type { SettingsFile } from '../config/types.ts';
import { isFileName } from '../files/file-name.ts';
import type { LoginKey } from '../login/login.ts';
import { kindInWords, userOf } from '../login/login-name.ts';
import type { StoredProfile } from '../ports/store.ts';
import type { Candidate } from './candidate.ts';
import { type AskSandbox, knownSandbox } from './known-sandbox.ts';
import type { Known } from './sources.ts';

/** Where the values that depend on this machine are found. Each may throw: what can't be read has no values. */
export interface Places {
  settingsFile(): Pick<SettingsFile, 'profiles' | 'defaultProfile'>;
  storedProfiles(): readonly StoredProfile[];
  /** REVENTO_PROFILE. */
  readonly environmentProfile: string | undefined;
  readonly askSandbox: AskSandbox;
  /** Called with what could not be read. */
  readonly onFailure: (error: unknown) => void;
}

/** Profiles and the events of their logins, from names of files and the settings; nothing sealed is opened. */
export function knownFrom({ settingsFile, storedProfiles, environmentProfile, askSandbox, onFailure }: Places): Known {
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      onFailure(error);
      return otherwise;
    }
  };
  const settings = () => attempt(() => settingsFile().profiles(), {});
  // Unusable names are not offered, and never one that a shell would run.
  const usable = (values: readonly Candidate[]) => values.filter(({ value }) => isFileName(value));
  const stored = () => attempt(() => storedProfiles(), []);
  const selectedOr = (profile: string | null) =>
    profile ?? (environmentProfile || attempt(() => settingsFile().defaultProfile(), 'default'));
  const keysOf = (name: string) => stored().find((one) => one.name === name)?.logins ?? [];

  return {
    sandbox: knownSandbox(askSandbox, onFailure),
    profiles() {
      const selected = environmentProfile || attempt(() => settingsFile().defaultProfile(), 'default');
      const logins = new Map(stored().map(({ name, logins: keys }) => [name, keys.length]));
      const names = new Set([...Object.keys(settings()), ...logins.keys(), 'default']);
      const candidates = [...names].sort().map((name) => {
        const about = [name === selected && 'selected', countOf(logins.get(name) ?? 0)].filter(Boolean).join(', ');
        return { value: name, about };
      });
      return usable(candidates);
    },
    users(profile) {
      const users = keysOf(selectedOr(profile)).flatMap((key) => {
        const value = userOf(key);
        return value === null ? [] : [{ value, about: key.eventId }];
      });
      return usable(users);
    },
    events(profile) {
      const name = selectedOr(profile);
      const keys = keysOf(name);
      const fallback = settings()[name]?.default_event;
      return usable(eventsOf(keys, fallback));
    },
  };
}

function countOf(logins: number): string {
  if (logins === 0) return 'no login';
  return logins === 1 ? '1 login' : `${logins} logins`;
}

function eventsOf(keys: readonly LoginKey[], fallback: string | undefined): Candidate[] {
  const about = new Map<string, string[]>();
  for (const { eventId, kind } of keys) {
    about.set(eventId, [...(about.get(eventId) ?? []), kindInWords(kind)]);
  }
  if (fallback !== undefined) about.set(fallback, [...(about.get(fallback) ?? []), 'default']);
  return [...about].map(([value, words]) => ({ value, about: words.join(', ') }));
}
