/* The corner of a grid's selection: drawn over more cells, they say the same; upwards the block repeats too. */
(() => {
  "use strict";
  const grown = ({ top, bottom, left, right }, td) => {
    const down = Math.max(td.row - bottom, top - td.row, 0);
    const across = Math.max(td.col - right, left - td.col, 0);
    return down >= across
      ? { top: Math.min(top, td.row), bottom: Math.max(bottom, td.row), left, right }
      : { top, bottom, left: Math.min(left, td.col), right: Math.max(right, td.col) };
  };
  const turn = (n, size) => ((n % size) + size) % size;

  const attach = (handle, grid) => {
    let area = null; // the cells that it would be drawn over
    const unmark = () => { for (const td of grid.table.querySelectorAll("td.will")) td.classList.remove("will"); };
    handle.addEventListener("mousedown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      grid.commit();
      area = grid.block();
    });
    document.addEventListener("mousemove", (event) => {
      const td = area && grid.cellAt(event.clientX, event.clientY);
      if (!td) return;
      area = grown(grid.block(), td);
      unmark();
      for (const cell of grid.within(area).flat()) cell.classList.add("will");
    });
    addEventListener("mouseup", () => {
      if (!area) return;
      const [wanted, given] = [area, grid.block()];
      area = null;
      unmark();
      const from = grid.within(given).map((line) => line.map(grid.plain));
      grid.put(grid.within(wanted).flat().map((td) => [td, from[turn(td.row - given.top, from.length)][turn(td.col - given.left, from[0].length)]]));
      grid.select(wanted.top, wanted.left, wanted.bottom, wanted.right);
    });
  };

  window.Corner = { attach };
})();
