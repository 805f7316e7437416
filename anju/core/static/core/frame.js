/* The frame: menus close on Esc and outside clicks, slow pages say so, selects send themselves. No inline script anywhere. */
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  });

  /* "/" goes to the search, "?" shows the keys: not while something is typed. A page with keys of its own shows those. */
  const showKeys = () => {
    const keys = document.getElementById("site-keys");
    if (keys && !keys.open) keys.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
    const search = document.getElementById("site-search");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && !document.getElementById("keys")) {
      showKeys();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
  });

  /* Working longer than 300 ms is said in the bar; a page that comes back from the history must not say it. */
  let timer = 0;
  const busy = () => {
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.add("busy-now"), 300);
  };
  const idle = () => {
    clearTimeout(timer);
    document.body.classList.remove("busy-now");
  };
  addEventListener("beforeunload", busy);
  addEventListener("pageshow", idle);
  addEventListener("pagehide", idle);
  document.addEventListener("htmx:beforeRequest", busy);
  document.addEventListener("htmx:afterRequest", idle);
  /* A download leaves the page where it is: nothing would ever take the word away. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[download], button[data-download]");
    if (link) setTimeout(idle, 1500);
  });

  /* Errors lead to their field. */
  const summary = document.querySelector(".problems[data-focus]");
  const items = [...(summary?.querySelectorAll("li") ?? [])];
  const bare = (element) => element.textContent.replace(/\s/g, "");
  for (const said of document.querySelectorAll(".field .wrong[id]")) {
    const field = document.querySelector(`[aria-describedby="${said.id}"]`);
    const item = items.find((one) => !one.querySelector("a") && bare(one).includes(bare(said)));
    if (!field || !item) continue;
    const where = item.querySelector("strong") ?? item;
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.append(...where.childNodes);
    where.append(link);
  }
  summary?.focus({ preventScroll: true });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  /* On paper nothing can be opened: what is folded up is printed in full, the tables of pictures left out. */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("main details.more:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
