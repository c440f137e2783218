import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../program/needs.ts';
import { ProgramRig } from '../program/program-rig.ts';
import { closeHandlers, type Handler, handler } from '../webhook/handler.ts';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

export interface OpenOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active';
  readonly reducedMotion?: 'reduce';
  readonly width?: number;
}

/** The built program with a running sandbox, its console in Chromium, and a handler for its deliveries. */
export class ConsoleRig {
  readonly browser: Browser;
  readonly program: ProgramRig;
  readonly target: Handler;
  /** With the key. */
  readonly address: string;
  /** What the handler answers. */
  status = 200;
  /** What pages complained about in their consoles. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser, program: ProgramRig, started: { target: Handler; address: string }) {
    this.browser = browser;
    this.program = program;
    this.target = started.target;
    this.address = started.address;
  }

  static async start(): Promise<ConsoleRig> {
    const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    const program = new ProgramRig();
    let rig: ConsoleRig | null = null;
    const target = await handler(() => ({ status: rig?.status ?? 200 }));
    const running = program.start(['sandbox', 'start', '--port', '0', '--auto-consent', '--webhook-url', target.url]);
    const [, address = ''] = await running.until('stderr', /^console: (\S+)$/m);
    rig = new ConsoleRig(browser, program, { target, address });
    return rig;
  }

  /** Where the sandbox is. */
  get base(): string {
    return this.address.split('/console')[0] ?? '';
  }

  async open({ width = 1280, ...options }: OpenOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: 'light',
      ...options,
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.on('console', (message) => {
      // The browser notes down what was answered with a refusal.
      const isRefusal = /status of 4(?:00|09)/.test(message.text());
      if (message.type() === 'error' && !isRefusal) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.goto(this.address);
    await page.getByText('live', { exact: true }).waitFor();
    return page;
  }

  /** A login by hand, of which the same refresh token can be sent twice. */
  async login(): Promise<{ readonly access: string; readonly refreshToken: string; refresh(): Promise<Response> }> {
    const { stdout } = await this.program.run(['sandbox', 'env', '--format', 'json']);
    const env = JSON.parse(stdout) as Record<string, string>;
    const headers = { Authorization: `Bearer ${env['REVENTO_SANDBOX_KEY']}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${this.base}/_sandbox/v1/login`, { method: 'POST', headers, body: '{}' });
    const tokens = (await answer.json()) as { readonly access_token: string; readonly refresh_token: string };
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: env['REVENTO_CLIENT_ID'] ?? '',
      client_secret: env['REVENTO_CLIENT_SECRET'] ?? '',
    });
    const refresh = () => fetch(`${this.base}/oauth/token`, { method: 'POST', body });
    return { access: tokens.access_token, refreshToken: tokens.refresh_token, refresh };
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.program.close();
    await closeHandlers();
  }
}
