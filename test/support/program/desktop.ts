import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says the address of its bus once the keyring is on it, and ends with its input. The daemon stays its child: one in
 * the background would outlive the session, and write into a home that is being removed.
 */
const script = `
printf test | gnome-keyring-daemon --foreground --unlock --components=secrets >&2 &
daemon=$!
is_owned() {
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \
    string:org.freedesktop.secrets >/dev/null 2>&1
}
until is_owned; do kill -0 $daemon || exit 1; sleep 0.02; done
echo "$DBUS_SESSION_BUS_ADDRESS"
cat
kill $daemon
wait $daemon
`;

/** A session bus and an unlocked gnome-keyring on it, as on a desktop; ends with `close`. */
export class Desktop {
  readonly #session: ChildProcess;
  /** What a program of this session has in its environment. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(session: ChildProcess, env: Readonly<Record<string, string>>) {
    this.#session = session;
    this.env = env;
  }

  /** @param home  where the keyring keeps its files */
  static async start(home: string): Promise<Desktop> {
    const runtime = join(home, 'runtime');
    mkdirSync(runtime, { recursive: true, mode: 0o700 });
    const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
      env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: join(home, 'keyrings') },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      session.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
      session.once('exit', (code) => reject(new Error(`no session bus (exit ${code})`)));
    });
    return new Desktop(session, { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime });
  }

  /** The session ends with its input, and its keyring before it. */
  async close(): Promise<void> {
    if (this.#session.exitCode !== null || this.#session.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#session.once('exit', resolve));
    this.#session.stdin?.end();
    await ended;
  }
}
