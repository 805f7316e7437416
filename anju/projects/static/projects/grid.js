/* The table that is filled in place: what its cells are, and how they are stored as they are typed. Keys and selection: core/grid.js.
   What could not be saved stays in its cell, says why, and is asked about on leaving. Until it is saved a cell is kept on this computer too,
   for who typed it. */
(() => {
  "use strict";
  const wrap = document.getElementById("grid");
  if (!wrap) return;
  const table = wrap.querySelector("table");
  const status = document.getElementById("grid-status");
  const summary = document.getElementById("grid-problems");
  const rows = [...table.tBodies[0].rows];
  const cellsOf = (row) => [...row.querySelectorAll("td[data-field]")];
  const all = rows.flatMap(cellsOf);
  if (!all.length) return;
  const text = (cell) => cell.firstElementChild.textContent;
  const plain = (cell) => Cells.plain(text(cell));
  const heads = new Map([...table.tHead.querySelectorAll("[data-head]")].map((head) => [head.dataset.head, head]));
  const headOf = (cell) => heads.get(cell.dataset.field);
  const name = (cell) => `${cell.closest("tr").dataset.name}，${headOf(cell).textContent.trim()}`;
  const locked = (cell) => cell.dataset.locked !== undefined || cell.closest("tr").dataset.locked !== undefined;
  const base = new Map(all.map((cell) => [cell, text(cell)])); // what the server has
  const waiting = new Map(); // cell → text, not sent yet
  const wrong = new Map(); // cell → what is wrong with it
  const SPACE = `anju-cells/${document.body.dataset.user}/`;
  let flying = false;
  let timer = 0;
  let pause = 0;

  /* -- kept on this computer until it is saved ------------------------------------------------------------------------------- */

  const nameOf = (cell) => `${SPACE}${cell.closest("tr").dataset.project}/${cell.dataset.field}`;
  const store = (cell, value) => {
    try { localStorage.setItem(nameOf(cell), JSON.stringify({ text: value, base: base.get(cell) })); } catch { /* full or forbidden: the page still holds it */ }
  };
  const forget = (cell) => {
    try { localStorage.removeItem(nameOf(cell)); } catch { /* nothing was kept */ }
  };

  /* -- changing ------------------------------------------------------------------------------------------------------------ */

  const put = (cell, value) => {
    cell.firstElementChild.textContent = value;
    cell.querySelector(".says")?.remove();
    wrong.delete(cell);
    if (Cells.plain(value) === Cells.plain(base.get(cell))) {
      waiting.delete(cell);
      forget(cell);
    } else {
      waiting.set(cell, value);
      store(cell, value);
    }
    cell.classList.toggle("unsaved", waiting.has(cell));
    cell.classList.remove("bad");
  };
  /* What was being typed is given up, or taken: then `put` keeps it. */
  const given = (cell) => (waiting.has(cell) ? store(cell, waiting.get(cell)) : wrong.has(cell) ? store(cell, text(cell)) : forget(cell));

  const next = (way) => {
    const list = all.filter((cell) => wrong.has(cell));
    if (!list.length) return say("没有要处理的格了");
    const here = all.indexOf(grid.hand());
    const rest = way > 0 ? list.find((cell) => all.indexOf(cell) > here) : [...list].reverse().find((cell) => all.indexOf(cell) < here);
    grid.show(rest || (way > 0 ? list[0] : list[list.length - 1]));
  };
  const grid = openGrid({
    table, wrap, rows, cellsOf, name,
    may: Boolean(wrap.dataset.save),
    isOpen: (cell) => !locked(cell),
    unit: (cell) => (cell.classList.contains("n") ? headOf(cell).dataset.unit || "" : ""),
    choices: () => [],
    about: (cell) => ({ parts: [], why: cell.title || (locked(cell) ? "这里不改" : ""), href: cell.closest("tr").querySelector("th a").href }),
    keep: (cell, value) => { put(cell, value); soon(); },
    typed: (cell, value) => (value === null ? given(cell) : store(cell, value)),
    save: () => send(),
    remark: (words) => { if (words) say(words, true); },
    next,
    answer: (cell) => cell.querySelector(".says button")?.focus(),
    stops: () => [document.querySelector("#grid-problems:not([hidden]) button"), document.querySelector(".filters input[type=search]")],
  });
  table.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest(".says")) grid.show(event.target.closest("td"));
  });

  /* -- saving -------------------------------------------------------------------------------------------------------------- */

  const say = (words, bad = false) => {
    status.textContent = words;
    status.classList.toggle("wrong", bad);
  };
  const soon = () => {
    if (waiting.size) say(`${waiting.size} 处还没有保存…`);
    else if (!wrong.size && !flying) say("没有未保存的改动");
    clearTimeout(timer);
    timer = setTimeout(send, 600);
    list();
  };
  const list = () => {
    summary.hidden = wrong.size === 0;
    const items = summary.querySelector("ol");
    items.replaceChildren(...[...wrong].map(([cell, said]) => {
      const item = document.createElement("li");
      const link = document.createElement("button");
      link.type = "button";
      link.className = "btn-link";
      link.textContent = name(cell);
      link.addEventListener("click", () => grid.show(cell));
      item.append(link, `：${said}`);
      return item;
    }));
    summary.querySelector("h2").textContent = `${wrong.size} 处没有保存，填写的内容还在格子里`;
  };
  const says = (cell, words, choices = []) => {
    cell.querySelector(".says")?.remove();
    const note = document.createElement("span");
    note.className = "says no-copy";
    note.append(words);
    for (const [label, act] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn-link";
      button.textContent = label;
      button.addEventListener("click", (event) => { event.stopPropagation(); act(); grid.show(cell); });
      note.append(" ", button);
    }
    cell.append(note);
    cell.classList.add("bad");
    wrong.set(cell, words);
  };
  const take = (row, answer, sent) => {
    row.dataset.version = answer.version;
    for (const cell of row.querySelectorAll("td[data-field]")) {
      const field = cell.dataset.field;
      const stands = answer.cells[field];
      if (stands === undefined) continue;
      const mine = sent.get(cell);
      const clash = answer.clashes[field];
      const refused = answer.problems[field];
      if (clash) {
        says(cell, clash, [
          [`用“${stands || "空白"}”`, () => { base.set(cell, stands); put(cell, stands); soon(); }],
          ["保留我的", () => { base.set(cell, stands); put(cell, mine); soon(); }],
        ]);
      } else if (refused) {
        says(cell, refused);
      } else if (!waiting.has(cell) && !wrong.has(cell)) {
        base.set(cell, stands);
        grid.write(cell, stands);
        cell.classList.remove("unsaved");
        if (mine !== undefined) {
          cell.classList.add("saved");
          forget(cell);
        }
      } else {
        base.set(cell, stands);
      }
    }
  };
  const bodyOf = (sent) => {
    const rows = new Map();
    for (const [cell, value] of sent) {
      const row = cell.closest("tr");
      if (!rows.has(row)) rows.set(row, { project: Number(row.dataset.project), version: Number(row.dataset.version), fields: {} });
      rows.get(row).fields[cell.dataset.field] = { text: value, base: base.get(cell) };
    }
    return [rows, JSON.stringify({ rows: [...rows.values()] })];
  };
  const send = async () => {
    if (flying || !waiting.size) return;
    flying = true;
    const sent = new Map(waiting);
    waiting.clear();
    const [rows, body] = bodyOf(sent);
    say("正在保存…");
    try {
      const response = await Session.send(wrap.dataset.save, body, { type: "application/json" });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      const byProject = new Map(answer.rows.map((one) => [String(one.project), one]));
      for (const row of rows.keys()) take(row, byProject.get(row.dataset.project), sent);
      pause = 0;
      say(wrong.size ? `${answer.at} 已保存，${wrong.size} 处除外` : `已保存 ${answer.at}`, wrong.size > 0);
    } catch (error) {
      for (const [cell, value] of sent) if (!waiting.has(cell)) waiting.set(cell, value);
      flying = false;
      list();
      if (error === Session.ENDED) {
        say(`登录已过期，${waiting.size} 处留在本机，登录后自动存`, true);
        return;
      }
      pause = Math.min(30, pause * 2 || 3);
      say(`没有连上服务，${waiting.size} 处留在本页，${pause} 秒后再试`, true);
      clearTimeout(timer);
      timer = setTimeout(send, pause * 1000);
    }
    flying = false;
    list();
    if (waiting.size && !pause) soon();
  };
  addEventListener("online", send);
  document.addEventListener("signedin", send);
  /* The page goes: a request of its own outlives it. What cannot be sent is asked about, and stays on this computer. */
  const flush = () => {
    grid.commit();
    if (waiting.size && !pause && !Session.ended()) {
      Session.send(wrap.dataset.save, bodyOf(waiting)[1], { type: "application/json", keepalive: true }).catch(() => { /* they stay on this computer */ });
    }
  };
  addEventListener("beforeunload", (event) => {
    flush();
    if (wrong.size || (waiting.size && (pause || Session.ended()))) event.preventDefault();
  });
  addEventListener("pagehide", flush);

  for (const cell of all) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(nameOf(cell))); } catch { /* not ours */ }
    if (!kept || locked(cell) || plain(cell) === Cells.plain(kept.text)) { forget(cell); continue; }
    base.set(cell, kept.base); // another's word since then is a clash, and is told
    put(cell, kept.text);
  }
  if (waiting.size) soon();
})();
