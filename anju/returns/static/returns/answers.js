/* Answering the checks by keyboard: F9 leads from a cell to its answer, Enter on to the next that waits. Of those that ask the same each is looked
   at and ticked: a line at a time, or those that stand on the screen. */
(() => {
  "use strict";
  const panel = document.getElementById("checks");
  if (!panel || !window.Grid) return;
  let back = null; // the cell from which one came

  const fields = () => [...panel.querySelectorAll("[data-answers]")];
  /* Where nothing is asked of the cell in hand, or none is, to the first that waits: what is typed next is an answer and no number of a cell. */
  const begin = (td) => {
    let field = td && fields().find((one) => one.dataset.answers === Grid.key(td));
    if (!field) {
      field = fields().find((one) => !one.value.trim());
      td = field && Grid.all().find((one) => Grid.key(one) === field.dataset.answers);
      if (!td) return;
      Grid.show(td);
    }
    back = td;
    Drafts.unfold();
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  };
  const leave = () => {
    if (back) Grid.show(back);
    back = null;
  };
  /* An answer is stored: on to the next, its cell in sight; after the last one back to where one came from. */
  const after = (form) => {
    if (!back) return;
    if (!form.querySelector("[data-answers]") || !Drafts.waits()) { leave(); return; }
    back = null;
    Drafts.next(1);
    begin(Grid.hand());
  };

  /* -- ticking what asks the same ------------------------------------------------------------------------------------------- */

  const ticksOf = (part) => [...part.querySelectorAll("input[name=also]")];
  const told = (part) => {
    const ticks = ticksOf(part);
    part.querySelector("[data-ticked]").textContent = `已勾选 ${ticks.filter((one) => one.checked).length}/${ticks.length}`;
  };
  const list = () => document.querySelector("#check-list > ol");
  const bringUp = (tick) => {
    list().scrollTop += tick.closest("li").getBoundingClientRect().top - list().getBoundingClientRect().top;
    tick.focus({ preventScroll: true });
  };
  const answerOf = (part) => ticksOf(part)[0].form.querySelector("[data-answers]");
  const step = (tick, way) => {
    const ticks = ticksOf(tick.closest("details"));
    const next = ticks[ticks.indexOf(tick) + way] || answerOf(tick.closest("details"));
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  /* Only what can be seen is ticked; then the next ones come into sight. */
  const tickShown = (part) => {
    const { top, bottom } = list().getBoundingClientRect();
    const isShown = (tick) => {
      const line = tick.closest("li").getBoundingClientRect();
      return line.top >= top - 1 && line.bottom <= Math.min(bottom, innerHeight) + 1;
    };
    const ticks = ticksOf(part);
    for (const one of ticks) if (isShown(one)) one.checked = true;
    told(part);
    const next = ticks.find((one) => !one.checked);
    if (next) bringUp(next); else answerOf(part).focus();
  };

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick-shown]");
    if (button) tickShown(button.closest("details"));
  });
  panel.addEventListener("change", (event) => {
    if (event.target.matches("input[name=also]")) told(event.target.closest("details"));
  });
  panel.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (target.matches("input[name=also]")) {
      const part = target.closest("details");
      if (key === "Enter") { target.checked = true; told(part); step(target, 1); }
      else if (key === "PageDown" && event.shiftKey) tickShown(part);
      else if (key === "ArrowDown") step(target, 1);
      else if (key === "ArrowUp") step(target, -1);
      else if (key === "Escape") answerOf(part).focus();
      else return;
    } else if (target.matches("[data-answers]") && key === "ArrowDown") {
      const part = target.closest("details[data-alike]") || target.closest("li").nextElementSibling?.querySelector("details[data-alike]");
      if (!part) return;
      part.open = true;
      told(part);
      const first = ticksOf(part).find((one) => !one.checked);
      if (first) bringUp(first);
    } else if (target.matches("[data-kept]") && key === "Escape" && back) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  window.Answers = { begin, after };
})();
