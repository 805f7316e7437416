/* A department's remark is about a cell that is pointed at in the grid: nobody looks for it in a list. */
(() => {
  "use strict";
  const box = document.querySelector("[data-points-at]");
  if (!box || !window.Grid) return;
  const field = box.querySelector("[name=where]");
  const about = box.querySelector(".about");
  const button = box.querySelector("[data-point]");
  const away = box.querySelector("[data-point-away]");
  let pointing = false;

  const point = (key, name) => {
    pointing = false;
    field.value = key;
    about.textContent = name ? `针对：${name}` : "针对整张报表";
    button.textContent = key ? "换一格" : "在表上点一格";
    if (away) away.hidden = !key;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    pointing = true;
    about.textContent = "请在下面的表上点一格";
    document.querySelector(".grid-wrap").scrollIntoView({ block: "nearest" });
  });
  document.getElementById("grid").addEventListener("click", (event) => {
    const td = event.target.closest("tbody td");
    if (!pointing || !td || td.classList.contains("none")) return;
    point(Grid.key(td), Grid.name(td));
    box.scrollIntoView({ block: "center" });
    box.closest("form").querySelector("textarea")?.focus();
  });
  away?.addEventListener("click", (event) => { event.preventDefault(); point("", ""); });

  /* The cell of the address is shown in the grid when the page is opened. */
  const cut = field.value.lastIndexOf("|");
  const td = cut > 0 && Grid.cell(field.value.slice(0, cut), field.value.slice(cut + 1));
  if (td) Grid.show(td);
})();
