/* The copy-sheet: a click on a cell, or Enter on it, takes that one number along; the cells taken stay marked. */
(() => {
  "use strict";
  const table = document.getElementById("copying");
  if (!table) return;
  const told = document.getElementById("copied");
  const take = async (cell) => {
    const text = cell.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
      cell.classList.add("taken");
      told.textContent = `已复制 ${text}`;
    } catch {
      getSelection().selectAllChildren(cell);
      told.textContent = "已选中，请按 Ctrl+C";
    }
  };
  for (const cell of table.querySelectorAll("tbody td, tbody th")) cell.tabIndex = 0;
  table.tBodies[0].addEventListener("click", (event) => {
    const cell = event.target.closest("td, th");
    if (cell) take(cell);
  });
  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    take(event.target);
    (event.target.nextElementSibling || event.target.parentElement.nextElementSibling?.cells[0])?.focus();
  });
})();
