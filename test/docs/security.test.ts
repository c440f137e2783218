import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/program/build.ts';

/** Tests by file, each by words of its name, or its whole name. */
type Proof = Readonly<Record<string, readonly string[]>>;

/** What holds each row of the table and each point of SECURITY.md: the tests that fail when it is no longer true. */
const proofs: Readonly<Record<string, Proof>> = {
  'access and refresh tokens, client secret, webhook secrets': {
    'bin/store/stolen-copies.test.ts': [
      'is of no use in a copy of the settings directory, which lacks the key',
      'can be used from a copy of the whole home: that is not protected from',
      'readable for this user alone, whatever the umask',
      'that was swapped with another is refused',
      'that was %s is refused',
    ],
    'platform/key/envelope.test.ts': ['is refused when any one bit of it is changed', 'is AES-256-GCM under the key'],
  },
  'a sandbox between two starts': {
    'bin/sandbox/restart.test.ts': ['keeps nothing in the clear', 'is reported and moved aside'],
    'platform/store/sealed-log.test.ts': [
      'holds nothing in the clear, for this user alone',
      'with %s is read up to there, and said to be damaged',
      'does not take a line of an earlier file',
      'does not open in the place of another profile',
    ],
    'sandbox/saved/snapshot.test.ts': ['holds no token in the clear'],
  },
  "attendees' data": {
    'commands/webhook/listen/listen/record.test.ts': ['appends every delivery as printed, for its owner only'],
    'bin/output/choice.test.ts': ['writes what stdout would get, for this user only'],
    'bin/sandbox/save.test.ts': ['continues with its login, its people and its credentials'],
    'docs/privacy.test.ts': ['says what passes through %s', 'lists the file of %s'],
  },
  'the key, `key_store keyfile` (default)': {
    'platform/key/key-source.test.ts': ['is made by the first login, 32 bytes, 0600, and shared by all'],
  },
  'the key, `key_store keyring`': {
    'bin/store/keyring.test.ts': ['opens without any key file', 'as in cron or over ssh'],
  },
  'the key, `REVENTO_STORE_KEY`': {
    'bin/store/stolen-copies.test.ts': ['without the passphrase, or with another'],
    'platform/key/key-source.test.ts': ['seals nothing new, and says so'],
  },
  'A stolen authorization code': {
    'auth/sign-in/authorize.test.ts': [
      'asks for a code, with PKCE S256',
      'has a new state and a new challenge each time',
      'is taken once: the state is spent with the first answer',
    ],
    'flow/login-listener.test.ts': ['is not reachable under the addresses this machine has on a network'],
  },
  'A hostile web page during login': {
    'flow/login-listener.test.ts': [
      'no web page can end a login',
      'two Host lines are refused',
      'a %s of the right address is not the answer',
      'every page carries its safety headers',
    ],
    'auth/sign-in/authorize.test.ts': ['with %s twice is rejected, and the login continues'],
  },
  'A lost login': {
    'bin/refresh/race.test.ts': ['make one token request, and all of them get the new token'],
    'bin/refresh/disk.test.ts': [
      'that fills up while the request is under way finds the space',
      'stops a refresh before anything is sent',
    ],
    'bin/store/rolled-back.test.ts': [
      'is refused before its spent token is sent',
      'under a passphrase, too',
      'keeps the marks of both, and both logins work',
      '(%s) loses no login',
    ],
  },
  'A changed host': {
    'bin/login/host-changed.test.ts': [
      'gets no token, and the command that accepts it is named and works',
      'an auth base that was changed outside of the tool',
    ],
    'auth/session/api-binding.test.ts': [
      'stay bound through a refresh',
      'of an earlier version are bound to the first API',
    ],
  },
  'Files that somebody else put there': {
    'bin/machine/own-files.test.ts': ['%s keeps no command from ending'],
    'bin/config/foreign.test.ts': [
      'that every user can change sends nothing anywhere',
      'is reported when a secret is stored or used',
    ],
    'bin/machine/sudo.test.ts': [
      'all that is made belongs to the user',
      'leads to a file of root alone shows nothing of it',
    ],
    'bin/machine/named-pipes.test.ts': ['leave a device a device', 'and the pipe stays'],
    'bin/package/compile-cache.test.ts': [
      'is neither read nor kept where %s',
      'is not kept in a directory that a checkout names',
    ],
  },
  'A forged or replayed webhook': {
    'webhook/signature.test.ts': [
      'refuses a body with one byte changed, at any place',
      'accepts the previous secret during a rotation',
    ],
    'webhook/listener/duplicates.test.ts': ['takes a known delivery id, and a known signature, for a duplicate'],
    'commands/webhook/replay/replay.test.ts': [
      'all of them were invalid, and never signs one',
      'never signs what only the file calls verified',
    ],
  },
  'Secrets in logs': {
    'bin/machine/leaks.test.ts': [
      'no secret gets out of',
      'a child is given no secret that it does not need',
      'nothing secret is taken as an argument',
    ],
  },
  'Data and secrets in what an integration writes': {
    'bin/privacy/scan.test.ts': [
      'finds what is planted, and fails once consent was revoked',
      'fails on tokens and secrets at once, without showing them',
      'fails on what the command prints, and leaves its output as it is',
      'says what it could not read, and does not call that clean',
    ],
  },
  'A forwarder as a way into the network': {
    'webhook/targets.test.ts': ['beyond this machine needs --allow-remote'],
    'platform/http/forwarder.test.ts': [
      'connects beyond loopback when that is allowed',
      "it.each(['192.0.2.1', '169.254.169.254'",
    ],
    'commands/webhook/listen/listen/text.test.ts': ['names where a redirect points, which is not followed'],
  },
  'Hostile text in answers': {
    'bin/api/hostile-text.test.ts': ['shows what a server sent without its control characters'],
    'output/csv.test.ts': ['＝1', 'contain no control sequences for a terminal'],
  },
  "Other people's code": {
    'bin/package/package.test.ts': [
      'needs no other package, and asks for one optional one',
      'runs nothing when it is installed',
    ],
    'bin/package/dependencies.test.ts': [
      'is listed with its license, at the version of the lock file',
      'fails for a vulnerability in %s, which users get',
      'says so when the registry gives no advisories',
    ],
  },
  'Logging out': {
    'bin/login/logout.test.ts': [
      'leaves nothing of a login that was used',
      'asks the server for nothing, and says who revokes',
    ],
  },
};

const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const rows = [...text.matchAll(/^\| (?!asset |---)(.+?) \|/gm)].map(([, asset = '']) => asset);
const points = [...text.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, point = '']) => point);

/** Sections that are prose. */
const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title).slice(2);

describe('SECURITY.md', () => {
  it('has tests for every row, every point and every other section, and for nothing else', () => {
    expect([...rows, ...points, ...sections]).toEqual(Object.keys(proofs));
  });

  it.each(Object.entries(proofs))('is held to its words on %s', (_, proof) => {
    for (const [file, names] of Object.entries(proof)) {
      const source = readFileSync(join(root, 'test', file), 'utf8');
      for (const name of names) expect(source, file).toContain(name);
    }
  });
});
