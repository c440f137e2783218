import { useEffect } from 'preact/hooks';

interface TabListProps<Tab> {
  readonly label: string;
  readonly className: string;
  readonly tabs: readonly Tab[];
  readonly current: Tab;
  /** The id of the element that shows the current tab. */
  readonly panel: string;
  readonly onShow: (tab: Tab) => void;
}

/** Tabs as one tab stop: the arrows move to the next one, from the last to the first. */
export function TabList<Tab extends string>({ label, className, tabs, current, panel, onShow }: TabListProps<Tab>) {
  useEffect(() => document.getElementById(`tab-${current}`)?.scrollIntoView({ block: 'nearest' }), [current]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    // From the focus, which has moved at once: a second press may come before the page is drawn again.
    const { id } = event.target as Element;
    const from = tabs.findIndex((tab) => `tab-${tab}` === id);
    const to = tabs[(from + step + tabs.length) % tabs.length] ?? current;
    onShow(to);
    document.getElementById(`tab-${to}`)?.focus();
  };
  return (
    <div class={className} role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={current === tab}
          aria-controls={panel}
          tabIndex={current === tab ? 0 : -1}
          onClick={() => onShow(tab)}
        >
          {tab}
        </button>
      ))}
    </div>
  );
}
