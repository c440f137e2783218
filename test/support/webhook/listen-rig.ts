import type { Deps } from '../../../src/command-kit/deps.ts';
import { webhookListen } from '../../../src/commands/webhook/listen/listen.ts';
import type { WebhookListenOptions } from '../../../src/commands/webhook/listen/options.ts';
import type { SecretName } from '../../../src/config/types.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { JsonText } from '../../../src/json/value.ts';
import type { OutputFormat } from '../../../src/output/item.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { createServe } from '../../../src/platform/http/server.ts';
import { runChild } from '../../../src/platform/process/child.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { memory, type World } from '../commands/deps.ts';

export type Line = Readonly<Record<string, unknown>>;

/** A running `webhook listen`: the command itself, on real sockets. */
export interface ListenRig {
  readonly url: string;
  readonly port: number;
  /** What it has yielded: parsed `ndjson` lines, or text. */
  readonly lines: Line[];
  readonly texts: string[];
  readonly notices: string[];
  readonly defects: unknown[];
  /** Resolves with the n-th delivery line (from 0), once there. */
  delivery(index: number): Promise<Line>;
  /** Resolves with the first line that fits, once there. */
  lineWhere(fits: (line: Line) => boolean): Promise<Line>;
  /** Resolves once some text or notice fits. */
  saw(pattern: RegExp): Promise<string>;
  /** Resolves once the command after `--` has ended. */
  readonly childEnded: Promise<void>;
  /** Replaces the sealed secrets of the profile, as another process would. */
  reseal(secrets: Partial<Record<SecretName, string>>): void;
  interrupt(): void;
  readonly end: Promise<{ readonly status: number | undefined; readonly failure: ReventoError | null }>;
}

interface RigOptions extends Partial<WebhookListenOptions> {
  /** The environment's; null where only `sealed` ones are. */
  readonly secret: string | null;
  readonly sealed?: Partial<Record<SecretName, string>>;
  readonly previousSecret?: string;
  readonly format?: OutputFormat;
  /** As with `--jq`. */
  readonly isFiltered?: boolean;
  readonly world?: World;
  readonly deps?: Partial<Deps>;
  /** Until then, only the first line is read. */
  readonly readsAfter?: Promise<void>;
}

const running = new Set<ListenRig>();

/** Ends every rig of a test; for `afterEach`. */
export async function endRigs(): Promise<void> {
  for (const rig of running) rig.interrupt();
  await Promise.all([...running].map((rig) => rig.end));
  running.clear();
}

export async function listen(options: RigOptions): Promise<ListenRig> {
  const {
    secret,
    sealed = {},
    previousSecret,
    format = 'ndjson',
    isFiltered = false,
    world,
    deps: replaced,
    readsAfter,
    ...flags
  } = options;
  const interrupt = new AbortController();
  const defects: unknown[] = [];
  const secrets = {
    ...(secret !== null && { webhook_secret: secret }),
    ...(previousSecret !== undefined && { webhook_secret_previous: previousSecret }),
  };
  const inMemory = memory({ ...world, environmentSecrets: secrets, secrets: { default: sealed } });
  const { deps: base, notices } = inMemory;
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  let onChildEnd: () => void = () => undefined;
  const childEnded = new Promise<void>((resolve) => {
    onChildEnd = resolve;
  });
  const deps: Deps = {
    ...base,
    terminal: {
      ...base.terminal,
      notice: (text) => {
        base.terminal.notice(text);
        changed();
      },
    },
    format,
    isFiltered,
    clock: systemClock,
    signal: interrupt.signal,
    serve: async () => createServe((error) => defects.push(error)),
    forwarder: createForwarder,
    spawn: (command, env, { stdout = 'stdout', signal } = {}) => {
      const child = runChild(command, {
        env,
        stdout,
        signal: signal ? AbortSignal.any([interrupt.signal, signal]) : interrupt.signal,
      });
      void child.catch(() => undefined).then(onChildEnd);
      return child;
    },
    ...replaced,
  };
  const items = webhookListen.run(
    {
      host: 'localhost',
      port: '0',
      path: '/webhooks/revento',
      onInvalid: 'reject',
      forwardTimeout: '9s',
      // The types of the tests are made up.
      unknownType: true,
      ...flags,
    },
    deps,
  );
  const first = await items.next();
  if (first.done || first.value.kind !== 'value') throw new Error('listen did not begin with a ready item');
  const ready = first.value.data as unknown as { url: string };
  const lines: Line[] = [first.value.data as unknown as Line];
  const texts: string[] = [first.value.text(plainStyle())];

  let hasEnded = false;
  const consume = async () => {
    try {
      await readsAfter;
      for (;;) {
        const step = await items.next();
        if (step.done) return { status: step.value ?? undefined, failure: null };
        if (step.value.kind !== 'value' && step.value.kind !== 'values') throw new Error('listen yields values only');
        for (const { data, text } of step.value.kind === 'value' ? [step.value] : step.value.values) {
          if (data !== null) lines.push(data instanceof JsonText ? JSON.parse(data.text) : (data as unknown as Line));
          texts.push(text(plainStyle()));
        }
        changed();
      }
    } catch (error) {
      if (error instanceof ReventoError) return { status: undefined, failure: error };
      throw error;
    } finally {
      hasEnded = true;
      changed();
    }
  };
  const end = consume();
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = find();
        if (found === undefined && !hasEnded) return;
        watchers.delete(check);
        if (found === undefined) reject(new Error(`listen ended without it; it said: ${[...texts, ...notices]}`));
        else resolve(found);
      };
      watchers.add(check);
      check();
    });
  const rig: ListenRig = {
    url: ready.url,
    port: Number(new URL(ready.url).port),
    lines,
    texts,
    notices,
    defects,
    delivery: (index) => until(() => lines.filter(({ type }) => type === 'delivery')[index]),
    lineWhere: (fits) => until(() => lines.find((line) => line['type'] === 'delivery' && fits(line))),
    saw: (pattern) => until(() => [...texts, ...notices].find((text) => pattern.test(text))),
    childEnded,
    reseal: (changed) => {
      inMemory.secrets['default'] = changed;
    },
    interrupt: () => interrupt.abort('SIGINT'),
    end,
  };
  running.add(rig);
  void end.then(() => running.delete(rig));
  return rig;
}
