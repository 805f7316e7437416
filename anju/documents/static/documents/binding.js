/* A bound paper: keys answer the number in hand; the page stays where it is, only the panel and the marks change. Without this script every
   button and link of the panel does the same by itself. */
(() => {
  "use strict";
  const root = document.querySelector("[data-binding]");
  const side = document.getElementById("binding-side");
  if (!root || !side || !window.Session) return;
  const address = new URL(root.dataset.binding, location.href);
  let busy = false;

  const panel = () => side.querySelector(".binding-panel");
  const inHand = (jump = true) => {
    for (const one of root.querySelectorAll(".in-hand")) one.classList.remove("in-hand");
    const number = document.getElementById(`n${panel().dataset.at}`);
    if (!number) return;
    number.classList.add("in-hand");
    if (jump) number.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const show = (answer) => {
    side.innerHTML = answer.panel;
    for (const [serial, [state, told]] of Object.entries(answer.states)) {
      const number = document.getElementById(`n${serial}`);
      if (number && !number.classList.contains(state)) number.className = `num ${state}`;
      if (number) number.title = told;
    }
    const url = new URL(location.href);
    url.searchParams.set("at", answer.at);
    history.replaceState(null, "", `${url.pathname}${url.search}`);
    inHand();
  };

  const say = (text) => {
    const note = document.createElement("p");
    note.className = "level stop";
    note.setAttribute("role", "alert");
    note.textContent = text;
    panel().querySelector(".level.stop")?.remove();
    panel().prepend(note);
  };

  const ask = async (send) => {
    if (busy) return;
    busy = true;
    try {
      const response = await send();
      const answer = await response.json();
      if (answer.problems) say(answer.problems.map((one) => `${one.what}${one.fix}`).join(""));
      else show(answer);
    } catch (error) {
      say(error === Session.ENDED ? error.message : "连不上服务，这一个没有记下，请再试一次。");
    } finally {
      busy = false;
    }
  };

  const go = (serial) => ask(() => {
    const url = new URL(address);
    url.searchParams.set("at", serial);
    return fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".binding-answer");
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    ask(() => Session.send(form.action, body.toString(), { type: "application/x-www-form-urlencoded" }));
  });

  root.addEventListener("click", (event) => {
    const number = event.target.closest("a.num, .turn a");
    if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(new URL(number.href, location.href).searchParams.get("at"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog, summary")) return;
    const key = event.key === "n" || event.key === "j" ? "ArrowRight" : event.key === "k" ? "ArrowLeft" : event.key.toLowerCase() === "a" ? "a" : event.key;
    const wanted = key === "Enter" && !event.target.closest("a, button") ? "1" : key;
    const door = panel()?.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
    if (!door) return;
    event.preventDefault();
    door.click();
  });
  inHand(new URL(location.href).searchParams.has("at"));
})();
