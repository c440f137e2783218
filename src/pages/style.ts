import { tokenStyle } from './tokens.ts';

/**
 * The style sheet of every HTML page: one card, system fonts, light and dark by the reader's own setting. It stands
 * in the page itself and is allowed by its hash.
 */
export const pageStyle = `${tokenStyle}* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; min-height: 100dvh; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
.bar { display: flex; align-items: center; gap: .625rem; width: 100%; max-width: 35rem; }
.logo { width: 1.375rem; height: 1.375rem; border-radius: 50% 50% 50% 4px; border: 7px solid var(--accent); background: var(--card); }
.brand { font-weight: 700; letter-spacing: -.01em; }
.badge { padding: .125rem .5625rem; border-radius: 99px; background: var(--badge); color: var(--on-badge); font-size: .75rem; font-weight: 600; }
main {
  width: 100%; max-width: 35rem; padding: 2.25rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 16px; box-shadow: var(--shade); overflow-wrap: anywhere;
}
.good { --tone: var(--good); --tone-ground: var(--good-ground); }
.bad { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.calm { --tone: var(--calm); --tone-ground: var(--calm-ground); }
.mark {
  width: 3rem; height: 3rem; border-radius: 50%; background: var(--tone-ground); color: var(--tone);
  display: grid; place-items: center; margin-bottom: 1.25rem;
}
.mark svg { width: 1.625rem; height: 1.625rem; fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.kicker { margin-bottom: .375rem; color: var(--accent); font-size: .8125rem; font-weight: 600; }
.problem { color: var(--bad); }
h1 { font-size: 1.625rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
h1 + p { margin-top: .625rem; }
p { color: var(--soft); text-wrap: pretty; }
p strong { color: var(--ink); }
dl { margin-top: 1.5rem; border-top: 1px solid var(--edge); }
dl div { display: flex; align-items: baseline; gap: 1rem; padding: .625rem 0; border-bottom: 1px solid var(--edge); }
dt { flex: 0 0 6.75rem; color: var(--soft); font-size: .9375rem; }
dd { flex: 1; min-width: 0; }
dd small { display: block; color: var(--soft); font-size: .875rem; }
code { font: .9375em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
dd > code { display: block; }
pre, .hint { margin-top: 1.25rem; padding: .75rem 1rem; border-radius: 12px; background: var(--faint); white-space: pre-wrap; }
figure { margin-top: 1.5rem; padding: .875rem 1rem; background: var(--faint); border-left: 3px solid var(--tone); border-radius: 0 8px 8px 0; }
figcaption { color: var(--soft); font-size: .875rem; }
blockquote { margin-top: .25rem; }
.alert { margin-top: 1.25rem; padding: .75rem 1rem; border-radius: 12px; border: 1px solid var(--bad); color: var(--bad); font-weight: 600; }
form, fieldset, .field, .actions { margin-top: 1.5rem; }
fieldset { padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .625rem; font-weight: 650; }
.scope { display: grid; grid-template-columns: 1.5rem 1fr; gap: 0 .75rem; padding: .875rem 1rem; border: 1px solid var(--edge); cursor: pointer; }
.scope:first-of-type { border-radius: 12px 12px 0 0; }
.scope:last-of-type { border-radius: 0 0 12px 12px; }
.scope:only-of-type { border-radius: 12px; }
.scope + .scope { border-top: 0; }
.scope:hover { background: var(--faint); }
.scope:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; position: relative; z-index: 1; }
@supports selector(:has(*)) { .scope input:focus-visible { outline: none; } }
.scope.fixed { cursor: default; }
.scope input { width: 1.25rem; height: 1.25rem; margin: .125rem 0 0; accent-color: var(--accent); grid-row: span 2; }
.name { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .5rem; font-weight: 600; }
.name em { padding: 0 .5rem; border: 1px solid var(--edge); border-radius: 99px; color: var(--soft); font-size: .78rem; font-style: normal; font-weight: 500; }
.meaning { color: var(--soft); font-size: .9375rem; }
.field { display: block; font-weight: 650; }
select {
  display: block; width: 100%; margin-top: .5rem; padding: .6875rem .75rem; font: inherit; font-weight: 400; color: var(--ink);
  background: var(--card); border: 1px solid var(--field); border-radius: 10px; text-overflow: ellipsis;
}
.actions { display: flex; gap: .75rem; }
button {
  flex: 1; min-height: 3rem; padding: .625rem 1.25rem; font: inherit; font-weight: 650; border-radius: 12px; cursor: pointer;
  border: 1px solid var(--field); background: transparent; color: var(--ink);
}
button:hover { background: var(--faint); }
button.allow { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.allow:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
a { color: var(--accent); }
button:focus-visible, select:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.next { margin-top: 1.5rem; color: var(--ink); }
.next code, .hint code { padding: .125rem .375rem; background: var(--faint); border-radius: 6px; white-space: nowrap; }
.after, .trace { margin-top: 1.125rem; font-size: .875rem; }
footer { color: var(--soft); font-size: .875rem; text-align: center; }
footer b { color: var(--accent); font-weight: 650; letter-spacing: -.01em; }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1rem .75rem; }
  main { padding: 1.5rem 1.25rem; }
  h1 { font-size: 1.4375rem; }
  dl div { gap: .5rem; }
  button { padding: .625rem .75rem; }
}
@media (prefers-reduced-motion: no-preference) { button, .scope { transition: background-color 120ms ease; } }
@media (forced-colors: active) { .mark, .logo, .badge { border: 1px solid; } }
`;
