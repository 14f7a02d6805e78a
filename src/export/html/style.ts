/** The style sheet of the report: light and dark, screen and paper, colours of types as variables that a filter can empty. */
import { typeColor } from '../../data/formats/colors.ts';
import type { Line } from './draw-text.ts';
import { cssString } from './escape.ts';

/** What does not depend on the content. */
export const baseStyle = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2330;--dim:#5c6675;--rule:#dfe3e8;--mix:#000;--depth:24%;--tint:34%}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1a2029;--ink:#e6e9ee;--dim:#98a3b3;--rule:#2e3743;--mix:#fff;--depth:8%;--tint:24%}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
display:grid;grid-template:"head head" auto "side stats" auto "side docs" 1fr / 17.5rem minmax(0,1fr);gap:1rem;padding:1rem;max-width:90rem;margin:auto}
header{grid-area:head}aside{grid-area:side;position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow:auto}
.stats{grid-area:stats}main{grid-area:docs;min-width:0}
h1{font-size:1.5rem;margin:.2rem 0 .6rem}h2{font-size:1.05rem;margin:0 0 .6rem;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1rem 1.2rem;margin-bottom:1rem}
aside.card,.stats.card{margin-bottom:0}
dl{display:flex;flex-wrap:wrap;gap:.3rem 2rem;margin:0}dl div{display:flex;gap:.5rem;align-items:baseline}
dt{color:var(--dim)}dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
label{display:flex;gap:.5rem;align-items:center;padding:.16rem 0;font-size:.84rem;cursor:pointer;overflow-wrap:anywhere}
aside .n{flex:none;white-space:nowrap}label .n{margin-left:auto;color:var(--dim);font-variant-numeric:tabular-nums}
.dot{flex:none;width:.85rem;height:.85rem;border-radius:3px}
input{accent-color:#4a6fa5;margin:0;flex:none;width:1rem;height:1rem}
.all{border-top:1px solid var(--rule);margin-top:.5rem;padding-top:.5rem}
nav{border-top:1px solid var(--rule);margin-top:.6rem;padding-top:.6rem;font-size:.84rem}nav a{display:flex;gap:.5rem;color:inherit;text-decoration:none;padding:.12rem 0;overflow-wrap:anywhere}
nav a:hover,nav a:focus{text-decoration:underline}nav .n{margin-left:auto;color:var(--dim)}
.hint{color:var(--dim);font-size:.84rem;margin:.6rem 0 0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 2rem}
figure{margin:0;max-width:42rem;break-inside:avoid}figcaption{font-weight:600;margin-bottom:.3rem}svg{width:100%;height:auto;display:block}
svg text{font-size:12.5px;fill:var(--ink);dominant-baseline:central}svg .n{fill:var(--dim)}
details{margin-top:1rem}summary{cursor:pointer;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.84rem;margin-top:.5rem}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--rule);vertical-align:top}td:first-child{white-space:nowrap}
article h2 .n{color:var(--dim);font-weight:400;margin-left:.5rem}
.text{font-family:Georgia,"PT Serif","Noto Serif",serif;font-size:1.02rem;line-height:2.05;white-space:pre-wrap;overflow-wrap:anywhere}
.part{content-visibility:auto;contain-intrinsic-size:auto 900px}
.h{font-weight:700}.gap{display:block;height:.55em}.m{color:var(--dim)}
.e{padding:.12em 0;border-radius:3px 3px 0 0}
.k{font:600 .56rem/1 system-ui,"Segoe UI",Roboto,Arial,sans-serif;letter-spacing:.02em;margin:0 .25em 0 .15em;padding:.12em .35em;border-radius:3px;vertical-align:.1em;white-space:nowrap;user-select:none}
:root:has(#names:not(:checked)) .k{display:none}
@media (max-width:60rem){body{grid-template:"head" auto "side" auto "stats" auto "docs" auto / minmax(0,1fr)}aside{position:static;max-height:none}
.types{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:0 1.5rem}}
@page{margin:14mm}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--dim:#444;--rule:#bbb;--mix:#000;--depth:24%;--tint:34%;color-scheme:light}
body{display:flex;flex-direction:column;padding:0;max-width:none;font-size:11pt}header{order:0}aside{order:1;position:static;max-height:none;overflow:visible}.stats{order:2}main{order:3}
.card{border:0;padding:0 0 .8rem;border-radius:0}input,nav,.all{display:none}label:has(input[id^="f"]:not(:checked)){display:none}
.types{display:grid;grid-template-columns:repeat(3,1fr);gap:0 1.5rem}.charts{grid-template-columns:1fr 1fr}.text{line-height:1.9}.part{content-visibility:visible}
article{break-before:page}h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;

/** The colours of the types – `--l` of lines, `--b` of tints – and what the filter takes away. */
export function typeStyle(types: readonly string[]): string {
  const colors = types.map((_, i) => {
    const color = typeColor(i);
    return `--l${i}:color-mix(in srgb,${color},var(--mix) var(--depth));--b${i}:color-mix(in srgb,${color} var(--tint),transparent);`;
  });
  const rules = types.map(
    (type, i) =>
      `:root:has(#f${i}:not(:checked)){--l${i}:transparent;--b${i}:transparent}` +
      `:root:has(#f${i}:not(:checked)) .t${i}{display:none}` +
      `.t${i}{background:var(--b${i})}.t${i}::after{content:${cssString(type)}}` +
      `.f${i}{fill:var(--s${i});background:var(--s${i})}`,
  );
  const solid = types.map((_, i) => `--s${i}:${typeColor(i)};`);
  return `:root{${solid.join('')}${colors.join('')}}\n${rules.join('\n')}\n`;
}

/** Thickness of a line under the text and distance between two, in pixels. */
const lineHeight = 3;
const lineStep = 5;
/** Lines that fit between two lines of text; for more the text is set wider apart. */
const fittingLines = 2;

/** How a stretch of text with these lines looks: a tint of the innermost entity, the lines one below the other. */
export function linesStyle(name: string, lines: readonly Line[]): string {
  const layers = lines.flatMap(({ type, kind }, lane) => {
    if (kind === 'none') return [];
    const color = `var(--l${type})`;
    const image =
      kind === 'gap'
        ? `repeating-linear-gradient(90deg,${color} 0 3px,transparent 3px 7px)`
        : `linear-gradient(${color},${color})`;
    const fromBottom = (lines.length - 1 - lane) * lineStep;
    return [`${image} 0 calc(100% - ${fromBottom}px)/100% ${lineHeight}px no-repeat`];
  });
  const inner = lines.find(({ kind }) => kind === 'words');
  const height = `calc(100% - ${lines.length * lineStep}px)`;
  const tint =
    inner === undefined
      ? []
      : [`linear-gradient(var(--b${inner.type}),var(--b${inner.type})) 0 0/100% ${height} no-repeat`];
  const more = Math.max(0, lines.length - fittingLines);
  // half of what a line is higher stands above it
  const apart = more === 0 ? '' : `;line-height:calc(2.05em + ${2 * more * lineStep}px)`;
  return `.${name}{background:${[...layers, ...tint].join(',')};padding-bottom:${lines.length * lineStep}px${apart}}`;
}
