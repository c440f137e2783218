import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../http/free-port.ts';
import { succeed } from '../../program/packed.ts';

const here = import.meta.dirname;
const node = (file: string) => [process.execPath, join(here, 'node', file)];
// Debian's own Python: its packages are where the frameworks are.
const debianPython = '/usr/bin/python3';
const python = (file: string) => [debianPython, join(here, 'python', file)];
const ruby = (file: string) => ['ruby', join(here, 'ruby', file)];
const gson = '/usr/share/java/gson.jar';
const kotlin = 'node_modules/kotlin-compiler/lib';

/** A webhook receiver somebody might write. Its path names the mistake it makes: `none` is correct. */
export interface Receiver {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Before and after the mistake in its path; default `/` and nothing. */
  readonly path?: readonly [before: string, after: string];
  /** A package of npm's registry that only this receiver's build needs; installed before it. */
  readonly installs?: string;
  /** Made once before it is started, in the directory named by `$RECEIVER_HOME`. */
  readonly build?: readonly string[];
  /** Debian packages, and a command that fails without them. */
  readonly needs?: { readonly packages: string; readonly probe: readonly string[] };
  /** What the report calls it by its answers' headers, or null. */
  readonly shows: string | null;
  /** Says whose JSON was verified, and the line to change; null where the language has no JSON library here. */
  readonly rewrites: readonly [mistake: string, fix: string] | null;
}

const javascript = 'JSON.stringify() in JavaScript';
const json = (library: string) => `${library} makes of it`;

export const receivers: readonly Receiver[] = [
  ...['express', 'express4'].flatMap((name): Receiver[] => [
    {
      name: `${name} with express.raw()`,
      command: node('express.mjs'),
      env: { RECEIVER_PACKAGE: name },
      shows: 'Express',
      rewrites: [json(javascript), 'in Express: express.raw('],
    },
    {
      name: `${name} with express.json({ verify })`,
      command: node('express.mjs'),
      env: { RECEIVER_PACKAGE: name },
      path: ['/keeps-raw/', ''],
      shows: 'Express',
      rewrites: [json(javascript), 'in Express: express.raw('],
    },
  ]),
  ...['fastify', 'hono', 'koa', 'web'].map(
    (name): Receiver => ({
      name: name === 'web' ? 'a web Request handler' : name,
      command: node(`${name}.mjs`),
      shows: null,
      // PHP can write the same, and nothing tells which of the two it is.
      rewrites: [`${javascript} or json_encode(`, 'in JavaScript: hash the Buffer'],
    }),
  ),
  flask('Flask', debianPython),
  ...flaskInPath(),
  {
    name: 'Django',
    command: python('django_app.py'),
    path: ['/', '/'],
    needs: { packages: 'python3-django', probe: [debianPython, '-c', 'import django'] },
    shows: 'Django',
    rewrites: [json('json.dumps() in Python'), 'in Django: request.body'],
  },
  {
    name: 'FastAPI on uvicorn',
    command: python('fastapi_app.py'),
    needs: { packages: 'python3-fastapi python3-uvicorn', probe: [debianPython, '-c', 'import fastapi, uvicorn'] },
    shows: 'FastAPI',
    rewrites: [json('json.dumps() in Python'), 'in FastAPI: await request.body()'],
  },
  {
    name: 'Go net/http',
    command: ['./receiver'],
    build: ['go', 'build', '-o', 'receiver', join(here, 'receiver.go')],
    needs: { packages: 'golang-go', probe: ['go', 'version'] },
    shows: null,
    rewrites: [json('json.Marshal() of a map in Go'), 'io.ReadAll(r.Body)'],
  },
  {
    name: 'php -S',
    command: ['php', '-S', '127.0.0.1:$PORT', join(here, 'receiver.php')],
    needs: { packages: 'php-cli', probe: ['php', '--version'] },
    shows: 'PHP',
    rewrites: [json('json_encode() in PHP'), "in PHP: file_get_contents('php://input')"],
  },
  {
    name: 'WEBrick',
    command: ruby('webrick.rb'),
    needs: { packages: 'ruby ruby-webrick', probe: ['ruby', '-e', 'require "webrick"'] },
    shows: 'WEBrick',
    rewrites: [json('JSON.generate() in Ruby'), 'in WEBrick: request.body'],
  },
  {
    name: 'Sinatra on Puma',
    command: ruby('sinatra_app.rb'),
    needs: { packages: 'ruby-sinatra puma', probe: ['ruby', '-e', 'require "sinatra/base"; require "puma"'] },
    shows: 'Sinatra',
    rewrites: [json('JSON.generate() in Ruby'), 'in Sinatra: request.body.read'],
  },
  {
    name: "Java's HttpServer",
    command: ['java', '-cp', gson, join(here, 'Receiver.java')],
    needs: {
      packages: 'default-jdk-headless libgoogle-gson-java',
      probe: ['sh', '-c', `javac -version && test -f ${gson}`],
    },
    shows: null,
    rewrites: [json('Gson.toJson() in Java'), 'readAllBytes()'],
  },
  {
    name: 'Kotlin',
    command: ['java', '-cp', `classes:${gson}:${kotlin}/kotlin-stdlib.jar`, 'ReceiverKt'],
    // 90 MB, which nothing else here needs.
    installs: 'kotlin-compiler@2.4.20',
    build: [
      ...['java', '-XX:TieredStopAtLevel=1', '-cp', `${kotlin}/kotlin-preloader.jar`],
      ...['org.jetbrains.kotlin.preloading.Preloader', '-cp', `${kotlin}/kotlin-compiler.jar`],
      ...['org.jetbrains.kotlin.cli.jvm.K2JVMCompiler', '-cp', gson, '-d', 'classes', join(here, 'receiver.kt')],
    ],
    needs: {
      packages: 'default-jdk-headless libgoogle-gson-java, and kotlin-compiler from an npm registry',
      probe: ['sh', '-c', `java -version && test -f ${gson} && npm view kotlin-compiler@2.4.20 version`],
    },
    shows: null,
    rewrites: [json('Gson.toJson() in Java'), 'readAllBytes()'],
  },
  {
    name: "mono's HttpListener",
    command: ['mono', 'Receiver.exe'],
    build: ['mcs', '-out:Receiver.exe', join(here, 'Receiver.cs')],
    needs: { packages: 'mono-mcs mono-runtime', probe: ['sh', '-c', 'mcs --version && mono --version'] },
    shows: 'HttpListener',
    rewrites: null,
  },
];

function flask(name: string, interpreter: string): Receiver {
  return {
    name,
    command: [interpreter, join(here, 'python/flask_app.py')],
    needs: { packages: 'python3-flask', probe: [interpreter, '-c', 'import flask'] },
    shows: 'Flask',
    rewrites: [json('json.dumps() in Python'), 'in Flask: request.get_data()'],
  };
}

/** The Flask of the Python in `PATH`, where that is not Debian's: newer than what Debian has, where there is one. */
function flaskInPath(): Receiver[] {
  const code = 'import flask, sys, importlib.metadata as it; print(it.version("flask"), sys.executable)';
  const { status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  const [version, interpreter = debianPython] = stdout?.trim().split(' ') ?? [];
  return status === 0 && interpreter !== debianPython ? [flask(`Flask ${version}`, interpreter)] : [];
}

/** What is not installed, as an addition to a test's name; null when all is. */
export function lack({ needs }: Pick<Receiver, 'needs'>): string | null {
  if (needs === undefined) return null;
  const [command = '', ...args] = needs.probe;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0 ? null : `not installed: ${needs.packages}`;
}

/** A receiver that runs. */
export interface Running {
  readonly url: (mistake: string) => string;
  readonly port: number;
  close(): Promise<void>;
}

/** Builds and starts a receiver; resolves once it accepts connections. */
export async function start(
  { name, command, env = {}, path: [before, after] = ['/', ''], installs, build }: Receiver,
  secret: string,
): Promise<Running> {
  const home = mkdtempSync(join(tmpdir(), 'revento-receiver-'));
  const variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    PYTHONDONTWRITEBYTECODE: '1',
    RECEIVER_HOME: home,
    RECEIVER_SECRET: secret,
    ...env,
  };
  if (installs !== undefined) {
    // With the environment of this run, which may name the registry and the cache.
    succeed('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts', installs], home);
  }
  if (build !== undefined) {
    const [builder = '', ...args] = build;
    const built = spawnSync(builder, args, { cwd: home, env: variables, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`${name} was not built: ${built.stderr}`);
  }
  // After the build, which can take most of a minute: another run of the tests may take the port meanwhile.
  const port = await freePort();
  const [program = '', ...args] = command.map((word) => word.replace('$PORT', String(port)));
  const child = spawn(program, args, {
    cwd: home,
    env: { ...variables, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await accepting(child, port, name);
  return {
    url: (mistake) => `http://127.0.0.1:${port}${before}${mistake}${after}`,
    port,
    close: async () => {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** nginx as it stands in front of an Express receiver on a port. */
export function nginx(port: number): Receiver {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((it) => `${it}_temp_path tmp_${it};`);
  const server = `server { listen 127.0.0.1:$PORT; location / { proxy_pass http://127.0.0.1:${port}; } }`;
  const config = `events {} http { access_log off; ${temporary.join(' ')} ${server} }`;
  const run =
    'exec nginx -p "$RECEIVER_HOME" -c "$RECEIVER_HOME/nginx.conf" -e stderr -g "daemon off; master_process off; pid nginx.pid;"';
  return {
    name: 'nginx',
    command: ['sh', '-c', `printf %s '${config}' > nginx.conf && ${run}`],
    needs: { packages: 'nginx-light', probe: ['nginx', '-v'] },
    shows: 'Express',
    rewrites: null,
  };
}

function accepting(child: ChildProcess, port: number, name: string): Promise<void> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += String(text)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${name} did not start: ${said}`)));
    const attempt = () => {
      if (child.exitCode !== null) return;
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', () => setTimeout(attempt, 25));
    };
    attempt();
  });
}
