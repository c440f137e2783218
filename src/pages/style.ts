/**
 * The style sheet of the result pages. It stands in the page itself and is allowed by its hash, so nothing else can
 * be; the consent page of the sandbox shares its colours and measures.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f8fafc; --card: #ffffff; --edge: #e2e8f0; --ink: #0f172a; --soft: #475569; --faint: #f1f5f9;
  --accent: #4f46e5; --good: #047857; --good-ground: #ecfdf5; --bad: #b91c1c; --bad-ground: #fef2f2;
  --calm: #4338ca; --calm-ground: #eef2ff; --shade: 0 1px 2px rgb(15 23 42 / .06), 0 12px 32px -12px rgb(15 23 42 / .18);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b1020; --card: #131a2e; --edge: #26304a; --ink: #f1f5f9; --soft: #a9b4c8; --faint: #1b2440;
    --accent: #a5b4fc; --good: #6ee7b7; --good-ground: #0d2b26; --bad: #fca5a5; --bad-ground: #331a22;
    --calm: #a5b4fc; --calm-ground: #1f2547; --shade: 0 1px 2px rgb(0 0 0 / .4), 0 16px 40px -16px rgb(0 0 0 / .6);
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; min-height: 100dvh; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main {
  width: 100%; max-width: 30rem; padding: 2.25rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 16px; box-shadow: var(--shade);
}
.good { --tone: var(--good); --tone-ground: var(--good-ground); }
.bad { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.calm { --tone: var(--calm); --tone-ground: var(--calm-ground); }
.mark {
  width: 3rem; height: 3rem; border-radius: 50%; background: var(--tone-ground); color: var(--tone);
  display: grid; place-items: center; margin-bottom: 1.25rem;
}
.mark svg { width: 1.625rem; height: 1.625rem; fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
h1 { font-size: 1.625rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
h1 + p { margin-top: .625rem; }
p { color: var(--soft); text-wrap: pretty; overflow-wrap: anywhere; }
dl { margin-top: 1.5rem; border-top: 1px solid var(--edge); }
dl div { display: flex; align-items: baseline; gap: 1rem; padding: .625rem 0; border-bottom: 1px solid var(--edge); }
dt { flex: 0 0 6.75rem; color: var(--soft); font-size: .9375rem; }
dd { flex: 1; min-width: 0; overflow-wrap: anywhere; }
code { font: .9375em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
dd code { display: block; }
figure { margin-top: 1.5rem; padding: .875rem 1rem; background: var(--faint); border-left: 3px solid var(--tone); border-radius: 0 8px 8px 0; }
figcaption { color: var(--soft); font-size: .875rem; }
blockquote { margin-top: .25rem; overflow-wrap: anywhere; }
.next { margin-top: 1.5rem; color: var(--ink); }
.next code { padding: .125rem .375rem; background: var(--faint); border-radius: 6px; white-space: nowrap; }
footer { color: var(--soft); font-size: .875rem; text-align: center; }
footer b { color: var(--accent); font-weight: 650; letter-spacing: -.01em; }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1rem .75rem; }
  main { padding: 1.5rem 1.25rem; }
  h1 { font-size: 1.4375rem; }
  dl div { gap: .5rem; }
}
@media (forced-colors: active) { .mark { border: 1px solid; } }
`;
