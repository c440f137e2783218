import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { assets } from '../../src/inspector/assets.ts';

const zipped = (text: string) => gzipSync(text).length;

it('the page weighs at most 60 KB, its editor aside', () => {
  const { html, script, style, icon } = assets;
  expect([html, script, style, icon].map(zipped).reduce((sum, bytes) => sum + bytes)).toBeLessThan(60 * 1024);
});

it('the editor is not part of the script that draws the page', async () => {
  expect(assets.script).not.toContain('cm-content');
  expect(await assets.editor()).toContain('cm-content');
});

it('the script names no address but those of its own server', () => {
  const found = [...`${assets.script}${assets.html}${assets.style}`.matchAll(/https?:\/\/[\w.-]+/g)].map(
    ([url]) => url,
  );
  expect([...new Set(found)].filter((url) => !/^http:\/\/(?:localhost|www\.w3\.org)$/.test(url))).toEqual([]);
});
