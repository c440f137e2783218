/** The look of every sandbox page: one card, system fonts, light and dark by the reader's own setting. */
export const pageStyle = `
:root {
  --ink: #1c1a2b; --soft: #5d5a72; --paper: #f5f3fa; --card: #ffffff; --line: #dedaea; --edge: #8b86a3;
  --accent: #5b3fd6; --accent-strong: #4a30bd; --on-accent: #ffffff; --tint: #f0ecff; --bad: #b3261e; --warn: #fff4d6; --warn-ink: #6b4a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #f1eefb; --soft: #b3aecb; --paper: #13111c; --card: #1d1a2a; --line: #37324d; --edge: #8d87aa;
    --accent: #b3a1ff; --accent-strong: #c8baff; --on-accent: #1b1140; --tint: #28223f; --bad: #ff9b93; --warn: #3a2f10; --warn-ink: #ffdf91;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; padding: 24px 16px; display: flex; flex-direction: column; align-items: center; gap: 20px;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.bar { display: flex; align-items: center; gap: 10px; width: 100%; max-width: 560px; margin-top: 3vh; }
.mark { width: 22px; height: 22px; border-radius: 50% 50% 50% 4px; border: 7px solid var(--accent); background: var(--card); }
.brand { font-weight: 700; letter-spacing: -0.01em; font-size: 18px; }
.badge { font-size: 12px; font-weight: 600; padding: 2px 9px; border-radius: 99px; background: var(--warn); color: var(--warn-ink); }
.card {
  width: 100%; max-width: 560px; padding: 32px; border-radius: 16px; background: var(--card); border: 1px solid var(--line);
  box-shadow: 0 1px 2px rgb(20 10 60 / 6%), 0 12px 32px rgb(20 10 60 / 8%); overflow-wrap: anywhere;
}
.kicker { margin: 0 0 6px; font-size: 13px; font-weight: 600; color: var(--accent); }
.problem { color: var(--bad); }
h1 { margin: 0 0 10px; font-size: 26px; line-height: 1.25; letter-spacing: -0.02em; text-wrap: balance; }
.lead { margin: 0 0 20px; color: var(--soft); }
.lead strong { color: var(--ink); }
.facts { margin: 0 0 24px; padding: 14px 18px; display: grid; gap: 10px; border-radius: 12px; background: var(--tint); }
.facts dt { font-size: 13px; color: var(--soft); }
.facts dd { margin: 0; font-weight: 600; }
.facts dd small { display: block; font-weight: 400; font-size: 14px; color: var(--soft); }
fieldset { margin: 0 0 24px; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 10px; font-weight: 650; }
.scope { display: grid; grid-template-columns: 24px 1fr; gap: 0 12px; padding: 14px 16px; border: 1px solid var(--line); cursor: pointer; }
.scope:first-of-type { border-radius: 12px 12px 0 0; }
.scope:last-of-type { border-radius: 0 0 12px 12px; }
.scope:only-of-type { border-radius: 12px; }
.scope + .scope { border-top: 0; }
.scope:hover { background: var(--tint); }
.scope:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; position: relative; z-index: 1; }
@supports selector(:has(*)) { .scope input:focus-visible { outline: none; } }
.scope.fixed { cursor: default; }
.scope input { width: 20px; height: 20px; margin: 2px 0 0; accent-color: var(--accent); grid-row: span 2; }
.scope .name { font-weight: 600; display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; }
.scope .name em { font-style: normal; font-weight: 500; font-size: 12.5px; color: var(--soft); border: 1px solid var(--line); border-radius: 99px; padding: 0 8px; }
.scope .meaning { font-size: 14.5px; color: var(--soft); }
.field { display: block; margin: 0 0 24px; font-weight: 650; }
select {
  display: block; width: 100%; margin-top: 8px; padding: 11px 12px; font: inherit; font-weight: 400; color: var(--ink);
  background: var(--card); border: 1px solid var(--edge); border-radius: 10px; text-overflow: ellipsis;
}
.actions { display: flex; gap: 12px; }
button {
  flex: 1; min-height: 48px; padding: 10px 20px; font: inherit; font-weight: 650; border-radius: 12px; cursor: pointer;
  border: 1px solid var(--edge); background: transparent; color: var(--ink);
}
button:hover { background: var(--tint); }
button.allow { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.allow:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
a { color: var(--accent); }
button:focus-visible, select:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert { margin: 0 0 20px; padding: 12px 16px; border-radius: 12px; border: 1px solid var(--bad); color: var(--bad); font-weight: 600; }
.after { margin: 18px 0 0; font-size: 14px; color: var(--soft); }
.hint { margin: 0 0 20px; padding: 12px 16px; border-radius: 12px; background: var(--tint); }
.trace { margin: 0; font-size: 13.5px; color: var(--soft); }
code { font: 0.9em ui-monospace, "SF Mono", "Cascadia Mono", Menlo, monospace; }
pre { margin: 0 0 20px; padding: 14px 16px; white-space: pre-wrap; border-radius: 12px; background: var(--tint); }
.foot { max-width: 560px; font-size: 13px; color: var(--soft); text-align: center; }
@media (max-width: 480px) {
  .card { padding: 24px 20px; }
  button { padding: 10px 12px; }
  h1 { font-size: 23px; }
}
@media (prefers-reduced-motion: no-preference) { button, .scope { transition: background-color 120ms ease; } }
@media (forced-colors: active) { .mark, .badge { border: 1px solid; } }
`;
