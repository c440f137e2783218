import type { ComponentChildren } from 'preact';
import { useStore } from '../context.ts';

interface TargetProps {
  readonly label: ComponentChildren;
  readonly className?: string;
  readonly value: number;
  readonly onPick: (target: number) => void;
}

/** The handlers that this process was started with. */
export function TargetSelect({ label, className, value, onPick }: TargetProps) {
  const { session } = useStore();
  return (
    <label class={className}>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onPick(Number(currentTarget.value))}>
        {(session?.targets ?? []).map((name, at) => (
          <option key={name} value={at}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
