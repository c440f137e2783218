import { wrap } from '../../text/wrap.ts';
import { effects, faultTargets, refusals } from './effects.ts';

const columns = 80;
/** The placeholder after the name of an effect that takes a value. */
const samples = { none: '', duration: '=3s', bytes: '=BYTES' } as const;
const termColumns = 15;

const examples = [
  ['token:503=2x2', 'the first two token requests fail, the third works'],
  ['refresh:drop', 'a refresh whose answer never arrives'],
  ['api:429x1@3', 'the fourth API request has to wait'],
  ['api:expiredx1@1', 'the token expires between the first page and the next'],
  ['code:invalid_grant', 'the code has expired'],
  ['webhook:slow=5sx1', 'the first delivery arrives after the second'],
] as const;

/** The table of faults that `revento sandbox start --help` prints. */
export const faultHelp = [
  'Faults are TARGET:EFFECT[=VALUE][xCOUNT][@AFTER]: applies the effect to COUNT requests (default: all) after skipping AFTER of them (default: 0).',
  '',
  ...row('  TARGET', Object.keys(faultTargets).join(', ').replace('token', 'token (code and refresh)')),
  '  EFFECT',
  ...row(
    '    400…599',
    '(all but webhook) answers with this status and does nothing else; 429=SECONDS and 503=SECONDS send Retry-After',
  ),
  ...row('    an error', ['answers with this error and does nothing else', ...codes()].join('\n')),
  ...Object.entries(effects).flatMap(([name, { value, help }]) => row(`    ${name}${samples[value]}`, help)),
  '',
  ...examples.map(([fault, meaning]) => `  ${fault.padEnd(22)}  ${meaning}`),
].join('\n');

/** The codes by target, a line for each. */
function codes(): string[] {
  const byTargets = new Map<string, string[]>();
  for (const [code, { targets }] of Object.entries(refusals)) {
    const key = `(${targets.join(', ')})`;
    byTargets.set(key, [...(byTargets.get(key) ?? []), code]);
  }
  return [...byTargets].map(([targets, names]) => `${targets} ${names.join(', ')}`);
}

function row(term: string, meaning: string): string[] {
  return wrap(meaning, columns - termColumns).map(
    (line, index) => (index === 0 ? term : '').padEnd(termColumns) + line,
  );
}
