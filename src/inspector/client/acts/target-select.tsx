import { useStore } from '../context.ts';

interface TargetProps {
  readonly value: number;
  readonly onPick: (target: number) => void;
}

/** The handlers that this process was started with. */
export function TargetSelect({ value, onPick }: TargetProps) {
  const { session } = useStore();
  return (
    <label class="field">
      To{' '}
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
