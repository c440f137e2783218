// The consent page as a browser shows it.
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

const browserOptions = {
  executablePath: process.env.REVENTO_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
};

/**
 * @param {readonly string[]} program  the words that start revento
 * @param {string} file                where the PNG goes
 */
export async function photographConsent(program, file) {
  const [node, ...script] = program;
  const login = spawn(node, [...script, 'login', '--no-browser'], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const url = await addressIn(login.stderr);
    const browser = await chromium.launch(browserOptions);
    try {
      const page = await browser.newPage({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 1.5 });
      await page.goto(url);
      await page.screenshot({ path: file, fullPage: true });
    } finally {
      await browser.close();
    }
  } finally {
    login.kill('SIGINT');
  }
}

/** The first URL of the consent page that is printed. */
async function addressIn(stream) {
  let said = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    said += chunk;
    const [url] = /https?:\/\/\S+\/oauth\/authorize\S+(?=\s)/.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`no consent page: ${said}`);
}
