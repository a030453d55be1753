/** The look of the page, in light, in dark and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fff; --text: #1c2228; --quiet: #57626d; --line: #d7dde3; --soft: #f3f5f7;
  --blue: #1d5fc4; --green: #147a3d; --good: #147a3d; --bad: #b3261e; --warning: #8a5300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #13171b; --text: #e4e9ee; --quiet: #9aa6b2; --line: #313a43; --soft: #1c2228;
    --blue: #74abff; --green: #4fc97f; --good: #4fc97f; --bad: #ff8b80; --warning: #f2b64f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main, footer { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
footer { color: var(--quiet); font-size: .85rem; border-top: 1px solid var(--line); }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.75rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 48rem; }
header > .quiet { margin: 0; }
.quiet, small, dt { color: var(--quiet); }
small { font-size: .85rem; }
.outcome { font-size: 1.25rem; font-weight: 650; margin: 0 0 .25rem; }
.verdict { font-size: 1.1rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .warning { color: var(--warning); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .5rem 1.5rem; margin: .75rem 0; }
.facts dt { font-size: .85rem; }
.facts dd { margin: 0; }
.badge { font-size: .85rem; font-weight: 600; white-space: nowrap; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; }
h2 .badge { vertical-align: middle; }
.scroll {
  overflow-x: auto; margin: .5rem 0;
  background: linear-gradient(to right, var(--page) 60%, transparent) 0 0 / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--page) 60%, transparent) 100% 0 / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--line), transparent) 0 0 / .75rem 100% no-repeat scroll,
    linear-gradient(to left, var(--line), transparent) 100% 0 / .75rem 100% no-repeat scroll;
}
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
td, th, li, dd, pre, h1 { unicode-bidi: isolate; }
thead th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
tbody th { font-weight: 600; white-space: nowrap; }
.text { overflow-wrap: anywhere; min-width: 9rem; }
.metrics td small { display: block; }
.metrics td:last-child { min-width: 13rem; }
.metrics thead th { white-space: nowrap; }
small { font-weight: 400; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.mark { display: inline-block; width: 1em; }
tr.done .mark { color: var(--good); } tr.failed .mark, tr.failed .status { color: var(--bad); }
tr.interrupted .mark, tr.interrupted .status { color: var(--warning); }
tr.pending, tr.skipped { color: var(--quiet); }
.status { font-weight: 600; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; }
.dot.blue { background: var(--blue); } .dot.green { background: var(--green); }
ul, ol { padding-left: 1.25rem; margin: .5rem 0; }
li { margin: .25rem 0; }
.findings { list-style: none; padding: 0; }
.record { list-style: none; padding: 0; }
.record > li { border-left: 3px solid var(--line); padding-left: .9rem; margin: 1rem 0; }
.record p { margin: .1rem 0; }
.record .facts { margin: .4rem 0; font-size: .9rem; }
time { font-variant-numeric: tabular-nums; }
pre, code { font: .85rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; border-radius: .4rem; overflow-x: auto; margin: .5rem 0; overflow-wrap: normal; }
pre.wrapped { white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--quiet); }
figure { margin: 0 0 1rem; }
figcaption h3 { margin-bottom: 0; }
figure > .quiet { font-size: .9rem; margin: 0; }
.plot { display: grid; grid-template-columns: 3.6rem minmax(0, 1fr) 5.2rem; }
.plot.two { grid-template-columns: 5.2rem minmax(0, 1fr); }
.plot svg { display: block; width: 100%; overflow: visible; }
.plot text { font: 12px system-ui, sans-serif; fill: var(--text); font-variant-numeric: tabular-nums; }
.plot .axis-label, .plot .cut-label, .plot .part-label, .plot .bar-label, .plot .row-label { fill: var(--quiet); }
.plot .row-label { font-size: 13px; fill: var(--text); }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--quiet); stroke-width: 1; }
.cut { fill: var(--soft); }
.curve { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; stroke: var(--text); }
.curve.stable { stroke-width: 1.5; stroke-dasharray: 5 3; }
.curve.blue { stroke: var(--blue); } .curve.green { stroke: var(--green); }
.point { fill: var(--text); } .point.blue { fill: var(--blue); } .point.green { fill: var(--green); }
.plot .end-label { font-weight: 600; } .plot .end-label .value { font-weight: 400; fill: var(--text); }
.plot .end-label.blue { fill: var(--blue); } .plot .end-label.green { fill: var(--green); }
.limit { stroke: var(--bad); stroke-width: 1.25; stroke-dasharray: 2 3; }
.plot .limit-label { fill: var(--bad); }
.moment { stroke: var(--text); stroke-width: 1.25; }
.moment.decision { stroke: var(--quiet); stroke-dasharray: 2 2; }
.plot .moment-label { font-weight: 600; }
.plot .when { font-weight: 400; fill: var(--quiet); }
.plot .moment-label.decision { font-weight: 400; fill: var(--quiet); }
.plot .limit-label, .plot .moment-label, .plot .part-label, .plot .bar-label { paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
.bar { fill: var(--quiet); stroke: var(--quiet); stroke-width: 2; stroke-linejoin: round; }
.bar.failed { fill: var(--bad); stroke: var(--bad); }
.bar.interrupted { fill: var(--warning); stroke: var(--warning); }
.bar.running { fill: var(--soft); }
.plot .bar-label.inside { fill: var(--page); stroke: none; }
@media (max-width: 45rem) {
  .wide-only { display: none; }
  h1 { font-size: 1.5rem; }
  table { font-size: .9rem; }
  th, td { padding-right: .5rem; }
  .steps small { display: block; }
  .metrics thead th { white-space: normal; }
  .metrics td:last-child { min-width: 9rem; }
}
@media print {
  :root {
    --page: #fff; --text: #000; --quiet: #444; --line: #bbb; --soft: #f1f1f1;
    --blue: #1d5fc4; --green: #147a3d; --good: #147a3d; --bad: #b3261e; --warning: #8a5300;
  }
  body { font-size: 11pt; }
  main, footer { max-width: none; padding: 0; }
  figure, tr, .record > li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; background: none; }
  details:not([open], .points)::details-content { content-visibility: visible; block-size: auto; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .bar, .cut, .dot, .badge { print-color-adjust: exact; }
}
`;
