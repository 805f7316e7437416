/* The grid of a return: keys, selection, blocks and undo as in a spreadsheet. No number of the form is computed here: the server says them.
   One input lies over the cell in hand and always has the focus, so that an input method for Chinese works from the first key.
   What is typed is kept by drafts.js until the server has it. */
(() => {
  "use strict";
  const table = document.getElementById("grid");
  if (!table) return;
  const wrap = table.closest(".grid-wrap");
  const columns = JSON.parse(document.getElementById("grid-columns").textContent);
  const STATES = ["未报", "无任务", "不适用"];
  const mayFill = table.dataset.fill === "1";
  const allRows = [...table.tBodies[0].rows];
  const allCells = allRows.map((row) => [...row.querySelectorAll("td")]);
  const place = new Map();
  allCells.forEach((line, r) => line.forEach((td, c) => {
    td.col = c;
    td.dataset.label = columns[c].full; // where a phone shows cards
    place.set(`${allRows[r].dataset.l}|${columns[c].code}`, td);
  }));
  if (!allRows.length) return;

  /* The rows that are shown, in their order: see view.js. */
  let rows = [];
  let cells = [];
  const last = { r: 0, c: columns.length - 1 };
  const arrange = (shownRows) => {
    rows = shownRows;
    cells = rows.map((row) => [...row.querySelectorAll("td")]);
    cells.forEach((line, r) => { for (const td of line) td.row = r; });
    last.r = rows.length - 1;
  };
  arrange(allRows);

  const lineOf = (td) => td.parentNode.dataset;
  const keyOf = (td) => `${lineOf(td).l}|${columns[td.col].code}`;
  const shown = (td) => td.firstElementChild;
  const textOf = (td) => shown(td).textContent;
  const plainOf = (td) => Cells.plain(textOf(td));
  const open = (td) => mayFill && !td.classList.contains("lock");
  const nameOf = (td) => `${lineOf(td).name}，${columns[td.col].full}`;
  const REFERENCES = [["last", table.dataset.before || "上期"], ["ledger", "台账"], ["target", "目标"]];
  const references = (td) => REFERENCES.filter(([kind]) => td.dataset[kind]).map(([kind, word]) => `${word} ${td.dataset[kind]}`);

  /* -- the cell in hand ------------------------------------------------------------------------------------------------------ */

  const editor = document.createElement("input");
  editor.type = "text";
  editor.className = "grid-editor";
  editor.autocomplete = "off";
  editor.spellcheck = false;
  editor.readOnly = !mayFill;
  if (!mayFill) editor.inputMode = "none";
  wrap.append(editor);
  const note = document.getElementById("cell-note");
  const list = document.getElementById("cell-list");
  wrap.append(note, list);
  const bar = document.getElementById("cell-bar");

  let at = null; // the cell in hand, a corner of the selection
  let to = null; // its other corner
  let mode = "nav"; // nav; type: typed over, arrows leave; edit: F2, arrows move in the text
  let painted = [];

  const phone = matchMedia("(max-width: 47.99rem)"); // there a line is a card, folded but for the one in hand: see returns.css
  const box = () => {
    if (!phone.matches) return { left: at.offsetLeft, top: at.offsetTop, width: at.offsetWidth, height: at.offsetHeight };
    const [inner, outer] = [shown(at).getBoundingClientRect(), wrap.getBoundingClientRect()];
    return { left: inner.left - outer.left, top: inner.top - outer.top, width: inner.width, height: inner.height };
  };
  const lay = () => {
    const { left, top, width, height } = box();
    editor.style.transform = `translate(${left}px, ${top}px)`;
    editor.style.width = `${width}px`;
    editor.style.height = `${height}px`;
    editor.classList.toggle("n", at.classList.contains("n"));
    const keys = !mayFill || columns[at.col].choices.length ? "none" : at.classList.contains("n") ? "decimal" : "text";
    editor.inputMode = phone.matches ? keys : mayFill ? "text" : "none";
  };
  const unfold = (row, way) => {
    if (row.classList.toggle("unfolded", way)) for (const one of rows) if (one !== row) one.classList.remove("unfolded");
  };

  const block = () => ({
    top: Math.min(at.row, to.row), bottom: Math.max(at.row, to.row), left: Math.min(at.col, to.col), right: Math.max(at.col, to.col),
  });
  const chosen = () => {
    const { top, bottom, left, right } = block();
    return cells.slice(top, bottom + 1).map((line) => line.slice(left, right + 1));
  };

  const paint = () => {
    for (const td of painted) td.classList.remove("in", "at");
    painted = chosen().flat();
    if (painted.length > 1) for (const td of painted) td.classList.add("in");
    at.classList.add("at");
    painted.push(at);
  };

  /* Of what is chosen the sum, as under a spreadsheet. Rates do not add up, nor do unlike units. */
  const sums = () => {
    const added = chosen().filter(([td]) => !td.parentNode.classList.contains("total")); // or a sum would count twice
    const numbers = (added.length ? added : chosen()).flat().filter((td) => columns[td.col].unit);
    const units = new Set(numbers.map((td) => columns[td.col].unit));
    const total = Cells.summary(numbers.map(textOf));
    if (!total) return "";
    const [unit] = units;
    if (units.size > 1) return `计数 ${total.count}（单位不同，不求和）`;
    if (unit === "%") return `计数 ${total.count}　最小 ${total.least}　最大 ${total.most}`;
    return `合计 ${total.sum}${unit}　平均 ${total.average}　计数 ${total.count}`;
  };

  const say = () => {
    if (phone.matches) at.append(bar); else if (bar.parentNode !== wrap.parentNode) wrap.before(bar);
    const { top, bottom, left, right } = block();
    const many = top !== bottom || left !== right;
    const parts = references(at);
    if (!many && shown(at).scrollWidth > shown(at).clientWidth) parts.unshift(`全文：${textOf(at)}`);
    bar.querySelector(".what").textContent = many ? `选中${bottom - top + 1}行${right - left + 1}列` : nameOf(at);
    bar.querySelector(".refs").textContent = many ? sums() : parts.join("　");
    bar.querySelector(".door").href = `${table.dataset.cell}?line=${encodeURIComponent(lineOf(at).l)}&column=${encodeURIComponent(columns[at.col].code)}`;
    bar.querySelector(".door").hidden = false;
    bar.querySelector("[data-list]").hidden = !open(at);
    const why = many || open(at) ? "" : columns[at.col].computed ? "算出来的数，不用填" : mayFill ? "取自台账，这里不改" : "";
    bar.querySelector(".why").textContent = why;
    editor.setAttribute("aria-label", `${nameOf(at)}：${textOf(at) || "空白"}${why ? `，${why}` : ""}${parts.length ? `，${parts.join("，")}` : ""}`);
    View.corner(mode === "nav" && !phone.matches && chosen().flat().some(open));
    Drafts.tell(at, note);
    if (!note.hidden) {
      const beside = at.offsetLeft + at.offsetWidth + 6;
      const room = wrap.scrollLeft + wrap.clientWidth;
      const left = beside + note.offsetWidth <= room ? beside : Math.max(wrap.scrollLeft + 4, at.offsetLeft - note.offsetWidth - 6);
      const top = phone.matches ? box().top + box().height + 6 : at.offsetTop;
      note.style.transform = `translate(${left}px, ${top}px)`;
    }
  };

  const go = (r, c, extend = false, how = "") => {
    if (!rows.length) return;
    const td = cells[Math.max(0, Math.min(last.r, r))][Math.max(0, Math.min(last.c, c))];
    to = td;
    if (!extend || !at || !rows.includes(at.parentNode)) at = td;
    mode = "nav";
    editor.value = "";
    editor.classList.remove("on");
    close();
    unfold(rows[td.row], true);
    if (how !== "still") td.scrollIntoView({ block: "nearest", inline: "nearest" });
    lay();
    paint();
    say();
    editor.focus({ preventScroll: true });
  };

  const show = (td) => {
    if (!rows.includes(td.parentNode)) View.clear();
    go(td.row, td.col);
  };

  const begin = (how, text) => {
    if (!open(at)) return;
    mode = how;
    View.corner(false);
    editor.classList.add("on");
    note.hidden = true;
    if (text !== undefined) {
      editor.value = text;
      editor.setSelectionRange(text.length, text.length);
    }
  };

  const stop = () => {
    if (mode !== "nav") Drafts.typed(at, null);
    mode = "nav";
    editor.value = "";
    editor.classList.remove("on");
    say();
  };

  const commit = () => {
    if (mode === "nav") return;
    const text = editor.value.trim();
    stop();
    put([[at, text]]);
  };

  /* -- changing, undoing ----------------------------------------------------------------------------------------------------- */

  const done = [];
  const undone = [];
  const buttons = { undo: document.getElementById("undo"), redo: document.getElementById("redo") };
  const refresh = () => {
    if (buttons.undo) buttons.undo.disabled = !done.length;
    if (buttons.redo) buttons.redo.disabled = !undone.length;
  };

  const put = (changes, remember = true) => {
    const real = changes.filter(([td, text]) => open(td) && Cells.plain(text) !== plainOf(td));
    if (!real.length) return;
    if (remember) {
      done.push(real.map(([td, text]) => [td, plainOf(td), text]));
      undone.length = 0;
    }
    for (const [td, text] of real) {
      shown(td).textContent = text;
      Drafts.keep(td, text);
    }
    refresh();
    say();
  };
  const undo = (stack, other, way) => {
    const step = stack.pop();
    if (!step) return;
    other.push(step);
    put(step.map(([td, before, after]) => [td, way === "undo" ? before : after]), false);
    show(step[0][0]);
    refresh();
  };

  /* -- blocks ------------------------------------------------------------------------------------------------------------------ */

  const tsv = () => Cells.block(chosen().map((line) => line.map(plainOf)));

  const paste = (text) => {
    const given = Cells.parse(text);
    const { top, left } = block();
    const one = given.length === 1 && given[0].length === 1;
    const changes = [];
    let locked = 0;
    let outside = 0;
    if (one) {
      for (const td of chosen().flat()) open(td) ? changes.push([td, given[0][0]]) : (locked += 1);
    } else {
      given.forEach((line, y) => line.forEach((said, x) => {
        const td = cells[top + y]?.[left + x];
        if (!td) outside += said ? 1 : 0;
        else if (!open(td)) locked += said && Cells.plain(said) !== plainOf(td) ? 1 : 0;
        else changes.push([td, said]);
      }));
    }
    put(changes);
    if (!one) {
      at = cells[top][left];
      go(top + given.length - 1, left + Math.max(...given.map((line) => line.length)) - 1, true);
    }
    const left_out = [locked && `${locked} 格不能填（算出的或取自台账的）`, outside && `${outside} 格超出表格`].filter(Boolean);
    Drafts.remark(left_out.length ? `已粘贴，另有 ${left_out.join("，")}，没有改` : "");
  };

  /* -- the list of what may be said of a cell ------------------------------------------------------------------------------------ */

  let options = [];
  let pointed = 0;
  const close = () => { list.hidden = true; };
  const point = (n) => {
    pointed = (n + options.length) % options.length;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === pointed)));
    editor.setAttribute("aria-activedescendant", `option-${pointed}`);
  };
  const choose = (n) => {
    close();
    editor.removeAttribute("aria-activedescendant");
    stop();
    put(chosen().flat().map((td) => [td, options[n]]));
  };
  const offer = () => {
    const first = chosen().flat().find(open);
    if (!first) return;
    if (mode !== "nav") stop();
    options = [...(columns[first.col].choices || []), ...STATES];
    list.replaceChildren(...options.map((text, i) => {
      const li = document.createElement("li");
      li.id = `option-${i}`;
      li.setAttribute("role", "option");
      li.textContent = text;
      li.dataset.n = i < 9 ? String(i + 1) : "";
      li.addEventListener("mousedown", (event) => { event.preventDefault(); event.stopPropagation(); choose(i); });
      return li;
    }));
    list.hidden = false;
    note.hidden = true;
    const { left, top, height } = box();
    const up = !phone.matches && top + height + list.offsetHeight > wrap.scrollTop + wrap.clientHeight && top > list.offsetHeight;
    list.style.transform = `translate(${Math.min(left, wrap.scrollLeft + wrap.clientWidth - list.offsetWidth - 4)}px, ${up ? top - list.offsetHeight : top + height}px)`;
    list.scrollIntoView({ block: "nearest" });
    point(Math.max(0, options.indexOf(textOf(at))));
  };

  /* -- keys -------------------------------------------------------------------------------------------------------------------- */

  const nextOpen = (way) => {
    let n = at.row * (last.c + 1) + at.col;
    const size = (last.r + 1) * (last.c + 1);
    for (n += way; n >= 0 && n < size; n += way) {
      const td = cells[Math.floor(n / (last.c + 1))][n % (last.c + 1)];
      if (open(td)) return td;
    }
    return null;
  };

  /* Ctrl with an arrow: to the end of what is filled, as in a spreadsheet. */
  const jump = (start, dr, dc) => {
    let { row, col } = start;
    const filled = (r, c) => Boolean(cells[r]?.[c]) && textOf(cells[r][c]) !== "";
    const wanted = filled(row, col) && filled(row + dr, col + dc);
    do { row += dr; col += dc; } while (cells[row + dr]?.[col + dc] && (wanted ? filled(row + dr, col + dc) : !filled(row, col)));
    return [row, col];
  };

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const leave = () => (document.querySelector("[data-leave]") || document.querySelector("main a, main button"))?.focus();

  const inList = (event) => {
    if (event.key === "ArrowDown") point(pointed + 1);
    else if (event.key === "ArrowUp") point(pointed - 1);
    else if (event.key === "Enter" || event.key === "Tab") choose(pointed);
    else if (/^[1-9]$/.test(event.key) && options[event.key - 1]) choose(event.key - 1);
    else if (event.key === "Escape") { close(); say(); } else { close(); return false; }
    return true;
  };

  const onKey = (event) => {
    const { key, shiftKey: shift, altKey: alt } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    const editing = mode !== "nav";
    if (!list.hidden) return inList(event);
    if (key === "F2") { if (!editing) begin("edit", plainOf(at)); else mode = "edit"; return true; }
    if (key === "Escape") { if (editing) stop(); else leave(); return true; }
    if (alt && key === "Enter" && !editing) { bar.querySelector(".door").click(); return true; }
    if ((alt && key === "ArrowDown") || (!editing && event.code === "Slash" && !ctrl && !shift)) { offer(); return true; }
    if (key === "Enter" && ctrl && editing) { /* what is typed goes into the whole selection */
      const text = editor.value.trim();
      stop();
      put(chosen().flat().map((td) => [td, text]));
      return true;
    }
    if (key === "Enter" && !phone.matches) { commit(); go(at.row + (shift ? -1 : 1), at.col); return true; }
    if (key === "Tab" || key === "Enter") {
      commit();
      const td = nextOpen(shift ? -1 : 1);
      if (!td) return false;
      go(td.row, td.col);
      touch();
      return true;
    }
    if (ARROWS[key] && mode !== "edit") {
      if (editing) commit();
      const [dr, dc] = ARROWS[key];
      const start = shift ? to : at;
      const [r, c] = ctrl && cells[start.row + dr]?.[start.col + dc] ? jump(start, dr, dc) : [start.row + dr, start.col + dc];
      go(r, c, shift);
      return true;
    }
    if (editing) return false;
    if (key === "Delete" || key === "Backspace") { put(chosen().flat().map((td) => [td, ""])); return true; }
    if (key === "Home") { go(ctrl ? 0 : to.row, 0, shift); return true; }
    if (key === "End") { go(ctrl ? last.r : to.row, last.c, shift); return true; }
    if (key === "PageDown" || key === "PageUp") { go(to.row + (key === "PageDown" ? 10 : -10), to.col, shift); return true; }
    if (!ctrl) return false;
    const letter = key.toLowerCase();
    if (letter === "z" && !shift) { undo(done, undone, "undo"); return true; }
    if (letter === "y" || (letter === "z" && shift)) { undo(undone, done, "redo"); return true; }
    if (letter === "a") { at = cells[0][0]; go(last.r, last.c, true, "still"); return true; }
    if (letter === "d") {
      const lines = chosen();
      put(lines.slice(1).flatMap((line) => line.map((td, c) => [td, textOf(lines[0][c])])));
      return true;
    }
    if (letter === "s") { Drafts.now(); return true; }
    return false;
  };

  editor.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  editor.addEventListener("input", (event) => {
    if (mode === "nav") begin("type");
    if (mode !== "nav" && !event.isComposing) Drafts.typed(at, editor.value.trim());
  });
  editor.addEventListener("compositionstart", () => { if (mode === "nav") begin("type"); });
  editor.addEventListener("blur", () => { commit(); close(); wrap.classList.remove("held"); });
  editor.addEventListener("focus", () => wrap.classList.add("held"));
  editor.addEventListener("copy", (event) => {
    if (mode !== "nav") return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", tsv());
  });
  editor.addEventListener("cut", (event) => {
    if (mode !== "nav") return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", tsv());
    put(chosen().flat().map((td) => [td, ""]));
  });
  editor.addEventListener("paste", (event) => {
    if (mode !== "nav" || !mayFill) return;
    event.preventDefault();
    paste(event.clipboardData.getData("text/plain"));
  });

  /* -- the mouse ----------------------------------------------------------------------------------------------------------------- */

  /* On a phone one touch begins: nobody finds a second one or a key. */
  const touch = () => {
    if (!phone.matches || !open(at)) return;
    if (columns[at.col].choices.length) { offer(); return; }
    begin("edit", plainOf(at));
    editor.select();
  };

  let dragging = false;
  table.tBodies[0].addEventListener("mousedown", (event) => {
    const td = event.target.closest("td");
    if (event.button || event.target.closest("#cell-bar")) return;
    if (!td) {
      const row = phone.matches && event.target.closest("th.first")?.parentNode;
      if (row) { editor.blur(); unfold(row); }
      return;
    }
    event.preventDefault();
    commit();
    dragging = !phone.matches;
    go(td.row, td.col, event.shiftKey && !phone.matches, phone.matches ? "still" : "");
    touch();
  });
  table.tBodies[0].addEventListener("mouseover", (event) => {
    const td = dragging && event.target.closest("td");
    if (td && td !== to) go(td.row, td.col, true);
  });
  addEventListener("mouseup", () => { dragging = false; });
  table.tBodies[0].addEventListener("dblclick", (event) => { if (event.target.closest("td")) begin("edit", plainOf(at)); });
  editor.addEventListener("dblclick", () => { if (mode === "nav") begin("edit", plainOf(at)); });
  editor.addEventListener("mousedown", (event) => { if (mode === "nav" && event.shiftKey) event.preventDefault(); });
  bar.querySelector("[data-list]").addEventListener("click", () => { if (at) { editor.focus(); offer(); } });
  buttons.undo?.addEventListener("click", () => undo(done, undone, "undo"));
  buttons.redo?.addEventListener("click", () => undo(undone, done, "redo"));

  const fit = () => {
    wrap.style.setProperty("--over", `${table.tHead.offsetHeight}px`);
    const [first, second] = allRows[0].querySelectorAll("th");
    wrap.style.setProperty("--first", `${first.offsetWidth}px`);
    wrap.style.setProperty("--beside", `${first.offsetWidth + (second?.offsetWidth || 0)}px`);
    if (at) lay();
  };
  fit();
  addEventListener("resize", () => { fit(); if (at && mode === "nav") say(); });

  /* -- for drafts.js, the checks and the keys of the page ---------------------------------------------------------------------------- */

  window.Grid = {
    cell: (line, column) => place.get(`${line}|${column}`),
    key: keyOf,
    said: textOf,
    name: nameOf,
    may: mayFill,
    write: (td, text) => { shown(td).textContent = text; },
    show,
    again: () => { if (at && mode === "nav") say(); },
    start: () => {
      if (phone.matches && !at) return; // all folded: the keyboard of the phone would cover what one came to read
      const td = at || cells.flat().find(open) || cells[0]?.[0];
      if (td) go(td.row, td.col, false, at ? "" : "still"); // a page just opened stands at its top
    },
    put,
    commit,
    all: () => allCells.flat(),
    rows: allRows,
    columns,
    arrange: (order) => {
      arrange(order);
      if (at && rows.includes(at.parentNode)) { to = at; lay(); paint(); say(); } else if (at) go(0, at.col, false, "still");
    },
    hand: () => at,
    cells: () => cells,
    block,
    plain: plainOf,
    select: (top, left, bottom, right) => {
      at = cells[top][left];
      go(bottom, right, true);
    },
  };
  refresh();
})();
