import { expect, it } from 'vitest';
import { withoutTokens } from '../../src/text/without-tokens.ts';

it.each([
  ['/x?access_token=rev_install_Ab-9_%2F&y=1', '/x?access_token=rev_install_…&y=1'],
  ['{"a":"rev_refresh_abc","b":"rev_user_d"}', '{"a":"rev_refresh_…","b":"rev_user_…"}'],
  ['whsec_0123 and whsec_ cut off', 'whsec_… and whsec_ cut off'],
  ['/events/evt_1/participants', '/events/evt_1/participants'],
])('of %s leaves %s', (text, shown) => {
  expect(withoutTokens(text)).toBe(shown);
});
