import type { TestedDelivery } from '../../../src/test-code/test-file.ts';
import { seeded } from '../random.ts';

/** A recorded delivery, signed and answered with 2xx if nothing else is said. */
export const recorded = (
  deliveryId: string | null,
  body: string | Uint8Array,
  rest: Partial<TestedDelivery> = {},
): TestedDelivery => ({
  deliveryId,
  event: 'application.approved',
  headers: [
    ['content-type', 'application/json; charset=utf-8'],
    ...(deliveryId === null ? [] : ([['x-revento-delivery-id', deliveryId]] as const)),
  ],
  body: Buffer.from(body),
  isSigned: true,
  status: null,
  ...rest,
});

/** What breaks out of string literals, is changed by shells, editors and Git, or is not text. */
const pieces = [
  ...[
    '"',
    "'",
    '`',
    '\\',
    '\\\\',
    '\n',
    '\r\n',
    '\t',
    '$',
    '${',
    '#{',
    '#$',
    '{$',
    '%',
    '%s',
    '%%',
    '\0',
    '$(id)',
    '!',
  ],
  ...['\\u0041', '\\x41', '\\0', '"""', "'''", 'EOF\n', '*/', '?>', '//', '#', '\ufeff', '\u2028', '\u0085', '\u202e'],
  ...['é', 'Ω', '漢', '🎪', '\ud7ff', ' ', ' \n', '-n', '@', '<?php', '</script>', '$&', "$'", 'a', '{"a":1}'],
].map((text) => Buffer.from(text)) as [Buffer, ...Buffer[]];
const notText = [Buffer.of(0xff), Buffer.of(0xc3), Buffer.of(0xed, 0xa0, 0x80), Buffer.of(0x80, 0x00)] as const;

function fuzzed(count: number): readonly TestedDelivery[] {
  const random = seeded(16);
  return Array.from({ length: count }, (_, at) => {
    // Half of them are text that can be read.
    const choices = at % 2 === 0 ? pieces : ([...pieces, ...notText] as [Buffer, ...Buffer[]]);
    const parts = Array.from({ length: random.below(30) }, () => random.pick(choices));
    const safe = at % 4 === 0 ? parts.filter((part) => !/[^\P{C}\n\t]|\u2028/u.test(part.toString())) : parts;
    return recorded(`fuzzed_${at}`, Buffer.concat(safe));
  });
}

/** Deliveries that a generated test could get wrong; the first is signed. */
export function hostile(): readonly TestedDelivery[] {
  const readable = `{"a":"it's \\"$HOME\\" #{x} %s \\\\n {$y} \`z\` \${1} 🎪é","type":"application.approved"}`;
  const headers = [
    ['content-type', 'application/json'],
    ['x-revento-delivery-id', 'headers'],
    ['x-odd', `it's "$HOME" \`id\` #{x} \${y} %s \\ \t caf\xe9 \x80`],
    ["x-'`$|~#", 'name'],
    ['x-code', `"); evil(); //'`],
    ['x-empty', ''],
    ['x-two', '1'],
    ['x-two', '2'],
    ['user-agent', 'Revento-Webhooks/1.0'],
    ['accept', '*/*'],
  ] as const;
  const forged = [
    ['x-revento-delivery-id', 'forged'],
    ['x-revento-timestamp', '1600000000'],
    ['x-revento-signature', `sha256=${'a'.repeat(64)}`],
  ] as const;
  return [
    recorded('readable', readable, { status: 204 }),
    recorded('lines', `${readable} \n\t\n`, { status: 200 }),
    recorded('bytes', Buffer.concat([Buffer.from('\ufeff{"a":1}\r\n'), Buffer.of(0xff, 0x00)]), { status: 202 }),
    recorded('empty', ''),
    recorded('long', `{"a":"${`é🎪\\"'$`.repeat(90_000)}"}`),
    recorded('long_bytes', Buffer.alloc(1_048_576, Buffer.from([0xff, 0x00, 0x0d, 0x27]))),
    recorded('moved', '{}', { status: 302 }),
    recorded('headers', '{}', { headers }),
    recorded(`a"'\`$x#{y}*/?>`, '"odd"', { event: `a"'\`\n$x#{y}*/?>` }),
    recorded('forged', '{"forged":true}', { isSigned: false, status: 401, headers: forged }),
    // Names that are the same without what an identifier cannot have, or without case.
    ...['same', 'SAME', 'same', 'a.b', 'a_b', 'a_b_2', '1', ''].map((id, at) => recorded(id, `"same ${at}"`)),
    recorded(null, '"none"', { event: null }),
    recorded(null, '"none again"', { event: '404.rejects.a.changed.body' }),
    recorded(`x${'y'.repeat(5_000)}`, '"long name"', { event: `class.${'z'.repeat(5_000)}` }),
    recorded('Ünïcode-日本', '"unicode"', {
      event: 'Ω.é',
      headers: [['x-revento-delivery-id', 'x']],
    }),
    ...fuzzed(24),
  ];
}
