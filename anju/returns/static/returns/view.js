/* What of the grid is looked at: rows that are filtered, sorted, only those that moved; the corner that is drawn over more cells to fill them;
   and the keys that lead from part to part of the page. */
(() => {
  "use strict";
  const table = document.getElementById("grid");
  if (!table || !window.Grid) return;
  const wrap = table.closest(".grid-wrap");
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

  /* -- the corner ---------------------------------------------------------------------------------------------------------- */

  const handle = document.createElement("span");
  handle.id = "fill-handle";
  handle.title = "拖动：把选中的数填到经过的格";
  handle.hidden = true;
  wrap.append(handle);
  const corner = (there) => {
    handle.hidden = !there;
    if (!there) return;
    const { bottom, right } = Grid.block();
    const td = Grid.cells()[bottom][right];
    handle.style.transform = `translate(${td.offsetLeft + td.offsetWidth}px, ${td.offsetTop + td.offsetHeight}px)`;
  };
  let area = null; // the cells that it would be drawn over
  const grown = (td) => {
    const { top, bottom, left, right } = Grid.block();
    const down = Math.max(td.row - bottom, top - td.row, 0);
    const across = Math.max(td.col - right, left - td.col, 0);
    return down >= across
      ? { top: Math.min(top, td.row), bottom: Math.max(bottom, td.row), left, right }
      : { top, bottom, left: Math.min(left, td.col), right: Math.max(right, td.col) };
  };
  const cellsIn = ({ top, bottom, left, right }) => Grid.cells().slice(top, bottom + 1).flatMap((line) => line.slice(left, right + 1));
  const unmark = () => { for (const td of table.querySelectorAll("td.will")) td.classList.remove("will"); };
  handle.addEventListener("mousedown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    Grid.commit();
    area = Grid.block();
  });
  document.addEventListener("mousemove", (event) => {
    const td = area && document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.matches("#grid tbody td"));
    if (!td) return;
    area = grown(td);
    unmark();
    for (const one of cellsIn(area)) one.classList.add("will");
  });
  addEventListener("mouseup", () => {
    if (!area) return;
    const [wanted, given] = [area, Grid.block()];
    area = null;
    unmark();
    const from = Grid.cells().slice(given.top, given.bottom + 1).map((line) => line.slice(given.left, given.right + 1).map(Grid.plain));
    const turn = (n, size) => ((n % size) + size) % size; // upwards the block repeats too
    Grid.put(cellsIn(wanted).map((td) => [td, from[turn(td.row - given.top, from.length)][turn(td.col - given.left, from[0].length)]]));
    Grid.select(wanted.top, wanted.left, wanted.bottom, wanted.right);
  });

  /* -- keys of the page ------------------------------------------------------------------------------------------------------ */

  const help = () => {
    const dialog = document.getElementById("keys");
    if (!dialog.open) dialog.showModal();
  };
  document.getElementById("help")?.addEventListener("click", help);
  document.addEventListener("keydown", (event) => {
    if (event.key === "F6") {
      event.preventDefault();
      const stops = [document.querySelector("[data-leave]"), document.querySelector("#checks .expander, #checks [data-zero]"), "grid"].filter(Boolean);
      const now = document.activeElement.closest(".grid-wrap") ? stops.indexOf("grid") : stops.findIndex((one) => one !== "grid" && (one === document.activeElement || one.closest("#checks")?.contains(document.activeElement)));
      const to = stops[(now + 1) % stops.length];
      if (to === "grid") Grid.start(); else to.focus();
    }
    if (event.key === "F1" || (event.key === "?" && !event.target.matches("input, textarea, select"))) {
      event.preventDefault();
      help();
    }
  });

  window.View = { clear, corner };
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
