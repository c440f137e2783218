import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { python } from '../../program/needs.ts';

/** A handler over SQLite in a process of its own. */
export interface EffectsHandler {
  readonly url: string;
  /** Tells what it did. */
  readonly effectsUrl: string;
  /** Resolves once its process has ended, which writes to its folder until then. */
  stop(): Promise<unknown>;
}

/** Starts `effects_handler.py`, which remembers deliveries in the way of `design`, over a database of its own. */
export function effectsHandler(design: string, secret: string, folder: string): Promise<EffectsHandler> {
  const script = join(import.meta.dirname, 'effects_handler.py');
  const child: ChildProcess = spawn(python, [script, design, join(folder, `${randomUUID()}.db`)], {
    env: { WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = () => {
    child.kill();
    return ended;
  };
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += String(text);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the handler ended: ${said}`)));
    child.stdout?.once('data', (port: Buffer) => {
      const origin = `http://127.0.0.1:${Number(port)}`;
      resolve({ url: `${origin}/webhooks/revento`, effectsUrl: `${origin}/effects`, stop });
    });
  });
}
