import { ScrollBox } from '../scroll-box.tsx';
import { timeWords } from '../words.ts';
import type { Login, Token } from './tokens.tsx';

const stepPx = 132;
const leftPx = 28;
const linePx = 26;
const forkPx = 74;

/** The tokens of a login on a line, each refresh a step; a token that came again is a fork that ends the login. */
export function TokenTrack({ login }: { readonly login: Login }) {
  const { tokens, ending, number } = login;
  const reused = ending?.refresh_token ?? null;
  const forkAt = tokens.findIndex(({ refresh_token }) => refresh_token === reused);
  const hasFork = reused !== null && forkAt !== -1;
  const x = (index: number) => leftPx + index * stepPx;
  const width = x(tokens.length - 1) + stepPx;
  const height = hasFork ? 132 : 84;
  const forkX = x(forkAt) + stepPx * 0.62;
  return (
    <ScrollBox className="track" label={`Timeline of login ${number}`}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={describe(login)}>
        {tokens.slice(1).map((token, index) => (
          <line key={token.number} class="rail" x1={x(index)} x2={x(index + 1)} y1={linePx} y2={linePx} />
        ))}
        {hasFork && (
          <g class="fork">
            <path
              d={`M${x(forkAt)} ${linePx} C${x(forkAt)} ${forkPx} ${x(forkAt) + 30} ${forkPx} ${forkX} ${forkPx}`}
            />
            <path class="cross" d={`M${forkX - 6} ${forkPx - 6} l12 12 m0 -12 l-12 12`} />
            <text x={forkX + 14} y={forkPx + 4}>
              came again
            </text>
            <text class="minor" x={forkX - 6} y={forkPx + 26}>
              {ending === null ? '' : timeWords(ending.at).slice(5)}
            </text>
          </g>
        )}
        {tokens.map((token, index) => (
          <g key={token.number} class={`node ${token.state}`}>
            <circle cx={x(index)} cy={linePx} r={10} />
            <text class="inside" x={x(index)} y={linePx + 4}>
              {token.number}
            </text>
            <text x={x(index) + 16} y={linePx - 8}>
              {token.refresh_token}
            </text>
            <text class="minor" x={x(index) + 16} y={linePx + 18}>
              {timeWords(token.issued_at).slice(5)}
            </text>
            {!(hasFork && index === forkAt) && (
              <text class="minor" x={x(index) + 16} y={linePx + 34}>
                {stateWords(token)}
              </text>
            )}
          </g>
        ))}
      </svg>
    </ScrollBox>
  );
}

function stateWords({ state, spent_at }: Token): string {
  return state === 'spent' && spent_at !== null ? `spent ${timeWords(spent_at).slice(11, 16)}` : state;
}

function describe({ tokens, ending }: Login): string {
  const steps = tokens.map(({ number, refresh_token, state }) => `${number}: ${refresh_token}, ${state}`).join('; ');
  return ending?.refresh_token == null ? steps : `${steps}; ${ending.refresh_token} came again, which ended the login`;
}
