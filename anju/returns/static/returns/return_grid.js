/* The grid of a return: what its cells are, what is told of the cell in hand, and on a phone a line as a card. Keys and selection: core/grid.js.
   What is typed is kept by drafts.js until the server has it. */
(() => {
  "use strict";
  const table = document.getElementById("grid");
  if (!table || !table.tBodies[0].rows.length) return;
  const columns = JSON.parse(document.getElementById("grid-columns").textContent);
  const STATES = ["未报", "无任务", "不适用"];
  const may = table.dataset.fill === "1";
  const rows = [...table.tBodies[0].rows];
  const cellsOf = (row) => [...row.querySelectorAll("td")];
  const columnOf = new Map();
  const place = new Map();
  for (const row of rows) {
    cellsOf(row).forEach((td, c) => {
      columnOf.set(td, columns[c]);
      td.dataset.label = columns[c].full; // where a phone shows cards
      place.set(`${row.dataset.l}|${columns[c].code}`, td);
    });
  }

  const lineOf = (td) => td.parentNode.dataset;
  const column = (td) => columnOf.get(td);
  const choices = new Map(columns.map((one) => [one, Object.assign([...one.choices, ...STATES], { own: one.choices.length > 0 })]));
  const REFERENCES = [["last", table.dataset.before || "上期"], ["ledger", "台账"], ["target", "目标"]];

  const grid = openGrid({
    table, rows, cellsOf, may,
    wrap: table.closest(".grid-wrap"),
    cards: true,
    isOpen: (td) => !td.classList.contains("lock"),
    name: (td) => `${lineOf(td).name}，${column(td).full}`,
    unit: (td) => column(td).unit,
    choices: (td) => choices.get(column(td)),
    about: (td) => ({
      parts: REFERENCES.filter(([kind]) => td.dataset[kind]).map(([kind, word]) => `${word} ${td.dataset[kind]}`),
      why: column(td).computed ? "算出来的数，不用填" : may ? "取自台账，这里不改" : "",
      href: `${table.dataset.cell}?line=${encodeURIComponent(lineOf(td).l)}&column=${encodeURIComponent(column(td).code)}`,
    }),
    tell: (td, note) => Drafts.tell(td, note),
    keep: (td, text) => Drafts.keep(td, text),
    typed: (td, text) => Drafts.typed(td, text),
    save: () => Drafts.now(),
    remark: (text) => Drafts.remark(text),
    next: (way) => Drafts.next(way),
    answer: (td) => Answers.begin(td),
    stops: () => [document.querySelector("[data-leave]"), document.querySelector("#checks .expander, #checks [data-zero]")],
    reveal: () => View.clear(),
  });

  window.Grid = Object.assign(grid, {
    columns,
    cell: (line, code) => place.get(`${line}|${code}`),
    key: (td) => `${lineOf(td).l}|${column(td).code}`,
  });
})();
