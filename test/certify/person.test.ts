import { expect, it } from 'vitest';
import { Person } from '../../src/certify/person.ts';
import type { Exchange } from '../../src/ports/exchange.ts';

const redirectUri = 'http://localhost:3000/callback';

/** A browser for which each page redirects to the next. */
function browserOf(pages: Readonly<Record<string, string>>): Person {
  const http: Exchange = async ({ url }) => {
    const to = pages[url];
    return {
      status: to === undefined ? 200 : 302,
      headers: to === undefined ? [] : [['Location', to]],
      body: new Uint8Array(),
    };
  };
  return new Person(http, redirectUri);
}

const connect = new URL('http://localhost:3000/connect');
const back = `${redirectUri}?code=c&state=s`;

it('has logged in where the integration redirects to its public site afterward', async () => {
  const browser = browserOf({ [connect.href]: back, [back]: 'https://dashboard.example.com/connected' });
  expect(await browser.open(connect)).toEqual({ status: 302, callback: new URL(back) });
});

it('does not leave this machine before it comes back to the integration', async () => {
  const browser = browserOf({ [connect.href]: 'https://auth.revento.example/oauth/authorize' });
  await expect(browser.open(connect)).rejects.toThrow('not on this machine');
});
