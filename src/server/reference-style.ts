/** The look of the reference page. */
export const referenceStyle = `
:root { color-scheme: light dark; --ink: light-dark(#1d2129, #e4e7ec); --soft: light-dark(#5b6270, #a4abb8);
  --line: light-dark(#dfe2e8, #333944); --ground: light-dark(#fff, #14171c); --raised: light-dark(#f5f6f9, #1d2128);
  --link: light-dark(#0b5cad, #7db8f5) }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
nav { padding: 1.5rem; background: var(--raised); border-bottom: 1px solid var(--line) }
nav ul { list-style: none; margin: 0; padding: 0 } nav ul ul { margin: 0 0 1rem }
nav li { padding: 0.15rem 0 } nav a { text-decoration: none }
main { padding: 1.5rem; max-width: 62rem; min-width: 0 }
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 21rem 1fr }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border: 0; border-right: 1px solid var(--line) }
  main { padding: 1.5rem 3rem 6rem }
}
a { color: var(--link) }
h1 { margin-top: 0 } h2 { margin: 3rem 0 1rem } h3 { margin: 0; font-size: 1.1rem; font-weight: 600 }
h3, [id^=E_] { scroll-margin-top: 1rem }
article { margin: 1rem 0 1.5rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px }
code { font: 0.88em ui-monospace, "Cascadia Mono", Consolas, monospace; overflow-wrap: break-word }
pre { padding: 1rem; overflow-x: auto; border-radius: 8px; background: var(--raised) }
.table { overflow-x: auto } table { width: 100%; margin-top: 0.75rem; border-collapse: collapse; font-size: 0.92rem }
caption { padding: 0.25rem 0; text-align: left; font-weight: 600 }
th { text-align: left; font-weight: 500; color: var(--soft) }
th, td { padding: 0.35rem 0.9rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
tr:last-child td { border: 0 } em, .example { color: var(--soft); font-style: normal; font-size: 0.88em }
:target { outline: 2px solid var(--link); outline-offset: 4px }
.verb { display: inline-block; min-width: 3.9rem; font: 600 0.75rem ui-monospace, Consolas, monospace }
.get { color: light-dark(#0b6b3a, #6fd39b) } .post { color: light-dark(#0b5cad, #7db8f5) } .delete { color: light-dark(#a8261c, #f39a92) }
`;
