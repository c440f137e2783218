export interface ServerEvent {
  /** `message` where it has no name. */
  readonly name: string;
  readonly data: string;
  /** Null where it has none. */
  readonly id: string | null;
}

/** Parses events from text that arrives in pieces, cut anywhere. Source: HTML standard, server-sent events. */
export class EventReader {
  #rest = '';

  /** The events that this piece completes. */
  push(piece: string): ServerEvent[] {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map(eventOf).filter((event) => event !== null);
  }
}

/** Null for a comment, which is only a sign of life. */
function eventOf(block: string): ServerEvent | null {
  let name = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field === 'event') name = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? null : { name, data: data.join('\n'), id };
}
