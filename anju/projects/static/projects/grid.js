/* The table that is filled in place, as Excel does it: arrows, Enter, Tab, F2, Esc, Delete, copy and paste of a block, undo.
   Saved as it is typed; what could not be saved stays in its cell, says why, and is asked about on leaving. Until it is saved a cell is kept on
   this computer too, for who typed it.
   One input moves from cell to cell and always has the focus: a Chinese input method needs a field to write into. */
(() => {
  "use strict";
  const wrap = document.getElementById("grid");
  if (!wrap) return;
  const table = wrap.querySelector("table");
  const status = document.getElementById("grid-status");
  const summary = document.getElementById("grid-problems");
  const lines = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td[data-field]")]);
  if (!lines.length || !lines[0].length) return;
  const all = lines.flat();
  const spot = new Map(lines.flatMap((cells, r) => cells.map((cell, c) => [cell, [r, c]])));
  const shownIn = (cell) => cell.querySelector(".v");
  const text = (cell) => shownIn(cell).textContent;
  const plain = (cell) => Cells.plain(text(cell));
  const locked = (cell) => cell.dataset.locked !== undefined || cell.closest("tr").dataset.locked !== undefined;
  const base = new Map(all.map((cell) => [cell, text(cell)])); // what the server has
  const waiting = new Map(); // cell → text, not sent yet
  const wrong = new Map(); // cell → what is wrong with it
  const undone = [];
  const redone = [];
  const SPACE = `anju-cells/${document.body.dataset.user}/`;
  let flying = false;
  let timer = 0;
  let pause = 0;
  let at = [0, 0];
  let anchor = [0, 0];
  let mode = "ready"; // ready, typing (arrows leave), editing (F2: arrows move the caret)

  const input = document.createElement("input");
  input.type = "text";
  input.className = "cell-input ready";
  input.autocomplete = "off";
  input.spellcheck = false;

  const here = () => lines[at[0]][at[1]];
  const between = (a, b) => [Math.min(a, b), Math.max(a, b)];
  const chosen = () => {
    const [top, bottom] = between(at[0], anchor[0]);
    const [left, right] = between(at[1], anchor[1]);
    return lines.slice(top, bottom + 1).map((cells) => cells.slice(left, right + 1));
  };
  const paint = () => {
    for (const cell of table.querySelectorAll(".sel, .at")) cell.classList.remove("sel", "at");
    const block = chosen().flat();
    if (block.length > 1) for (const cell of block) cell.classList.add("sel");
    here().classList.add("at");
  };
  const rest = () => {
    mode = "ready";
    input.value = "";
    input.className = "cell-input ready";
    input.readOnly = locked(here());
    const head = table.tHead.querySelector(`[data-head="${here().dataset.field}"]`);
    input.setAttribute("aria-label", `${here().closest("tr").dataset.name}，${head ? head.textContent.trim() : ""}：${text(here()) || "空白"}`);
  };
  const stand = (row, column, extend = false) => {
    at = [Math.max(0, Math.min(lines.length - 1, row)), Math.max(0, Math.min(lines[0].length - 1, column))];
    if (!extend) anchor = at;
    here().append(input);
    rest();
    paint();
    input.focus({ preventScroll: true });
    here().scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  /* What is being typed is given up, or taken: then `put` keeps it. */
  const given = (cell) => (waiting.has(cell) ? store(cell, waiting.get(cell)) : wrong.has(cell) ? store(cell, text(cell)) : forget(cell));
  const begin = (value, kind) => {
    if (locked(here())) return;
    mode = kind;
    input.className = "cell-input";
    if (value !== null) input.value = value;
  };

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
    shownIn(cell).textContent = value;
    cell.querySelector(".says")?.remove();
    wrong.delete(cell);
    if (value === base.get(cell)) {
      waiting.delete(cell);
      forget(cell);
    } else {
      waiting.set(cell, value);
      store(cell, value);
    }
    cell.classList.toggle("unsaved", waiting.has(cell));
    cell.classList.remove("bad");
  };
  const change = (pairs) => {
    const step = pairs.filter(([cell, value]) => !locked(cell) && plain(cell) !== Cells.plain(value)).map(([cell, value]) => [cell, text(cell), value]);
    if (!step.length) return;
    undone.push(step);
    redone.length = 0;
    for (const [cell, , value] of step) put(cell, value);
    soon();
  };
  const turn = (from, to, side) => {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    for (const one of step) put(one[0], one[side]);
    stand(...spot.get(step[0][0]));
    soon();
  };
  const commit = () => {
    if (mode === "ready") return;
    const value = input.value.trim();
    const cell = here();
    rest();
    given(cell);
    change([[cell, value]]);
  };

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
      link.textContent = `${cell.closest("tr").dataset.name} ${table.tHead.querySelector(`[data-head="${cell.dataset.field}"]`).textContent.trim()}`;
      link.addEventListener("click", () => stand(...spot.get(cell)));
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
      button.addEventListener("click", (event) => { event.stopPropagation(); act(); });
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
        shownIn(cell).textContent = stands;
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
    commit();
    if (waiting.size && !pause && !Session.ended()) {
      Session.send(wrap.dataset.save, bodyOf(waiting)[1], { type: "application/json", keepalive: true }).catch(() => { /* they stay on this computer */ });
    }
  };
  addEventListener("beforeunload", (event) => {
    flush();
    if (wrong.size || (waiting.size && (pause || Session.ended()))) event.preventDefault();
  });
  addEventListener("pagehide", flush);

  /* -- keys ---------------------------------------------------------------------------------------------------------------- */

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const along = (step) => {
    const place = at[0] * lines[0].length + at[1] + step;
    if (place < 0 || place >= all.length) return false;
    stand(Math.floor(place / lines[0].length), place % lines[0].length);
    return true;
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { key } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    const stop = () => { event.preventDefault(); event.stopPropagation(); };
    if (key === "Enter") { stop(); commit(); stand(at[0] + (event.shiftKey ? -1 : 1), at[1]); return; }
    if (key === "Tab") { commit(); if (along(event.shiftKey ? -1 : 1)) stop(); return; }
    if (key === "Escape") { if (mode !== "ready") { stop(); given(here()); } rest(); anchor = at; paint(); return; }
    if (mode === "editing") return;
    if (ARROWS[key]) {
      stop();
      commit();
      const [down, right] = ARROWS[key];
      stand(ctrl && down ? (down > 0 ? lines.length - 1 : 0) : at[0] + down, ctrl && right ? (right > 0 ? lines[0].length - 1 : 0) : at[1] + right, event.shiftKey);
      return;
    }
    if (mode !== "ready") return;
    if (key === "F2") { stop(); begin(plain(here()), "editing"); input.setSelectionRange(input.value.length, input.value.length); }
    else if (key === "Home") { stop(); stand(ctrl ? 0 : at[0], 0, event.shiftKey); }
    else if (key === "End") { stop(); stand(ctrl ? lines.length - 1 : at[0], lines[0].length - 1, event.shiftKey); }
    else if (key === "PageDown" || key === "PageUp") { stop(); stand(at[0] + (key === "PageDown" ? 15 : -15), at[1], event.shiftKey); }
    else if (key === "Delete" || key === "Backspace") { stop(); change(chosen().flat().map((cell) => [cell, ""])); }
    else if (ctrl && key.toLowerCase() === "z") { stop(); if (event.shiftKey) turn(redone, undone, 2); else turn(undone, redone, 1); }
    else if (ctrl && key.toLowerCase() === "y") { stop(); turn(redone, undone, 2); }
    else if (ctrl && key.toLowerCase() === "a") { stop(); anchor = [0, 0]; stand(lines.length - 1, lines[0].length - 1, true); }
  });
  input.addEventListener("compositionstart", () => { if (mode === "ready") begin(null, "typing"); });
  input.addEventListener("input", (event) => {
    if (mode === "ready") begin(null, "typing");
    if (mode !== "ready" && !event.isComposing) store(here(), input.value.trim());
  });
  input.addEventListener("blur", commit);
  for (const kind of ["copy", "cut"]) {
    input.addEventListener(kind, (event) => {
      if (mode !== "ready") return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", Cells.block(chosen().map((cells) => cells.map(plain))));
      if (kind === "cut") change(chosen().flat().map((cell) => [cell, ""]));
    });
  }
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text/plain");
    if (mode !== "ready" && !/[\t\n]/.test(pasted)) return;
    event.preventDefault();
    given(here());
    rest();
    const block = Cells.parse(pasted);
    const area = chosen();
    const [top, left] = spot.get(area[0][0]);
    // One value over a chosen block fills it; a block is laid down from the first cell, what does not fit is said.
    const single = block.length === 1 && block[0].length === 1;
    const pairs = single
      ? area.flat().map((cell) => [cell, block[0][0]])
      : block.flatMap((line, r) => line.map((value, c) => [lines[top + r]?.[left + c], value]));
    const inside = pairs.filter(([cell]) => cell);
    change(inside);
    if (!single) {
      anchor = [top, left];
      stand(top + block.length - 1, left + Math.max(...block.map((line) => line.length)) - 1, true);
    }
    if (inside.length < pairs.length) say(`粘贴的内容超出表格，${pairs.length - inside.length} 格没有贴上`, true);
  });

  /* -- mouse --------------------------------------------------------------------------------------------------------------- */

  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("td[data-field]");
    if (!cell || event.target === input || event.target.closest("button")) return;
    event.preventDefault();
    commit();
    stand(...spot.get(cell), event.shiftKey);
    const drag = (move) => {
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest("td[data-field]");
      if (over && spot.has(over) && over !== here()) stand(...spot.get(over), true);
    };
    document.addEventListener("mousemove", drag);
    document.addEventListener("mouseup", () => document.removeEventListener("mousemove", drag), { once: true });
  });
  table.addEventListener("dblclick", (event) => {
    if (!event.target.closest("td[data-field]") || mode !== "ready") return;
    begin(plain(here()), "editing");
  });
  wrap.addEventListener("focus", () => stand(...at));
  lines[at[0]][at[1]].append(input);
  rest();

  for (const cell of all) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(nameOf(cell))); } catch { /* not ours */ }
    if (!kept || locked(cell) || plain(cell) === Cells.plain(kept.text)) { forget(cell); continue; }
    base.set(cell, kept.base); // another's word since then is a clash, and is told
    put(cell, kept.text);
  }
  if (waiting.size) soon();
})();
