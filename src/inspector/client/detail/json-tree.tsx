import { useState } from 'preact/hooks';
import { stepTo } from '../../../json/difference.ts';
import { elementsOf, entriesOf, isArray, isObject } from '../../../json/text.ts';
import { countWords } from '../../../pages/client/words.ts';
import { useStore } from '../context.ts';

/** More members than this are folded at first, below the top. */
const openMembers = 40;
/** Members that are drawn at once, of one object or list. */
const drawnMembers = 500;

/** JSON indented and foldable, with its numbers and duplicate members unchanged. A name copies its jq path. */
export function JsonTree({ text }: { readonly text: string }) {
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const hits = wanted === '' ? 0 : text.toLowerCase().split(wanted).length - 1;
  return (
    <>
      <p class="search">
        <input
          type="search"
          aria-label="Search in the body"
          placeholder="Search in the body"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <span class="aside" role="status">
          {wanted === '' ? '' : hits === 0 ? 'Not found.' : `Found ${countWords(hits, 'time', 'times')}.`}
        </span>
      </p>
      <div class="json">
        <Value text={text.trim()} path="" depth={0} name={null} wanted={wanted} />
      </div>
    </>
  );
}

interface ValueProps {
  readonly text: string;
  readonly path: string;
  readonly depth: number;
  readonly name: string | null;
  /** The text searched for, in lower case; empty for none. */
  readonly wanted: string;
}

function Value({ text, path, depth, name, wanted }: ValueProps) {
  const members: readonly (readonly [string | number, string])[] | null = isObject(text)
    ? entriesOf(text)
    : isArray(text)
      ? elementsOf(text).map((element, at) => [at, element] as const)
      : null;
  if (members === null || members.length === 0) {
    return (
      <div class="leaf">
        <Name name={name} path={path} wanted={wanted} />
        <span class={isHit(text, wanted) ? `${kindOf(text)} hit` : kindOf(text)}>
          {members === null ? text : isObject(text) ? '{}' : '[]'}
        </span>
      </div>
    );
  }
  return (
    <Branch
      members={members}
      isList={isArray(text)}
      path={path}
      depth={depth}
      name={name}
      wanted={wanted}
      holds={isHit(text, wanted)}
    />
  );
}

interface BranchProps extends Omit<ValueProps, 'text'> {
  readonly members: readonly (readonly [string | number, string])[];
  readonly isList: boolean;
  /** Whether it contains the text searched for. */
  readonly holds: boolean;
}

function Branch({ members, isList, path, depth, name, wanted, holds }: BranchProps) {
  const [isUnfolded, setOpen] = useState(depth === 0 || (depth < 6 && members.length <= openMembers));
  const isOpen = isUnfolded || holds;
  const [drawn, setDrawn] = useState(drawnMembers);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return (
    <div class="branch">
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        aria-label={name ?? 'whole body'}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? '▾' : '▸'}
      </button>
      <Name name={name} path={path} wanted={wanted} />
      <span class="mark">{isOpen ? open : `${open}…${close} ${members.length}`}</span>
      {isOpen && (
        <>
          <div class="members">
            {members.slice(0, drawn).map(([key, value], at) => (
              <Value
                key={at}
                text={value}
                path={stepTo(path, key)}
                depth={depth + 1}
                name={isList ? null : JSON.stringify(key)}
                wanted={wanted}
              />
            ))}
            {members.length > drawn && (
              <button type="button" onClick={() => setDrawn(drawn * 4)}>
                {members.length - drawn} more
              </button>
            )}
          </div>
          <span class="mark">{close}</span>
        </>
      )}
    </div>
  );
}

function Name({ name, path, wanted }: Pick<ValueProps, 'name' | 'path' | 'wanted'>) {
  const store = useStore();
  if (name === null) return null;
  const copy = () =>
    navigator.clipboard.writeText(path).then(
      () => store.say(`Copied: ${path}`),
      (error: Error) => store.say(`Not copied: ${error.message}`),
    );
  return (
    <>
      <button type="button" class={isHit(name, wanted) ? 'key hit' : 'key'} title={`Copy ${path}`} onClick={copy}>
        {name}
      </button>
      <span class="mark">: </span>
    </>
  );
}

function isHit(text: string, wanted: string): boolean {
  return wanted !== '' && text.toLowerCase().includes(wanted);
}

function kindOf(text: string): string {
  if (text.startsWith('"')) return 'string';
  return /^[-\d]/.test(text) ? 'number' : 'word';
}
