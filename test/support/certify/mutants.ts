import { join } from 'node:path';
import { root } from '../program/build.ts';

/** The golden integrations. `effects` are the flags that show what they did. */
export const programs = {
  node: {
    command: [process.execPath],
    file: 'test/support/certify/node/server.mjs',
    effects: (origin: string) => ['--effects-url', `${origin}/effects`],
    probe: [process.execPath, '--version'],
    packages: 'nodejs',
  },
  python: {
    // Debian's own Python: its packages are where the libraries are.
    command: ['/usr/bin/python3', '-B'],
    file: 'test/support/certify/python/server.py',
    effects: () => ['--effects', `/usr/bin/python3 -B ${join(root, 'test/support/certify/python/effects.py')}`],
    probe: ['/usr/bin/python3', '-c', 'import authlib.integrations.requests_client, cryptography, requests'],
    packages: 'python3-authlib python3-cryptography python3-requests',
  },
  /** Not golden: what the guide's page of code examples has, and no more. */
  flask: {
    command: ['/usr/bin/python3', '-B'],
    file: 'test/support/certify/python/example.py',
    effects: null,
    probe: ['/usr/bin/python3', '-c', 'import flask, requests'],
    packages: 'python3-flask python3-requests',
  },
} as const;
export type Program = keyof typeof programs;

/** One planted mistake, and the rules that it breaks: its own, and no other. */
export interface Mutant {
  readonly program: Program;
  readonly mutant: string;
  readonly rules: readonly string[];
  /** Whether it is seen only where the integration shows what it did and what it keeps. */
  readonly hasTraces: boolean;
  /** Tried in every run of the tests. */
  readonly isQuick: boolean;
}

const traces = ['effects-once', 'data-erased', 'tokens-encrypted'];

const quick = ['node state-ignored', 'node cut-is-the-end', 'python stores-after-use', 'python stops-at-page-one'];

const of = (program: Program, rows: Readonly<Record<string, readonly string[]>>): readonly Mutant[] =>
  Object.entries(rows).map(([mutant, rules]) => ({
    ...{ program, mutant, rules },
    hasTraces: rules.some((rule) => traces.includes(rule)),
    isQuick: quick.includes(`${program} ${mutant}`),
  }));

/**
 * What the example of the guide is found to lack. Its page says that it leaves out how tokens are kept and refreshed,
 * robust errors, and retries; a second signing secret it does not mention.
 */
export const exampleLacks = [
  'fewer-scopes',
  'expired-refreshed',
  'revoked-stops',
  'cursor-circle',
  'concurrent-limit',
  'delivery-rotation',
];

/** Mistakes that `certify` brings to light; those that watching sees are in the test of the audit. */
export const mutants: readonly Mutant[] = [
  ...of('node', {
    'state-ignored': ['state-checked'],
    'state-begins': ['state-checked'],
    'state-for-everybody': ['state-bound'],
    'keeps-attempt': ['code-once'],
    'denied-crashes': ['denied-handled'],
    'denied-exchanges': ['denied-handled'],
    'repeats-refused-code': ['code-refused-final'],
    'insists-on-token-type': ['token-answer-minimal'],
    'ignores-scope': ['fewer-scopes'],
    'stores-after-use': ['refresh-stored-first'],
    'stops-at-page-one': ['list-whole'],
    'stops-at-empty-page': ['empty-page-followed'],
    'follows-circles': ['cursor-circle'],
    'parses-cursor': ['cursor-opaque'],
    'cursor-unencoded': ['cursor-opaque'],
    'rejects-fields': ['unknown-tolerated'],
    'rejects-status': ['unknown-tolerated'],
    'refreshes-invalid': ['refresh-needless'],
    'branches-on-message': ['message-ignored'],
    'one-token-for-all': ['token-event'],
    'one-store-for-both': ['token-kind'],
    'forgets-other-events': ['second-event'],
    'cut-is-the-end': ['page-cut'],
    'html-is-the-end': ['page-html'],
    'gives-up-when-busy': ['concurrent-limit'],
    'reads-again': ['snapshot-used'],
    'works-before-answering': ['delivery-in-time'],
    'dedupes-before-verifying': ['delivery-forged-repeat'],
    'refuses-unknown-types': ['delivery-unknown-type'],
    'needs-an-event': ['delivery-null-event'],
    'repeats-lost-refresh': ['refresh-lost'],
    'parses-before-verifying': ['webhook-check'],
    'waits-a-moment': ['retry-after-waited'],
    'constant-wait': ['backoff'],
    hammers: ['backoff'],
    'parallel-refresh': ['refresh-single-flight'],
    'works-repeats': ['effects-once'],
    'keeps-deliveries': ['data-erased'],
    'tokens-in-clear': ['tokens-encrypted'],
    'logs-tokens': ['output-secrets'],
    'logs-names': ['output-people'],
  }),
  ...of('python', {
    'state-ignored': ['state-checked'],
    'same-verifier': ['pkce-fresh'],
    'stores-after-use': ['refresh-stored-first'],
    'parallel-refresh': ['refresh-single-flight'],
    'refreshes-revoked': ['refresh-after-revoked'],
    'no-accept': ['accept-pinned'],
    'stops-at-page-one': ['list-whole'],
    'stops-at-empty-page': ['empty-page-followed'],
    'drops-limit': ['limit-kept'],
    'waits-a-moment': ['retry-after-waited'],
    'constant-wait': ['backoff'],
    'takes-stale': ['delivery-stale'],
    'trusts-everybody': ['delivery-forged'],
    'refuses-repeats': ['delivery-repeat'],
    'needs-an-event': ['delivery-null-event'],
    'ignores-deletion': ['deletion-silence'],
    'looks-first': ['effects-once'],
    'keeps-deliveries': ['data-erased'],
  }),
];
