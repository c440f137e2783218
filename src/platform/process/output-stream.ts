import { fstatSync, statSync } from 'node:fs';

/** What the program uses of stdout and stderr. */
export type OutputStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write' | 'on'> & { readonly fd?: number };

/**
 * Node's stream on a descriptor, opened when it is first used: that takes a tenth of the time in which Node starts, and
 * help in a file or pipe needs only to know that it is not a terminal.
 */
export function openWhenUsed(fd: number, open: () => NodeJS.WriteStream): OutputStream {
  if (mayBeTerminal(fd)) return open();
  return {
    fd,
    isTTY: false,
    columns: 0,
    get write() {
      const stream = open();
      return stream.write.bind(stream);
    },
    get on() {
      const stream = open();
      return stream.on.bind(stream);
    },
  };
}

/** Only Node's stream tells a terminal from other devices. */
function mayBeTerminal(fd: number): boolean {
  if (process.platform === 'win32') return true;
  const status = fstatSync(fd);
  return status.isCharacterDevice() && status.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}
