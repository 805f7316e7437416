/* Every figure is a door: a click or Enter opens its provenance at the side; Esc closes it and gives the focus back. */
(() => {
  "use strict";
  const panel = document.getElementById("panel");
  if (!panel) return;
  const body = document.getElementById("panel-body");
  const failed = document.getElementById("panel-failed");
  let opener = null;

  const open = (door, address) => {
    if (opener) opener.classList.remove("is-open");
    opener = door;
    opener.classList.add("is-open");
    panel.hidden = false;
    document.body.classList.add("panel-open");
    const waiting = document.createElement("p");
    waiting.className = "slow muted";
    waiting.textContent = "正在读取…";
    body.replaceChildren(waiting);
    htmx.ajax("GET", address, { target: body, swap: "innerHTML", source: body });
  };

  const close = () => {
    panel.hidden = true;
    body.replaceChildren();
    document.body.classList.remove("panel-open");
    if (opener) {
      opener.classList.remove("is-open");
      opener.focus();
      opener = null;
    }
  };

  const addressOf = (door) => {
    if (door.dataset.ref) return `${panel.dataset.door}?ref=${encodeURIComponent(door.dataset.ref)}`;
    return door.getAttribute("href");
  };

  document.addEventListener("click", (event) => {
    const door = event.target.closest("a.fig, a.door, [data-ref]");
    if (!door || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(door, addressOf(door));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-ref]")) {
      event.preventDefault();
      open(event.target, addressOf(event.target));
    }
    if (event.key === "Escape" && !panel.hidden) close();
  });
  document.getElementById("panel-close").addEventListener("click", close);

  /* Figures of a document's preview are <data> elements: the keyboard must reach them too. */
  for (const figure of document.querySelectorAll("[data-ref]:not(a):not(button)")) {
    figure.tabIndex = 0;
    figure.setAttribute("role", "button");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === body) failed.hidden = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== body) return;
    body.scrollTop = 0;
    const heading = body.querySelector(".problems[role=alert]") || body.querySelector("h2");
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      if (heading.matches(".problems")) heading.scrollIntoView({ block: "center" });
    }
    const shown = body.querySelector(".cell-row td.is-cell");
    if (shown) shown.scrollIntoView({ block: "nearest", inline: "center" });
    opener?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, () => {
      if (!panel.hidden) failed.hidden = false;
    });
  }
})();
