/* A remark is about a cell that is pointed at in the grid: nobody looks for it in a list. A page may have several such forms. */
(() => {
  "use strict";
  const boxes = [...document.querySelectorAll("[data-points-at]")];
  if (!boxes.length || !window.Grid) return;
  let pointing = null;

  const point = (box, key, name) => {
    const away = box.querySelector("[data-point-away]");
    pointing = null;
    box.querySelector("[name=where]").value = key;
    box.querySelector(".about").textContent = name ? `针对：${name}` : "针对整张报表";
    box.querySelector("[data-point]").textContent = key ? "换一格" : "在表上点一格";
    if (away) away.hidden = !key;
  };
  for (const box of boxes) {
    const button = box.querySelector("[data-point]");
    button.hidden = false;
    button.addEventListener("click", () => {
      pointing = box;
      box.querySelector(".about").textContent = "请在下面的表上点一格";
      document.querySelector(".grid-wrap").scrollIntoView({ block: "nearest" });
    });
    box.querySelector("[data-point-away]")?.addEventListener("click", (event) => { event.preventDefault(); point(box, "", ""); });
  }
  document.getElementById("grid").addEventListener("click", (event) => {
    const td = event.target.closest("tbody td");
    if (!pointing || !td || td.classList.contains("none")) return;
    const box = pointing;
    point(box, Grid.key(td), Grid.name(td));
    box.scrollIntoView({ block: "center" });
    box.closest("form").querySelector("textarea")?.focus();
  });

  /* On a phone what unfolds lies under the edge. */
  for (const folded of document.querySelectorAll("#next details")) {
    folded.addEventListener("toggle", () => folded.open && folded.scrollIntoView({ block: "nearest" }));
  }

  /* The cell of the address is shown in the grid when the page is opened. */
  const key = boxes[0].querySelector("[name=where]").value;
  const cut = key.lastIndexOf("|");
  const td = cut > 0 && Grid.cell(key.slice(0, cut), key.slice(cut + 1));
  if (td) Grid.show(td);
})();
