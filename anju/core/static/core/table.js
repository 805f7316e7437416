/* Tables: explanations open under their row, a filter over the rows shown, copy to Excel with heads. */
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const expander = event.target.closest("button.expander");
    if (!expander) return;
    const row = document.getElementById(expander.getAttribute("aria-controls"));
    row.hidden = !row.hidden;
    expander.setAttribute("aria-expanded", String(!row.hidden));
  });

  document.addEventListener("click", (event) => {
    const all = event.target.closest("button[data-expand-all]");
    if (!all) return;
    const opening = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", String(opening));
    all.textContent = opening ? all.dataset.close : all.dataset.open;
    for (const expander of document.querySelectorAll("button.expander")) {
      expander.setAttribute("aria-expanded", String(opening));
      document.getElementById(expander.getAttribute("aria-controls")).hidden = !opening;
    }
  });

  document.addEventListener("input", (event) => {
    const words = event.target.closest("input[data-filter]");
    if (!words) return;
    const wanted = words.value.trim();
    const table = document.getElementById(words.dataset.filter);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      if (row.classList.contains("explain")) continue;
      row.hidden = wanted !== "" && !row.textContent.includes(wanted);
      if (!row.hidden) shown += 1;
    }
    const count = document.getElementById(`${words.dataset.filter}-count`);
    if (count) count.textContent = wanted ? `找到 ${shown} 行` : "";
    for (const link of document.querySelectorAll("a[data-export]")) {
      const address = new URL(link.href);
      for (const [key, value] of [["rows", wanted], ["table", wanted && table.id]]) {
        if (value) address.searchParams.set(key, value);
        else address.searchParams.delete(key);
      }
      link.href = address.href;
    }
  });

  /* A merged head is copied as merged cells (HTML) and, for plain paste, once in its first column (TSV). */
  const textOf = (cell) => {
    const copy = cell.cloneNode(true);
    for (const extra of copy.querySelectorAll(".no-copy, .visually-hidden")) extra.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const plain = (table) => {
    const grid = [];
    [...table.rows].forEach((row, r) => {
      if (row.hidden || row.classList.contains("explain")) return;
      grid[r] = grid[r] || [];
      let c = 0;
      for (const cell of row.cells) {
        while (grid[r][c] !== undefined) c += 1;
        for (let y = 0; y < cell.rowSpan; y += 1) {
          grid[r + y] = grid[r + y] || [];
          for (let x = 0; x < cell.colSpan; x += 1) grid[r + y][c + x] = x || y ? "" : textOf(cell);
        }
        c += cell.colSpan;
      }
    });
    return grid.filter(Boolean).map((row) => row.join("\t")).join("\r\n");
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const table = document.getElementById(button.dataset.copy);
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(plain(table));
      button.textContent = "已复制，可粘贴到表格";
    } catch {
      const range = document.createRange();
      range.selectNode(table);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "已选中，请按 Ctrl+C";
    }
    setTimeout(() => { button.textContent = before; }, 2500);
  });
})();
