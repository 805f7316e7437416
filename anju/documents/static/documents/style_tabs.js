/* The tabs of a style's page, and for who only reads it the paper of the chosen period. */
(() => {
  "use strict";
  const desk = document.getElementById("style-desk");
  if (!desk) return;
  const tabs = [...desk.querySelectorAll("[role=tab]")];

  const show = (tab) => {
    const { tab: name } = tab.dataset;
    for (const one of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(`style-${one.dataset.tab}`);
      if (panel && one.dataset.tab !== "beside" && name !== "beside") panel.hidden = !chosen;
    }
    if (tab.closest(".style-side")) desk.classList.toggle("beside-shown", name === "beside");
  };
  for (const tab of tabs) {
    tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
    tab.addEventListener("click", (event) => { event.preventDefault(); show(tab); });
    tab.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); show(tab); return; }
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const row = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")].filter((one) => one.offsetParent);
      const next = row[(row.indexOf(tab) + step + row.length) % row.length];
      event.preventDefault();
      show(next);
      next.focus();
    });
  }
  window.StyleTabs = { show: (name) => show(tabs.find((one) => one.dataset.tab === name)) };

  const period = document.getElementById("preview-period");
  const preview = document.getElementById("style-preview");
  if (desk.dataset.work || !period) return;
  const load = async () => {
    const address = new URL(period.dataset.preview, location.href);
    address.searchParams.set("of", period.value);
    try {
      const response = await fetch(address, { credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      preview.innerHTML = await response.text();
    } catch {
      preview.textContent = "没有写出来，请再选一次期间。";
    }
  };
  period.addEventListener("change", load);
  load();
})();
