import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toManPages } from '../../scripts/docs/man.ts';
import type { CommandPage } from '../../src/help/page.ts';
import { lackOf, withReason } from '../support/program/needs.ts';

const command: CommandPage = {
  name: 'webhook listen',
  aliases: ['listen'],
  summary: 'Listen; it\'s "quick"',
  usage: 'revento webhook listen [options] [file]',
  arguments: [{ term: 'file', meaning: '.dotfile or -' }],
  optionGroups: [
    { heading: null, options: [{ term: '-f, --forward <url>', meaning: 'a back\\slash, a `tick` and …' }] },
    { heading: 'Limits', options: [{ term: '--count <n>', meaning: "'tis the number" }] },
  ],
  notes: 'One paragraph.\n\n  laid   out\n\n.not a request',
  examples: [{ command: "revento webhook listen --jq '.[].id'", explains: 'listen' }],
};
const other: CommandPage = { ...command, name: 'webhook sign', aliases: [], examples: [], notes: '', optionGroups: [] };

const pages = toManPages(
  {
    groups: [
      { name: 'Webhooks', pages: [command, other] },
      { name: 'More', pages: [] },
    ],
    topics: [{ title: 'Exit status', page: { ...other, name: 'help exit-codes' }, text: 'Exit codes\n\n  0  done' }],
  },
  '1.2.3',
);
const page = (file: string) => pages.find((one) => one.file === file)?.text ?? '';
const shown = (file: string) => {
  const { stdout } = spawnSync('mandoc', ['-T', 'utf8', '-O', 'width=100'], {
    input: page(file),
    encoding: 'utf8',
  });
  return stdout.replace(/.\x08/g, '');
};

const reason = lackOf('mandoc');

describe.skipIf(reason !== null)(withReason('man pages', reason), () => {
  it('are one for the program, one a command, one a topic', () => {
    expect(pages.map(({ file }) => file)).toEqual([
      'revento.1',
      'revento-webhook-listen.1',
      'revento-webhook-sign.1',
      'revento-help-exit-codes.1',
    ]);
  });

  it.each(pages.map(({ file }) => file))('%s pleases the linter of mandoc', (file) => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], { input: page(file), encoding: 'utf8' });
    // A date would make another page of the same sources.
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
  });

  it('show every character as it was written', () => {
    const text = shown('revento-webhook-listen.1');
    expect(text).toContain(`revento-webhook-listen - Listen; it's "quick"`);
    expect(text).toContain('-f, --forward <url>');
    expect(text).toContain('a back\\slash, a `tick` and …');
    expect(text).toContain("'tis the number");
    expect(text).toContain('.dotfile or -');
    expect(text).toContain('.not a request');
    expect(text).toContain("revento webhook listen --jq '.[].id'");
  });

  it('keep what is laid out as it is', () => {
    expect(shown('revento-webhook-listen.1')).toContain('laid   out');
  });

  it('name the program’s commands by group, with exit status and examples', () => {
    const text = shown('revento.1');
    expect(text).toMatch(/COMMANDS\n\s+Webhooks\n\s+revento-webhook-listen\(1\)/);
    expect(text).not.toMatch(/^\s+More$/m);
    expect(text).toMatch(/EXIT STATUS\n\s+Exit codes\n\n\s+0 {2}done/);
  });

  it('point to the other commands of a group', () => {
    expect(shown('revento-webhook-listen.1')).toMatch(/SEE ALSO\n\s+revento\(1\), revento-webhook-sign\(1\)/);
  });
});
