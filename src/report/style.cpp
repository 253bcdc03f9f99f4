#include "report/sections.h"

namespace weft::report {

const std::string_view style_sheet = R"css(
:root {
  --ink: #1b1f24; --soft: #5b6470; --rule: #d9dde2; --paper: #fff; --wash: #f5f6f8; --link: #1f4e8c;
  --alarm: #9b1c1c; --alarm-wash: #fdf1f0; --e1: #12355b; --e2: #3f72a8; --e3: #6f9bc8; --e4: #98b8d8;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7eb; --soft: #9aa4b1; --rule: #343b44; --paper: #15181c; --wash: #1d2126; --link: #8db8ee;
    --alarm: #ff9c94; --alarm-wash: #33191a; --e1: #cfe3f8; --e2: #8fb9e3; --e3: #5f8cb9; --e4: #44678b;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); }
body {
  max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem;
  font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", "Noto Sans", Arial, sans-serif;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 3rem 0 .75rem; padding-bottom: .35rem; border-bottom: 2px solid var(--ink); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
p { margin: .5rem 0; max-width: 48rem; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
code, .hash, .value { font-family: ui-monospace, "SFMono-Regular", "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: .86em; }
code, .hash, .value, .address, .pair, dd, li { overflow-wrap: anywhere; }
bdi { unicode-bidi: isolate; }
.kind { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .06em; text-transform: uppercase; }
.made, .note, .faint, .more { color: var(--soft); }
.note, .more { font-size: .9em; }
.lead { font-size: 1.08rem; max-width: 52rem; }
.char { border: 1px solid var(--alarm); color: var(--alarm); border-radius: 3px; padding: 0 .25em; margin: 0 .1em; font-size: .8em; white-space: nowrap; }
.alarm { border-left: 4px solid var(--alarm); background: var(--alarm-wash); padding: .6rem .9rem; max-width: none; }
.alarm strong, .bad { color: var(--alarm); }
.bad { font-weight: 600; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem 2.25rem; margin: 1.5rem 0; }
.counts div { display: flex; flex-direction: column-reverse; }
.counts dt { color: var(--soft); font-size: .85rem; }
.counts dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1.5rem 0 0; padding: .6rem 0; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.wide { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; vertical-align: bottom; border-bottom-color: var(--soft); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.n { white-space: normal; }
.links td:nth-child(2) { min-width: 9rem; }
.links td:nth-child(4) { min-width: 14rem; }
.reason th { background: var(--wash); padding: .35rem .6rem; font-weight: 600; overflow-wrap: anywhere; }
.reason .faint { font-weight: 400; margin-left: .5em; }
.evidence .value { min-width: 12rem; }
.evidence .address { min-width: 13rem; }
.evidence td:first-child, .ledger td:first-child, .features td:first-child { white-space: nowrap; }
.evidence th.n, .ledger th.n { width: 6rem; }
.problems td:first-child { white-space: nowrap; }
.problems .address { min-width: 14rem; }
.hashes td:first-child { width: 6rem; }
.log td:nth-child(2), .packs td:nth-child(4), .packs td:nth-child(5) { white-space: nowrap; }
.packs .hash { min-width: 18rem; }
.number { display: inline-block; min-width: 1.6em; color: var(--soft); font-weight: 400; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .3rem 2rem; margin: .5rem 0; }
.facts div { display: grid; grid-template-columns: 8.5rem 1fr; gap: .75rem; }
dt { color: var(--soft); }
dd { margin: 0; }
.care { max-width: 56rem; margin: .75rem 0; display: grid; grid-template-columns: 11rem 1fr; gap: .3rem 1rem; font-size: .92rem; }
.plain, .values, .tally, .legend { list-style: none; margin: 0; padding: 0; }
.values li { display: inline; margin-right: 1rem; }
.values .faint { font-variant-numeric: tabular-nums; }
.tally { display: flex; flex-wrap: wrap; gap: .25rem 2rem; }
.tally b { font-variant-numeric: tabular-nums; margin-left: .35rem; }
article { break-inside: auto; }
.exhibit { border-top: 1px solid var(--rule); margin-top: 2.5rem; }
figure { margin: 1rem 0; }
.graph { width: 100%; height: auto; display: block; }
.e { stroke-width: 1.6; fill: none; }
.e1 { stroke: var(--e1); } .e2 { stroke: var(--e2); }
.e3 { stroke: var(--e3); stroke-dasharray: 7 4; } .e4 { stroke: var(--e4); stroke-dasharray: 2 4; }
.g { stroke: var(--paper); stroke-width: 1.5; }
.none { fill: var(--paper); stroke: var(--soft); }
.g0 { fill: #0072b2; } .g1 { fill: #e69f00; } .g2 { fill: #009e73; } .g3 { fill: #cc79a7; }
.g4 { fill: #56b4e9; } .g5 { fill: #d55e00; } .g6 { fill: #b8a800; }
.graph text { font-size: 12px; text-anchor: middle; fill: var(--ink); stroke: var(--paper); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; }
.graph .rank { font-size: 11px; fill: var(--soft); dominant-baseline: middle; }
.graph .off { opacity: .12; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .88rem; color: var(--soft); }
.legend svg { vertical-align: middle; }
input.filter { font: inherit; font-size: .9rem; padding: .25rem .5rem; width: 18rem; max-width: 100%; color: inherit; background: var(--paper); border: 1px solid var(--rule); border-radius: 4px; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " \2191"; }
th[aria-sort=descending] button::after { content: " \2193"; }
@media (max-width: 40rem) {
  body { padding: 1.25rem .9rem 3rem; }
  .care { grid-template-columns: 1fr; }
  .facts div { grid-template-columns: 7rem 1fr; }
}
@page { size: A4; margin: 16mm 14mm; }
@media print {
  :root {
    --ink: #000; --soft: #444; --rule: #bbb; --paper: #fff; --wash: #f2f2f2; --link: #000; --alarm: #8b0000; --alarm-wash: #fff;
    --e1: #12355b; --e2: #3f72a8; --e3: #6f9bc8; --e4: #98b8d8;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, input.filter { display: none; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  h3, h4 { break-after: avoid; }
  #links, #exhibits, #methods { break-before: page; }
  .wide { overflow: visible; }
  thead { display: table-header-group; }
  tr, figure, .alarm, .care div { break-inside: avoid; }
  .reason { break-after: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding-right: .5rem; }
  .links td, .evidence .value, .evidence .address, .problems .address, .packs .hash { min-width: 0; }
  .evidence td:first-child, .packs td { white-space: normal; }
  a[href^="http"]::after { content: " (" attr(href) ")"; }
  .alarm { border: 1px solid var(--alarm); border-left-width: 4px; }
  .graph { max-height: 230mm; }
}
)css";

// Only comfort: without it the page says the same.
const std::string_view script = R"js(
'use strict';
(() => {
  const rows = table => [...table.tBodies[0].rows];
  const value = (row, i) => {
    const cell = row.cells[i], text = cell.dataset.v || cell.textContent.trim();
    const number = Number(text.replace(/[\s\u202f]/g, ''));
    return cell.classList.contains('n') && !Number.isNaN(number) ? number : text.toLowerCase();
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    [...table.tHead.rows[0].cells].forEach((head, i) => {
      const button = document.createElement('button');
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const sorted = rows(table).sort((a, b) => {
          const x = value(a, i), y = value(b, i);
          return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
        });
        table.tBodies[0].append(...sorted);
      });
    });
  }
  for (const table of document.querySelectorAll('table.filterable')) {
    if (rows(table).length < 8) continue;
    const input = document.createElement('input');
    input.className = 'filter';
    input.type = 'search';
    input.placeholder = 'Filter these rows';
    input.setAttribute('aria-label', 'Filter the rows of the table below');
    input.addEventListener('input', () => {
      const wanted = input.value.toLowerCase();
      for (const row of rows(table)) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    table.parentElement.before(input);
  }
  for (const graph of document.querySelectorAll('svg.graph')) {
    const edges = [...graph.querySelectorAll('[data-a]')], nodes = [...graph.querySelectorAll('.node')];
    const show = index => {
      const near = new Set([index]);
      for (const edge of edges) {
        const mine = index === null || edge.dataset.a === index || edge.dataset.b === index;
        edge.classList.toggle('off', !mine);
        if (mine) near.add(edge.dataset.a).add(edge.dataset.b);
      }
      for (const node of nodes) node.classList.toggle('off', index !== null && !near.has(node.dataset.i));
    };
    for (const node of nodes) {
      node.addEventListener('mouseenter', () => show(node.dataset.i));
      node.addEventListener('mouseleave', () => show(null));
      node.addEventListener('focus', () => show(node.dataset.i));
      node.addEventListener('blur', () => show(null));
    }
  }
})();
)js";

}  // namespace weft::report
