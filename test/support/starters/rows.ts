import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../program/build.ts';
import { javaFormatter, kotlinCompiler, kotlinFormatter, lackOf } from '../program/needs.ts';
import type { NotRun } from './matrix.ts';

/** How one starter is tried. A new language or framework is a row here. */
export interface StarterRow {
  readonly language: string;
  readonly framework: string;
  /** Prints the version of the language somewhere in its first line. */
  readonly version: string;
  /** Compiles it. */
  readonly build?: string;
  /** Runs its own tests. */
  readonly test: string;
  /** Formatter and linter, which print nothing; left out for Node, which `npm run check` looks at in place. */
  readonly style?: string;
  /** Packages of npm that these commands use, by the variable that gets the directory of each. */
  readonly tools?: Readonly<Record<string, string>>;
  /** What this machine lacks; null for nothing. */
  readonly lack: string | null;
}

/** Starters that none of our machines can run, with what they lack; `init --list` says so. */
export const notRunRows: readonly NotRun[] = [];

export const starterRows: readonly StarterRow[] = [
  { language: 'node', framework: 'express', version: 'node --version', test: 'npm test', lack: null },
  { language: 'node', framework: 'none', version: 'node --version', test: 'npm test', lack: null },
  {
    language: 'python',
    framework: 'flask',
    version: 'python3 --version',
    test: 'python3 -m unittest',
    style: 'black --quiet --check --line-length 120 . && flake8 --max-line-length 120',
    lack: lackOf('python starter'),
  },
  {
    language: 'python',
    framework: 'fastapi',
    version: 'python3 --version',
    test: 'python3 -m unittest',
    style: 'black --quiet --check --line-length 120 . && flake8 --max-line-length 120',
    lack: lackOf('python starter', 'fastapi'),
  },
  {
    language: 'go',
    framework: 'net/http',
    version: 'go version',
    build: 'go build -o revento-integration .',
    test: 'go test',
    style: 'gofmt -l . && go vet ./...',
    lack: lackOf('go'),
  },
  {
    language: 'ruby',
    framework: 'sinatra',
    version: 'ruby --version',
    test: 'ruby test/all.rb',
    style: 'rubocop --cache false --format emacs --except Metrics,Style/Documentation',
    lack: lackOf('ruby starter'),
  },
  {
    language: 'php',
    framework: 'none',
    version: 'php --version',
    test: 'phpunit',
    style: 'phpcs -q --standard=PSR12 *.php tests',
    lack: lackOf('php starter'),
  },
  {
    language: 'java',
    framework: 'jdk',
    version: 'javac -version',
    tools: { FORMATTER: javaFormatter },
    build: readmeBlock('java', 0),
    test: readmeBlock('java', 1),
    // Names the files that it would change.
    style: "java -jar $FORMATTER/lib/*.jar --dry-run $(find src -name '*.java')",
    lack: lackOf('java starter'),
  },
  {
    language: 'csharp',
    framework: 'aspnet',
    version: 'dotnet --version',
    build: 'dotnet build --configuration Release',
    test: 'dotnet test tests',
    lack: lackOf('dotnet'),
  },
  {
    language: 'kotlin',
    framework: 'jdk',
    version: `echo ${kotlinCompiler}`,
    tools: { KOTLIN: kotlinCompiler, FORMATTER: kotlinFormatter },
    build: readmeBlock('kotlin', 0),
    test: readmeBlock('kotlin', 1),
    style: "java -jar $FORMATTER/resources/ktlint 'src/**/*.kt' '*.kts'",
    lack: lackOf('kotlin starter'),
  },
];

/** The commands of one of the shell blocks of a starter's README: the documented commands are the tested ones. */
function readmeBlock(language: string, at: number): string {
  const readme = readFileSync(join(root, 'templates', language, 'README.md'), 'utf8');
  const block = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)][at]?.[1];
  if (block === undefined) throw new Error(`The README of ${language} has fewer shell blocks.`);
  return `set -e\n${block}`;
}
