/* What of the grid is looked at: rows that are filtered, sorted, only those that moved. */
(() => {
  "use strict";
  const table = document.getElementById("grid");
  if (!table || !window.Grid) return;
  const words = document.getElementById("row-filter");
  const moved = document.querySelector("[data-moved]");
  const compared = table.dataset.before !== "";
  const heads = [...table.tHead.querySelectorAll("[data-column]")];
  let sorted = null; // {column, way: 1 or -1}

  /* -- rows ---------------------------------------------------------------------------------------------------------------- */

  const isFixed = (row) => row.classList.contains("total") || row.classList.contains("group");
  const hasMoved = (td) => {
    const column = Grid.columns[td.col];
    if (column.computed || column.locked || td.classList.contains("none")) return false;
    return compared ? (td.dataset.last || "") !== Grid.said(td) : td.classList.contains("changed");
  };
  const cellsOf = (row) => [...row.querySelectorAll("td")];
  const isWanted = (row) => {
    const text = words.value.trim();
    if (text && ![...row.cells].some((cell) => cell.textContent.includes(text) || Cells.plain(cell.textContent.trim()) === text)) return false;
    return !moved.checked || cellsOf(row).some(hasMoved);
  };
  /* Sums and headings stay where the form has them; between them the lines are put in order. */
  const inOrder = () => {
    if (!sorted) return Grid.rows;
    const text = (row) => row.querySelectorAll("td")[sorted.column].firstElementChild.textContent;
    const order = [];
    let part = [];
    const close = () => {
      const filled = part.filter((row) => text(row) !== "");
      filled.sort((a, b) => sorted.way * Cells.compare(text(a), text(b)));
      order.push(...filled, ...part.filter((row) => text(row) === ""));
      part = [];
    };
    for (const row of Grid.rows) if (isFixed(row)) { close(); order.push(row); } else part.push(row);
    close();
    return order;
  };
  const arrange = () => {
    const order = inOrder();
    const filtered = words.value.trim() !== "" || moved.checked;
    words.classList.toggle("on", words.value.trim() !== "");
    for (const row of order) row.hidden = filtered && (isFixed(row) || !isWanted(row));
    if (order.some((row, n) => row !== table.tBodies[0].rows[n])) table.tBodies[0].append(...order);
    for (const th of heads) {
      const here = sorted && Grid.columns[sorted.column].code === th.dataset.column;
      if (here) th.setAttribute("aria-sort", sorted.way > 0 ? "ascending" : "descending"); else th.removeAttribute("aria-sort");
    }
    const visible = order.filter((row) => !row.hidden);
    Grid.arrange(visible);
    if (filtered) Drafts.remark(visible.length ? `显示${visible.length}行，另有${order.length - visible.length}行没有显示` : "没有这样的行");
    else Drafts.remark("");
  };
  const sort = (column) => {
    if (!sorted || sorted.column !== column) sorted = { column, way: 1 };
    else sorted = sorted.way > 0 ? { column, way: -1 } : null;
    arrange();
  };
  const clear = () => {
    words.value = "";
    moved.checked = false;
    arrange();
  };
  words.addEventListener("input", arrange);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { clear(); Grid.start(); }
    if (event.key === "Enter") { event.preventDefault(); Grid.start(); }
  });
  moved.addEventListener("change", arrange);
  document.getElementById("sort").addEventListener("click", () => { if (Grid.hand()) sort(Grid.hand().col); });
  table.tHead.addEventListener("click", (event) => {
    const th = event.target.closest("[data-column]");
    if (th) sort(Grid.columns.findIndex((one) => one.code === th.dataset.column));
  });

  window.View = { clear };
})();

/* The drafted explanation is taken over, to be written on. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-draft]");
  if (!button) return;
  const field = button.closest("form").querySelector("textarea");
  const draft = document.getElementById("explanation-draft").innerText.trim();
  field.value = field.value.trim() ? `${field.value.trim()}\n${draft}` : draft;
  field.focus();
});
