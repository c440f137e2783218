import type { PageResult } from '../../model/wire.ts';
import { useData } from '../context.ts';
import { countWords, timeWords } from '../words.ts';
import { RequestLink } from './tokens.tsx';

type Finding = PageResult<'audit'>['findings'][number];

const order = ['broken', 'held', 'not_seen'] as const;
const words = { broken: '✗ broken', held: '✓ held', not_seen: 'not seen' } as const;
const tones = { broken: 'bad', held: 'good', not_seen: 'calm' } as const;

/** What the sandbox thinks of the integration, as it thinks it; each breach leads to its requests. */
export function AuditPanel() {
  const data = useData('audit', {}, ['request', 'delivery', 'finding']);
  if (data === null) return null;
  const findings = order.flatMap((verdict) => data.findings.filter((one) => one.verdict === verdict));
  const count = (verdict: Finding['verdict']) => data.findings.filter((one) => one.verdict === verdict).length;
  return (
    <div>
      <div class="panel-bar">
        <h2>Audit</h2>
        <p class="aside">
          {countWords(data.seen, 'request or delivery', 'requests and deliveries')} judged · {count('broken')} broken ·{' '}
          {count('held')} held · {count('not_seen')} not seen
        </p>
      </div>
      <ul class="findings">
        {findings.map((finding) => (
          <FindingRow key={finding.rule} finding={finding} />
        ))}
      </ul>
    </div>
  );
}

function FindingRow({ finding }: { readonly finding: Finding }) {
  const { rule, title, level, verdict, count, breaches, why, fix, source, needs } = finding;
  return (
    <li class={`finding ${tones[verdict]}`} data-rule={rule}>
      <details open={verdict === 'broken'}>
        <summary>
          <span class={`badge ${tones[verdict]}`}>
            {words[verdict]}
            {count > 1 ? ` ${count} times` : ''}
          </span>{' '}
          {title} <span class="aside">{level}</span>
        </summary>
        {breaches.map(({ what, requests }) => (
          <div key={`${what} ${requests[0]?.number}`} class="breach">
            <p>{what}</p>
            <ul>
              {requests.map(({ number, at, line, request_id: id }) => (
                <li key={number}>
                  <span class="aside">{timeWords(at)}</span> <code>{line}</code>{' '}
                  {id !== null && <RequestLink id={id} />}
                </li>
              ))}
            </ul>
          </div>
        ))}
        {verdict === 'not_seen' && <p>It needs: {needs}</p>}
        <p>
          {why} {verdict === 'broken' && <strong>{fix}</strong>} <span class="aside">{source}</span>
        </p>
      </details>
    </li>
  );
}
