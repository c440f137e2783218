import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect } from 'vitest';
import { openWhenUsed } from '../../../src/platform/process/output-stream.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';

const folder = mkdtempSync(join(tmpdir(), 'revento-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whereDevicesHaveNumbers = exceptOnWindows('opens it at once: its devices have no numbers');

for (const [what, path] of [
  ['a file', join(folder, 'output')],
  ['the null device', devNull],
] as const) {
  whereDevicesHaveNumbers(`a stream on ${what} is not a terminal, and is opened when it is written to`, () => {
    const fd = openSync(path, 'w');
    const opened = new PassThrough();
    let times = 0;
    const stream = openWhenUsed(fd, () => {
      times++;
      return opened as unknown as NodeJS.WriteStream;
    });
    expect({ isTTY: stream.isTTY, fd: stream.fd, times }).toEqual({ isTTY: false, fd, times: 0 });
    stream.write('text');
    expect({ written: String(opened.read()), times }).toEqual({ written: 'text', times: 1 });
    closeSync(fd);
  });
}
