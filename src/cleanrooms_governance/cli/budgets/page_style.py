"""How the page of privacy budgets looks: one column on a phone, cards side by side where there is room, light or dark."""

STYLE = """
:root { --paper: #ffffff; --card: #f6f7f9; --ink: #1b1f24; --muted: #5b6570; --line: #d5dae0;
  --fine: #0b7a75; --soon: #a85b00; --gone: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --card: #1d2126; --ink: #e8ebee; --muted: #a2acb6; --line: #3a424b;
    --fine: #4fc4bd; --soon: #f0a54a; --gone: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.25rem; margin: 1.75rem 0 0; }
h3 { font-size: 1.05rem; margin: 0; }
section > h3 { margin-top: 1.25rem; }
header p, .where, .whose, footer { color: var(--muted); margin: 0.15rem 0 0; font-size: 0.9rem; }
.cards { display: grid; gap: 0.9rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem; }
figure { margin: 0.6rem 0 0; }
figure svg { display: block; width: 100%; height: auto; max-width: 27rem; stroke-linejoin: round; }
.overview { margin-top: 1rem; }
.left { font-size: 1.15rem; font-weight: 600; margin: 0.5rem 0 0; }
.state { font-size: 0.8rem; font-weight: 600; padding: 0.1rem 0.5rem; border-radius: 1rem; border: 1px solid;
  white-space: nowrap; }
.state.fine { color: var(--fine); }
.state.soon { color: var(--soon); }
.state.gone, p.gone { color: var(--gone); }
.state.muted { color: var(--muted); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 0.8rem; margin: 0.6rem 0 0; font-size: 0.9rem; }
dt { color: var(--muted); }
dd { margin: 0; }
time { white-space: nowrap; }
ul { margin: 0.4rem 0 0; padding-left: 1.2rem; }
footer { margin-top: 2rem; }
"""
