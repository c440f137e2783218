import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { webhookCheck } from '../../../src/commands/webhook/check/check.ts';
import type { Machine } from '../../support/docs/machine.ts';
import { connectToRevento, credentials } from '../../support/docs/real-revento.ts';
import type { Answers } from '../../support/docs/terminal.ts';
import { withVendoredPackage } from '../../support/docs/vendored.ts';
import { revento, root } from '../../support/program/build.ts';
import { until } from '../../support/until.ts';

/** What stands around the blocks of a section, and what a reader would notice after them. */
interface Scene {
  readonly prepare?: (machine: Machine) => Promise<void> | void;
  readonly answers?: Answers;
  readonly check?: (machine: Machine) => Promise<void> | void;
}

const read = (machine: Machine, name: string) => readFileSync(join(machine.project, name), 'utf8');
const write = (machine: Machine, name: string, text: string) => writeFileSync(join(machine.project, name), text);

/** A project whose tests are this shell command. */
const testedBy = (command: string) => (machine: Machine) =>
  write(machine, 'package.json', JSON.stringify({ scripts: { test: command } }));

async function shown(machine: Machine, terminal: number, pattern: RegExp): Promise<void> {
  const at = machine.terminal(terminal);
  await until(
    () => pattern.test(at.output),
    () => `Terminal ${terminal} shows ${pattern}; it shows: ${at.output}`,
  );
}

/** A project with the library and a test runner in it. */
function withLibrary({ project }: Machine): void {
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(dirname(dirname(revento)), join(modules, 'revento'));
  symlinkSync(join(root, 'node_modules/vitest'), join(modules, 'vitest'));
  symlinkSync(join(root, 'node_modules/vitest/vitest.mjs'), join(modules, '.bin/vitest'));
}

/** A machine that is logged in to a running sandbox, with its settings in the environment. */
async function loggedIn(machine: Machine): Promise<void> {
  const terminal = machine.terminal(9);
  const file = join(machine.home, 'sandbox.env');
  machine.spawn('revento', ['sandbox', 'start', '--write-env', file]);
  // It serves a moment before it has defined its profile; the file comes last.
  await until(() => existsSync(file), 'the sandbox has saved its settings');
  terminal.start('revento profile use sandbox\nrevento login');
  expect([await terminal.ended(), terminal.output]).toEqual([0, expect.anything()]);
  for (const [, name = '', value = ''] of readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm)) {
    if (/API_BASE|EVENT_ID/.test(name)) machine.env[name] = value.replace(/^(["'])(.*)\1$/, '$2');
  }
}

const connect = 'http://localhost:3000/connect';

/** A project whose `npm start` is an integration that breaks no rule; with its settings for certify. */
function certified(machine: Machine, settings?: Readonly<Record<string, string>>): void {
  const server = join(root, 'test/support/certify/node/server.mjs');
  // What it stores is of one sandbox.
  const start = `mkdir -p data/$REVENTO_CLIENT_ID && GOLDEN_HOME=data/$REVENTO_CLIENT_ID node ${server}`;
  write(machine, 'package.json', JSON.stringify({ scripts: { start } }));
  machine.env['REQUESTS_A_MINUTE'] = '100000';
  if (settings === undefined) return;
  write(machine, 'certify.json', JSON.stringify({ start: ['npm', 'start'], ...settings }));
}

/** By page and section. A section without a scene runs on an empty machine, and each of its blocks ends with 0. */
export const scenes: Readonly<Record<string, Readonly<Record<string, Scene>>>> = {
  'README.md': {
    '60 seconds': {
      check: async (machine) => {
        expect(read(machine, 'participants.csv').split('\r\n').length).toBeGreaterThan(26);
        await shown(machine, 2, /verified application\.approved/);
        await shown(machine, 3, /503/);
      },
    },
    'Your test suite': {
      prepare: testedBy('revento login && revento participants list --limit 1 > seen.txt'),
      check: (machine) => expect(read(machine, 'seen.txt')).toMatch(/ptp_/),
    },
    'Against real Revento': {
      prepare: connectToRevento,
      answers: [
        [/client_secret.*: $/, credentials.clientSecret],
        [/webhook_secret.*: $/, credentials.webhookSecret],
      ],
      check: (machine) => shown(machine, 1, /ptp_/),
    },
  },
  'CONTRIBUTING.md': {
    Commits: {
      prepare: async (machine) => {
        await once(machine.spawn('git', ['init', '--quiet']), 'close');
      },
      check: (machine) => expect(read(machine, '.git/config')).toContain('.git-blame-ignore-revs'),
    },
  },
  'docs/certify.md': {
    'A first run': { prepare: (machine) => certified(machine) },
    'The whole run': { prepare: (machine) => certified(machine) },
    'Reading the report': {
      prepare: (machine) => certified(machine, { connect, sync: 'http://localhost:3000/sync' }),
      check: (machine) => expect(read(machine, 'passport.html')).toContain('<h1>Integration passport</h1>'),
    },
    'In CI': { prepare: (machine) => certified(machine, { connect }) },
  },
  'docs/ci.md': {
    'Output and exit codes': {
      prepare: loggedIn,
      check: (machine) => shown(machine, 1, /^ptp_\w+\n/m),
    },
    'Installing the tool in your project': {
      prepare: (machine) => withVendoredPackage(machine),
      check: (machine) => expect(read(machine, 'package-lock.json')).toContain('vendor/revento-0.1.0.tgz'),
    },
    'Testing what you do with webhooks': {
      prepare: async (machine) => {
        machine.env['REVENTO_WEBHOOK_SECRET'] = credentials.webhookSecret;
        testedBy('revento webhook trigger application.approved && revento webhook trigger participant.registered')(
          machine,
        );
        const handler = machine.terminal(9);
        handler.start('revento help webhooks -q .node > receiver.mjs\nnode receiver.mjs');
        await until(() => machine.isServing(3000), 'the handler is there');
      },
      check: (machine) => shown(machine, 9, /participant\.registered/),
    },
  },
  'docs/sandbox.md': {
    'Test data of your own': { check: (machine) => shown(machine, 1, /ptp_ada[\s\S]*ptp_grace/) },
    'Who can sign in': { check: (machine) => shown(machine, 1, /application_status/) },
    'A scenario of your own': {
      prepare: async (machine) => {
        const file = join(machine.home, 'sandbox.env');
        machine.spawn('revento', ['sandbox', 'start', '--write-env', file]);
        await until(() => existsSync(file), 'the sandbox has saved its settings');
        machine.spawn('revento', ['-p', 'sandbox', 'webhook', 'listen']);
        await until(() => machine.isServing(4400), 'the listener is there');
      },
      check: (machine) => shown(machine, 1, /7 of 7 steps passed/),
    },
  },
  'docs/sandbox-api.md': {
    'The control API of the sandbox': { check: (machine) => shown(machine, 2, /"started_at":/) },
    Operations: {
      prepare: async (machine) => {
        const file = join(machine.home, 'sandbox.env');
        machine.spawn('revento', ['sandbox', 'start', '--write-env', file]);
        await until(() => existsSync(file), 'the sandbox has saved its settings');
        const terminal = machine.terminal(1);
        terminal.start('eval "$(revento sandbox env)"');
        expect([await terminal.ended(), terminal.output]).toEqual([0, expect.anything()]);
      },
      check: (machine) => shown(machine, 1, /"first_name":"Ada"/),
    },
  },
  'docs/testing.md': {
    'In JavaScript and TypeScript': {
      prepare: withLibrary,
      check: (machine) => shown(machine, 1, /1 passed/),
    },
    'In any language': {
      prepare: testedBy('revento sandbox do approve > done.txt; test -s done.txt'),
      check: (machine) => shown(machine, 1, /^true$/m),
    },
    'The audit': { check: (machine) => shown(machine, 1, /held/) },
  },
  'docs/tokens.md': {
    'Using a token elsewhere': {
      prepare: async (machine) => {
        await loggedIn(machine);
        write(machine, 'secret.txt', 'whsec_read_from_a_file');
      },
      check: (machine) => shown(machine, 1, /"id":\s*"evt_test_published"/),
    },
    'Logging out': { prepare: loggedIn },
  },
  'docs/webhooks.md': {
    'When a delivery is rejected': {
      check: (machine) => shown(machine, 1, /stale_timestamp/),
    },
    'Record and replay': {
      check: (machine) => shown(machine, 1, /application\.approved evt_/),
    },
    'Rotating the signing secret': {
      check: (machine) => shown(machine, 2, /previous secret/),
    },
  },
};

/** Blocks that no test can run as they stand, and what is checked instead. */
export const checkedElsewhere: readonly {
  readonly block: RegExp;
  readonly where: string;
  readonly check: (text: string) => void;
}[] = [
  {
    block: /^npm (ci|install -g)/m,
    where: '.ci/run types the lines of npm on a clean checkout, and package.test.ts installs the package globally',
    check: (text) => {
      const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts);
      const ran = readFileSync(join(root, '.ci/run'), 'utf8');
      for (const [, words = ''] of text.matchAll(/(?:^|&& )npm ([^#&\n]+)/gm)) {
        const [verb = '', script = verb] = words.trim().replace(/^run /, '').split(' ');
        expect([...scripts, 'ci', 'pack', 'install'], words).toContain(verb);
        if (verb === 'ci' || verb === 'start') expect(ran).toContain(`npm ${script}`);
      }
    },
  },
  {
    block: /^revento webhook check 3000 --effects/m,
    where: 'it is an example of the command, which help/examples.test.ts runs; no such database is here',
    check: (text) => expect(Object.keys(webhookCheck.examples ?? {})).toContain(text.trim()),
  },
];
