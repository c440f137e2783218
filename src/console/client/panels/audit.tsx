import { useRoving } from '../../../pages/client/roving.ts';
import { countWords } from '../../../pages/client/words.ts';
import type { PageResult } from '../../model/wire.ts';
import { useData } from '../context.ts';
import { timeWords } from '../words.ts';
import { DeliveryLink, RequestLink } from './row-link.tsx';

type Finding = PageResult<'audit'>['findings'][number];

const order = ['broken', 'held', 'not_seen'] as const;
const words = { broken: '✗ broken', held: '✓ held', not_seen: 'not seen' } as const;
const tones = { broken: 'bad', held: 'good', not_seen: 'calm' } as const;

/** The verdict of the audit on the integration, live; each breach links to its requests. */
export function AuditPanel() {
  const data = useData('audit', {}, ['request', 'delivery', 'finding']);
  const all = data?.findings ?? [];
  const findings = order.flatMap((verdict) => all.filter((one) => one.verdict === verdict));
  const roving = useRoving(findings.map(({ rule }) => rule));
  const count = (verdict: Finding['verdict']) => all.filter((one) => one.verdict === verdict).length;
  return (
    <div>
      <div class="panel-bar">
        <h2>Audit</h2>
        {data !== null && (
          <p class="aside">
            {countWords(data.seen, 'request or delivery', 'requests and deliveries')} judged · {count('broken')} broken
            · {count('held')} held · {count('not_seen')} not seen
          </p>
        )}
      </div>
      <ul class="findings" {...roving.list}>
        {findings.map((finding) => (
          <FindingRow key={finding.rule} finding={finding} stop={roving.row(finding.rule)} />
        ))}
      </ul>
    </div>
  );
}

interface FindingRowProps {
  readonly finding: Finding;
  readonly stop: object;
}

function FindingRow({ finding, stop }: FindingRowProps) {
  const { rule, title, level, verdict, count, breaches, why, fix, source, needs } = finding;
  const isBroken = verdict === 'broken';
  return (
    <li class={`finding ${tones[verdict]}`} data-rule={rule} data-item="" {...(isBroken && { 'data-bad': '' })}>
      <details open={isBroken}>
        <summary {...stop}>
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
              {requests.map(({ number, at, line, request_id: request, delivery_id: delivery }) => (
                <li key={number}>
                  <span class="aside">{timeWords(at)}</span> <code>{line}</code>{' '}
                  {request !== null && <RequestLink id={request} />}
                  {delivery !== null && <DeliveryLink id={delivery} />}
                </li>
              ))}
            </ul>
          </div>
        ))}
        {count > breaches.length && <p>and {countWords(count - breaches.length, 'more time', 'more times')}</p>}
        <p>
          <span class="aside">Why:</span> {why}
        </p>
        {isBroken && (
          <p>
            <span class="aside">Fix:</span> <strong>{fix}</strong>
          </p>
        )}
        {verdict === 'not_seen' && (
          <p>
            <span class="aside">Needs:</span> {needs}
          </p>
        )}
        <p class="aside">Source: {source}</p>
      </details>
    </li>
  );
}
