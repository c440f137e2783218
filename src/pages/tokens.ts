/** Colors of every HTML page, light and dark by the reader's own setting. */
export const tokenStyle = `
:root {
  color-scheme: light dark;
  --ground: #f8fafc; --card: #ffffff; --edge: #e2e8f0; --field: #7c879b; --ink: #0f172a; --soft: #475569; --faint: #f1f5f9;
  --accent: #4f46e5; --accent-strong: #4338ca; --on-accent: #ffffff; --good: #047857; --good-ground: #ecfdf5;
  --bad: #b91c1c; --bad-ground: #fef2f2; --calm: #4338ca; --calm-ground: #eef2ff; --badge: #fff4d6; --on-badge: #6b4a00;
  --shade: 0 1px 2px rgb(15 23 42 / .06), 0 12px 32px -12px rgb(15 23 42 / .18);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b1020; --card: #131a2e; --edge: #26304a; --field: #8490a8; --ink: #f1f5f9; --soft: #a9b4c8; --faint: #1b2440;
    --accent: #a5b4fc; --accent-strong: #c7d2fe; --on-accent: #1e1b4b; --good: #6ee7b7; --good-ground: #0d2b26;
    --bad: #fca5a5; --bad-ground: #331a22; --calm: #a5b4fc; --calm-ground: #1f2547; --badge: #3a2f10; --on-badge: #ffdf91;
    --shade: 0 1px 2px rgb(0 0 0 / .4), 0 16px 40px -16px rgb(0 0 0 / .6);
  }
}
`;
