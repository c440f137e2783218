import { describe, expect, it } from 'vitest';
import { variablesOf, withVariables } from '../../../src/sandbox/server/env-file.ts';

const variables = variablesOf({
  authBase: 'http://127.0.0.1:4010',
  apiBase: 'http://127.0.0.1:4010/api/v1',
  clientId: 'client_1',
  clientSecret: 'made-up',
  webhookSecret: 'made-up-too',
  redirectUri: 'http://localhost:3000/callback',
  eventId: 'evt_test_published',
});

describe('env file', () => {
  it('holds one line a variable, under the names of the guide', () => {
    expect(withVariables('', variables)).toBe(`REVENTO_AUTH_BASE=http://127.0.0.1:4010
REVENTO_API_BASE=http://127.0.0.1:4010/api/v1
REVENTO_CLIENT_ID=client_1
REVENTO_CLIENT_SECRET=made-up
REVENTO_WEBHOOK_SECRET=made-up-too
REVENTO_REDIRECT_URI=http://localhost:3000/callback
SANDBOX_EVENT_ID=evt_test_published
`);
  });

  it('keeps every other line where it is', () => {
    const before = '# mine\nPORT=3000\n\nexport REVENTO_CLIENT_ID="old"\nconstructor=1\nLAST=x';
    const lines = withVariables(before, variables).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      '# mine',
      'PORT=3000',
      '',
      'REVENTO_CLIENT_ID=client_1',
      'constructor=1',
      'LAST=x',
    ]);
  });

  it('writes a variable once that was set twice', () => {
    const text = withVariables('REVENTO_CLIENT_ID=a\nREVENTO_CLIENT_ID=b\n', variables);
    expect(text.match(/^REVENTO_CLIENT_ID=/gm)).toHaveLength(1);
  });

  it('gives the same file when it is written again', () => {
    const once = withVariables('PORT=3000\n', variables);
    expect(withVariables(once, variables)).toBe(once);
  });

  it('quotes what a shell would read as its own', () => {
    const uri = 'http://localhost:3000/cb?a=1&b=$(id);';
    expect(withVariables('', { REVENTO_REDIRECT_URI: uri })).toBe(`REVENTO_REDIRECT_URI='${uri}'\n`);
  });
});
