import type { PlayedStep } from '../../model/wire.ts';

interface StepProps {
  readonly kind: string;
  readonly title: string;
  readonly played: PlayedStep | undefined;
  readonly isNow: boolean;
}

const words = { pass: '✓ passed', fail: '✗ failed', skip: '– skipped' } as const;
const tones = { pass: 'good', fail: 'bad', skip: 'calm' } as const;

/** A step of a scenario, and how it went. */
export function ScenarioStep({ kind, title, played, isNow }: StepProps) {
  return (
    <li class={played === undefined ? '' : tones[played.outcome]} aria-current={isNow ? 'step' : undefined}>
      <span class="kind">{kind}</span> <strong>{title}</strong>{' '}
      {played !== undefined && <span class={`badge ${tones[played.outcome]}`}>{words[played.outcome]}</span>}
      {isNow && (
        <span class="badge calm">
          {kind === 'sync' ? 'waiting: make your integration read the API now' : 'playing'}
        </span>
      )}
      {played !== undefined && (
        <span class="aside">
          {played.wanted !== '' && `expected: ${played.wanted}; `}
          {played.got}
        </span>
      )}
    </li>
  );
}
