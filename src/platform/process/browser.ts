import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { secureUrl } from '../../http/web-address.ts';
import type { OpenBrowser } from '../../ports/terminal.ts';
import { plainLine } from '../../text/plain-line.ts';
import { whyNotStarted } from './start-failure.ts';
import { startOf } from './windows-start.ts';

/** How long to wait for a launcher to fail, milliseconds. One that still runs then is the browser itself. */
const watchMs = 60_000;

/** Exit status of xdg-open when a program it needs is missing: nearly always the browser. */
const withoutBrowser = 3;

/** How much of a failing launcher's stderr is kept; its end usually has the reason. */
const keptOutputChars = 2_000;

interface BrowserOptions {
  /** The value of BROWSER; empty or undefined: the system's default browser. */
  readonly command: string | undefined;
  /** Environment of the program, without secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Makes the function that opens a URL in the browser.
 *
 * BROWSER is a command, split at spaces with quotes honored and run without a shell; `%s` in it is the URL, else
 * the URL is its last argument. It may list several, parted by colons (not on Windows): the first that can be
 * started is used. Only https and loopback http URLs are handed to any program.
 *
 * Resolves when the launcher has ended, or after a minute; nothing waits for that, neither the login nor the
 * end of this process.
 */
export function createOpenBrowser({ command, env, platform }: BrowserOptions): OpenBrowser {
  return async (url) => {
    if (secureUrl(url) === null) return 'the URL is not https';
    const candidates = parseBrowser(command ?? '', platform);
    if (candidates.length === 0) return openDefault(url, platform);
    let why = '';
    for (const candidate of candidates) {
      const [program = '', ...args] = withUrl(candidate, url);
      const started = await start(program, args, env, platform);
      if (typeof started !== 'string') return ending(started, program);
      why = started;
    }
    return why;
  };
}

/**
 * The commands that a BROWSER value names, each as program and arguments.
 *
 * Colons part commands by convention; one that is quoted, or begins `://` or `:\`, is a part of its word.
 */
export function parseBrowser(value: string, platform: NodeJS.Platform): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | null = null;
  let quote = '';
  const endWord = () => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let index = 0; index < value.length; index++) {
    const char = value[index] as string;
    const isPart = /^:(\/\/|\\)/.test(value.slice(index));
    if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) endWord();
    else if (char === ':' && platform !== 'win32' && !isPart) endCommand();
    else word = (word ?? '') + char;
  }
  endCommand();
  return commands;
}

function withUrl(command: readonly string[], url: string): string[] {
  const hasPlace = command.some((word) => word.includes('%s'));
  // A function as the replacement: in a string, `$&` and similar in the URL would be read as patterns.
  return hasPlace ? command.map((word) => word.replaceAll('%s', () => url)) : [...command, url];
}

/** The running program, or why it could not be started. */
function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): Promise<ChildProcess | string> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      const { file, args: given, windowsVerbatimArguments } = startOf(program, args, env, platform);
      child = spawn(file, given, {
        env: { ...env },
        windowsVerbatimArguments,
        // Never our stdout: that carries the result. Its own process group: Ctrl-C here must not close the browser.
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: platform !== 'win32',
        windowsHide: true,
      });
    } catch (error) {
      // Node reports a few causes by an event, and throws for all others.
      return resolve(startFailure(program, error as NodeJS.ErrnoException));
    }
    child.once('error', (error: NodeJS.ErrnoException) => resolve(startFailure(program, error)));
    child.once('spawn', () => resolve(child));
  });
}

/** The `open` package knows macOS, Windows, WSL and xdg-open. */
async function openDefault(url: string, platform: NodeJS.Platform): Promise<string | null> {
  const { default: open } = await import('open');
  let child: ChildProcess;
  try {
    child = await open(url);
  } catch (error) {
    return startFailure('the browser', error as NodeJS.ErrnoException);
  }
  // It resolves as soon as the launcher runs, even where that finds no browser and fails a moment later.
  const problem = await ending(child, 'the browser launcher');
  return platform === 'linux' && child.exitCode === withoutBrowser ? 'xdg-open found no browser' : problem;
}

/** Null when the program ended well or is still running after a while, else why not. */
function ending(child: ChildProcess, program: string): Promise<string | null> {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output = (output + chunk).slice(-keptOutputChars);
  });
  child.unref();
  // The pipe alone would keep this process alive as long as the browser runs.
  (child.stderr as Socket | null)?.unref();
  return new Promise((resolve) => {
    const finish = (why: string | null) => {
      clearTimeout(timer);
      resolve(why);
    };
    const timer = setTimeout(() => finish(null), watchMs);
    timer.unref();
    const judge = (status: number | null, signal: string | null) => {
      if (status === 0) return finish(null);
      const said = plainLine(reasonIn(output), 300);
      finish(`${program} ended with ${signal ?? `status ${status}`}${said && `: ${said}`}`);
    };
    if (child.exitCode !== null || child.signalCode !== null) judge(child.exitCode, child.signalCode);
    else child.once(child.stderr ? 'close' : 'exit', judge);
  });
}

/** The line that says what went wrong: one that calls itself an error, else the last. Empty when there is none. */
function reasonIn(output: string): string {
  // A hint of the launcher is for users who run it themselves.
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^hint:/i.test(line));
  return lines.find((line) => /^error:/i.test(line)) ?? lines.at(-1) ?? '';
}

function startFailure(program: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return `${program} was not found`;
  if (error.code === 'EACCES') return `${program} is not executable`;
  return `${program} could not be started: ${whyNotStarted(error)}`;
}
