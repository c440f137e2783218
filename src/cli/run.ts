import type { Items } from '../command-kit/command.ts';
import type { Deps } from '../command-kit/deps.ts';
import { columnsOf, formatOf, refuseContradictions } from '../command-kit/globals.ts';
import { registry } from '../commands/registry.ts';
import { isOn } from '../config/environment.ts';
import { exitStatus, ReventoError } from '../errors/revento-error.ts';
import { currentDirectoryGone, isCurrentDirectoryGone } from '../files/current-directory.ts';
import { isFileName } from '../files/file-name.ts';
import type { Layout } from '../output/item.ts';
import type { MarkedStyle } from '../output/marked-style.ts';
import type { Printer } from '../output/printer.ts';
import { createSink } from '../output/sink.ts';
import { systemClock } from '../platform/process/clock.ts';
import { createStyle, isColored } from '../platform/process/terminal.ts';
import { sanitize } from '../text/sanitize.ts';
import { plainStyle, type Style } from '../text/style.ts';
import { type CommandLine, givenOptions, hasSwitch, readArgv } from './argv.ts';
import type { OutFile } from './out-file.ts';
import { type Invocation, parse } from './parse.ts';
import type { Failed } from './profile-advice.ts';
import { report, trace } from './report.ts';
import { UsageFault } from './usage-fault.ts';
import type { Edge } from './wire/edge.ts';
import { once } from './wire/once.ts';

/**
 * One run of the program: command line in, exit status out. stdout carries the result and nothing else.
 *
 * Never throws and never exits; the caller lets the event loop end.
 */
export async function run(edge: Edge): Promise<number> {
  const line = readArgv(edge.argv);
  const color = { isForbiddenByFlag: hasSwitch(line, '--no-color'), env: edge.env };
  const openStderr = once(async () => {
    const { stderr } = edge;
    return guarded(await createStyle(stderr, isColored(stderr, color), edge.env));
  });
  const told = {
    profile: 'default',
    eventId: undefined as string | undefined,
    isUnattended: isOn(edge.env['CI']),
    isJson: wantsJson(line, edge.env),
    isRedacted: hasSwitch(line, '--redact'),
  };
  let clean: ((text: string) => string) | null = null;
  const tell = async (error: unknown): Promise<number> => {
    const stderr = await openStderr();
    const failure = asReventoError(error);
    const shown = told.isRedacted ? (await import('./mask-failure.ts')).maskFailure(failure) : failure;
    const { text, exit } = report(shown, { ...told, style: stderr.style });
    const isDebugging = hasSwitch(line, '--debug') || isOn(edge.env['REVENTO_DEBUG']);
    const origin = isDebugging && !(error instanceof UsageFault) ? trace(error, told.isRedacted) : '';
    edge.stderr.write((clean ?? stderr.finish)(`${text}${origin}`));
    return exit;
  };

  try {
    const style = await createStyle(edge.stdout, isColored(edge.stdout, color), edge.env);
    const invocation = await parse(edge.argv, registry, style);
    if (invocation.kind === 'text') {
      await createSink(edge.stdout, edge.interrupts).write(invocation.text);
      return exitStatus.done;
    }
    const { options, module, entry } = invocation;
    refuseContradictions(options);
    // Help has no use for these.
    const [stderr, { connect }, { createPrinter }] = await Promise.all([
      openStderr(),
      import('./wire/wire.ts'),
      import('../output/printer.ts'),
    ]);
    const { layout } = module;
    const wiring = await connect(edge, options, stderr, {
      formatFrom: (setting) => formatOf(options, layout, setting),
      isLenient: lenient.test(entry.name),
    });
    const { deps } = wiring;
    clean = wiring.clean;
    told.profile = deps.profile;
    told.eventId = eventInHints(deps);
    told.isJson = deps.format === 'json' || deps.format === 'ndjson';
    if (/^\d+$/.test(deps.profile)) {
      const { refusePortAsProfile } = await import('./profile-advice.ts');
      await refusePortAsProfile({ name: entry.name, line }, deps);
    }
    const out = options.out === undefined ? null : await openOut(options.out, layout);
    const sink = out ?? createSink(edge.stdout, edge.interrupts);
    try {
      const printer = await createPrinter({
        format: deps.format,
        jq: options.jq ?? null,
        jqArguments: options.arg ?? [],
        environment: deps.childEnv,
        columns: columnsOf(options),
        layout,
        style: out === null ? style : plainStyle(),
        isTty: edge.stdout.isTTY === true && out === null,
        hasMark: options.bom === true,
        now: systemClock.now(),
        write: (chunk) => sink.write(chunk),
        notice: (text) => deps.terminal.notice(text),
        breakable: edge.interrupts.breakable,
      });
      const status = await print(invocation, deps, printer);
      await sink.flush();
      out?.commit();
      return status;
    } catch (error) {
      const partial = out?.discard() ?? null;
      if (partial !== null) deps.terminal.notice(`note: the incomplete output is kept in ${partial}`);
      throw await advised(error, { name: entry.name, line }, deps);
    } finally {
      await wiring.close();
    }
  } catch (error) {
    return await tell(error);
  }
}

async function openOut(path: string, { shape, isIndivisible }: Layout): Promise<OutFile> {
  if (shape === 'events') {
    throw new ReventoError('usage', '--out needs an output that ends, and this command prints a stream.', {
      hint: 'redirect the output with >, or see --record',
    });
  }
  const { openOutFile } = await import('./out-file.ts');
  return openOutFile(path, isIndivisible);
}

type Command = Extract<Invocation, { kind: 'command' }>;

/** Commands that help with broken settings, and so must not fail for them. */
const lenient = /^(config|profile|doctor)\b/;

/** Drives the command and prints what it yields. Output before a failure stays complete. */
async function print({ module, options }: Command, deps: Deps, printer: Printer): Promise<number> {
  const items: Items = module.run(options as never, deps);
  try {
    for (;;) {
      const step = await items.next();
      if (step.done) {
        await printer.end();
        return step.value ?? exitStatus.done;
      }
      await printer.print(step.value);
      if (printer.isClosed && module.answersByStatus?.(options as never) !== true) {
        // The reader of the output has seen enough (`| head`); that is not a failure.
        await items.return(undefined);
        return exitStatus.done;
      }
    }
  } catch (error) {
    // A failure of stdout interrupts the command, which has to close servers and end programs.
    await items.return(undefined).catch(() => undefined);
    await printer.abort();
    throw error;
  }
}

/** The failure, reworded where the choice of the profile may be the mistake. */
async function advised(error: unknown, failed: Failed, deps: Deps): Promise<unknown> {
  if (!(error instanceof ReventoError) || error.facts.lacks === undefined) return error;
  const { withProfileAdvice } = await import('./profile-advice.ts');
  return withProfileAdvice(error, failed, deps);
}

/** The style of a stream with the guard that lets no control characters but its own through. */
async function guarded(style: Style): Promise<MarkedStyle> {
  if (!style.isColor) return { style, finish: sanitize };
  const { markStyle } = await import('../output/marked-style.ts');
  return markStyle(style);
}

function asReventoError(error: unknown): ReventoError {
  if (error instanceof ReventoError) return error;
  if (isCurrentDirectoryGone(error)) return currentDirectoryGone();
  if (error instanceof UsageFault) {
    return new ReventoError('usage', error.message, { hint: error.hint });
  }
  if (typeof error === 'string' && error.startsWith('SIG')) return new ReventoError('interrupted', 'Interrupted.');
  return new ReventoError('internal', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** The selected event, where there is one that a command can name. */
function eventInHints({ settings }: Pick<Deps, 'settings'>): string | undefined {
  const event = settings.get('default_event')?.value;
  return event !== undefined && isFileName(event) ? event : undefined;
}

/** Whether JSON is asked for, for a failure before the options are parsed. */
function wantsJson(line: CommandLine, env: Edge['env']): boolean {
  const asked = givenOptions(line, '-o', '--output').at(-1);
  const format = asked === undefined ? env['REVENTO_OUTPUT'] : asked.value;
  return hasSwitch(line, '--json') || format === 'json' || format === 'ndjson';
}
