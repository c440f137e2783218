import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of the heap that are in use once all garbage is gone. */
export function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** Characters and bytes that a value holds, each string and each buffer once. */
export function heldBytes(value: unknown): number {
  const seen = new Set<unknown>();
  const count = (one: unknown): number => {
    if (one === null || one === undefined || seen.has(one)) return 0;
    seen.add(one);
    if (typeof one === 'string') return one.length;
    if (ArrayBuffer.isView(one)) return count(one.buffer);
    if (one instanceof ArrayBuffer) return one.byteLength;
    if (typeof one !== 'object') return 0;
    return Reflect.ownKeys(one).reduce((sum, key) => sum + count(Reflect.get(one, key)), 0);
  };
  return count(value);
}
