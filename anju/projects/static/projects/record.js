/* Registering progress: only what belongs to the chosen event is asked. Without this file everything is asked and the server sorts it out. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const kinds = JSON.parse(document.getElementById("event-kinds").textContent);
  const kind = form.elements.kind;
  if (!kind) return;
  const field = (name) => form.elements[name]?.closest(".field");
  const show = (name, on) => {
    const shown = field(name);
    if (shown) shown.hidden = !on;
  };
  const fit = () => {
    const one = kinds[kind.value] || { unit: "", modes: [], number: false, choices: [] };
    show("amount", one.unit !== "");
    show("mode", one.modes.length > 0);
    show("number", !kind.value || !one.choices.length);
    show("stage", one.choices.length > 0);
    show("note", !one.choices.length);
    const label = field("amount")?.querySelector("label");
    if (label) label.textContent = `数量${one.unit ? `（${one.unit}${one.optional ? "，可不填" : ""}）` : ""}`;
    const number = field("number")?.querySelector("label");
    if (number) number.textContent = one.number ? "文号、证号（必填）" : "文号、证号";
    for (const option of form.elements.mode?.options || []) option.hidden = option.value !== "" && !one.modes.includes(option.value);
  };
  kind.addEventListener("change", fit);
  fit();
})();
