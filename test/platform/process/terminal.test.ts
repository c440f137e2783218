import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { createTerminal } from '../../../src/platform/process/terminal.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { until } from '../../support/until.ts';

/** A terminal on two pipes, with what was written to it. */
function rig(columns?: number) {
  const stdin = new PassThrough();
  const interrupt = new AbortController();
  const stderr = Object.assign(new PassThrough(), columns === undefined ? {} : { columns });
  let written = '';
  stderr.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  const terminal = createTerminal({
    stdin: () => stdin as unknown as NodeJS.ReadStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    mayAsk: true,
    style: plainStyle(),
    clean: (text) => text,
    signal: interrupt.signal,
  });
  return { stdin, terminal, interrupt, written: () => written };
}

describe('a question', () => {
  it('gives the line that was typed', async () => {
    const { stdin, terminal, written } = rig();
    const answer = terminal.ask('Name? ');
    stdin.write('Ada\n');
    expect(await answer).toBe('Ada');
    expect(written()).toContain('Name? ');
  });

  it('shows nothing of a hidden answer', async () => {
    const { stdin, terminal, written } = rig();
    const answer = terminal.ask('Secret? ', { isHidden: true });
    stdin.write('not-to-be-seen\n');
    expect(await answer).toBe('not-to-be-seen');
    expect(written()).not.toContain('not-to-be-seen');
  });

  it('can be asked twice in a row', async () => {
    const { stdin, terminal } = rig();
    const first = terminal.ask('1? ');
    stdin.write('one\n');
    expect(await first).toBe('one');
    const second = terminal.ask('2? ');
    stdin.write('two\n');
    expect(await second).toBe('two');
  });

  it("is withdrawn when its signal aborts, with the signal's reason", async () => {
    const { terminal } = rig();
    const over = new AbortController();
    const answer = terminal.ask('Name? ', { signal: over.signal });
    const reason = new Error('no longer needed');
    over.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  it('passes Ctrl-C to listeners for the signal, and sends none: on Windows that would end the process', async () => {
    const { stdin, terminal } = rig();
    const sent = vi.spyOn(process, 'kill').mockReturnValue(true);
    const over = new AbortController();
    process.once('SIGINT', (name) => over.abort(name));
    const answer = terminal.ask('Secret? ', { isHidden: true, signal: over.signal });
    stdin.write('\u0003');
    // What never came is not waited for.
    setImmediate(() => over.abort('nobody heard'));
    await expect(answer).rejects.toBe('SIGINT');
    expect(sent).not.toHaveBeenCalled();
    sent.mockRestore();
  });

  it('leaves its line when the input ends, so that what follows does not run into it', async () => {
    const { stdin, terminal, written } = rig();
    const answer = terminal.ask('Name? ', { isHidden: true });
    stdin.end();
    await expect(answer).rejects.toThrow('Input ended');
    expect(written().endsWith('\n')).toBe(true);
  });

  it.each<[string, number | undefined, string]>([
    ['one line', 80, '\r\u001b[KA notice.\nSecret? '],
    ['more lines than one', 6, '\nA notice.\nSecret? '],
    ['a terminal that does not know its width', undefined, '\nA notice.\nSecret? '],
  ])('that stands on %s comes again below a notice, and is answered there', async (_what, columns, expected) => {
    const { stdin, terminal, written } = rig(columns);
    const answer = terminal.ask('Secret? ', { isHidden: true });
    const before = written();
    terminal.notice('A notice.');
    expect(written().slice(before.length)).toBe(expected);
    stdin.write('typed\n');
    expect(await answer).toBe('typed');
    const answered = written();
    terminal.notice('Another.');
    expect(written().slice(answered.length)).toBe('Another.\n');
  });

  it('comes again with what was typed so far, where that is shown', async () => {
    const { stdin, terminal, written } = rig(80);
    const answer = terminal.ask('Name? ');
    stdin.write('Ad');
    await until(() => written().includes('Ad'), 'what was typed is shown');
    const before = written();
    terminal.notice('A notice.');
    expect(written().slice(before.length)).toMatch(/A notice\.\n.*Name\? Ad/s);
    stdin.write('a\n');
    expect(await answer).toBe('Ada');
  });

  it('fails when the input ends', async () => {
    const { stdin, terminal } = rig();
    const answer = terminal.ask('Name? ');
    stdin.end();
    await expect(answer).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('standard input', () => {
  it('is read to its end', async () => {
    const { stdin, terminal } = rig();
    const bytes = terminal.readStdin();
    stdin.write('one ');
    stdin.end('two');
    expect(Buffer.from(await bytes).toString()).toBe('one two');
  });

  it.each(['before', 'while'])(
    'that does not end is given up at once when Ctrl-C comes %s it is read',
    async (when) => {
      const { stdin, terminal, interrupt } = rig();
      stdin.write('half of a token answer');
      if (when === 'before') interrupt.abort('SIGINT');
      const bytes = terminal.readStdin();
      interrupt.abort('SIGINT');
      await expect(bytes).rejects.toMatchObject({ code: 'interrupted' });
      expect(stdin.destroyed).toBe(true);
    },
  );
});
