/* The grid of the house: a cell in hand, a selection, keys, blocks, drawing over, undo and sums, as in a spreadsheet. What its cells are and where
   they are stored the page says (`openGrid`). No number is computed here but the sum of what is chosen.
   One input lies over the cell in hand and always has the focus, so that an input method for Chinese works from the first key. */
(() => {
  "use strict";
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const phone = matchMedia("(max-width: 47.99rem)");

  /* page: table, wrap, rows, cellsOf(row), may, and of a cell isOpen, name, unit, choices, about (parts, why, href), tell(td, note);
     keep(td, text) takes a change, typed(td, text or null) what is still being typed, save() stores at once, remark(text) tells;
     next(way), answer(td), stops() lead about the page; cards: on a phone a row is a card; reveal(td) shows a row that is filtered out. */
  window.openGrid = (page) => {
    const { table, wrap, may } = page;
    const shown = (td) => td.firstElementChild;
    const textOf = (td) => shown(td).textContent;
    const plainOf = (td) => Cells.plain(textOf(td));
    const open = (td) => may && page.isOpen(td);
    const carded = () => Boolean(page.cards) && phone.matches;

    /* The rows that are shown, in their order. */
    let [rows, cells] = [[], []];
    const last = { r: 0, c: 0 };
    const arrange = (order) => {
      rows = order;
      cells = rows.map(page.cellsOf);
      cells.forEach((line, r) => line.forEach((td, c) => { td.row = r; td.col = c; }));
      last.r = rows.length - 1;
    };
    arrange(page.rows);
    last.c = cells[0].length - 1;
    const everyCell = cells.flat();

    const editor = document.createElement("input");
    editor.type = "text";
    editor.className = "grid-editor";
    editor.autocomplete = "off";
    editor.spellcheck = false;
    editor.readOnly = !may;
    const note = document.getElementById("cell-note");
    const list = document.getElementById("cell-list");
    const handle = document.createElement("span");
    handle.id = "fill-handle";
    handle.title = "拖动：把选中的数填到经过的格";
    handle.hidden = true;
    wrap.append(editor, note, list, handle);
    const bar = document.getElementById("cell-bar");
    const door = bar.querySelector("[data-more]");

    let [at, to] = [null, null]; // the cell in hand, a corner of the selection; its other corner
    let mode = "nav"; // nav; type: typed over, arrows leave; edit: F2, arrows move in the text
    let painted = [];

    /* -- the cell in hand ---------------------------------------------------------------------------------------------------- */

    const box = () => {
      if (!carded()) return { left: at.offsetLeft, top: at.offsetTop, width: at.offsetWidth, height: at.offsetHeight };
      const [inner, outer] = [shown(at).getBoundingClientRect(), wrap.getBoundingClientRect()];
      return { left: inner.left - outer.left, top: inner.top - outer.top, width: inner.width, height: inner.height };
    };
    const keyboard = () => {
      if (!may || !open(at)) return "none";
      if (!phone.matches) return "text";
      return page.choices(at).own ? "none" : at.classList.contains("n") && !at.classList.contains("day") ? "decimal" : "text";
    };
    const lay = () => {
      const { left, top, width, height } = box();
      editor.style.transform = `translate(${left}px, ${top}px)`;
      editor.style.width = `${width}px`;
      editor.style.height = `${height}px`;
      editor.classList.toggle("n", at.classList.contains("n"));
      editor.inputMode = keyboard();
    };
    const unfold = (row, way) => {
      if (row.classList.toggle("unfolded", way)) for (const other of rows) if (other !== row) other.classList.remove("unfolded");
    };

    const block = () => ({
      top: Math.min(at.row, to.row), bottom: Math.max(at.row, to.row), left: Math.min(at.col, to.col), right: Math.max(at.col, to.col),
    });
    const within = ({ top, bottom, left, right }) => cells.slice(top, bottom + 1).map((line) => line.slice(left, right + 1));
    const chosen = () => within(block());

    const paint = () => {
      for (const td of painted) td.classList.remove("in", "at");
      painted = chosen().flat();
      if (painted.length > 1) for (const td of painted) td.classList.add("in");
      at.classList.add("at");
      painted.push(at);
    };

    const sums = () => {
      const added = chosen().filter(([td]) => !td.parentNode.classList.contains("total")); // or a sum would count twice
      return Cells.told((added.length ? added : chosen()).flat().filter(page.unit).map((td) => [textOf(td), page.unit(td)]));
    };

    const corner = () => {
      handle.hidden = mode !== "nav" || phone.matches || !chosen().flat().some(open);
      if (handle.hidden) return;
      const { bottom, right } = block();
      const td = cells[bottom][right];
      handle.style.transform = `translate(${td.offsetLeft + td.offsetWidth}px, ${td.offsetTop + td.offsetHeight}px)`;
    };
    const beside = () => {
      page.tell?.(at, note);
      if (note.hidden) return;
      const right = at.offsetLeft + at.offsetWidth + 6;
      const fits = right + note.offsetWidth <= wrap.scrollLeft + wrap.clientWidth;
      const left = fits ? right : Math.max(wrap.scrollLeft + 4, at.offsetLeft - note.offsetWidth - 6);
      note.style.transform = `translate(${left}px, ${carded() ? box().top + box().height + 6 : at.offsetTop}px)`;
    };

    const say = () => {
      if (carded()) at.append(bar); else if (bar.nextElementSibling !== wrap) wrap.before(bar);
      const { top, bottom, left, right } = block();
      const many = at !== to;
      const about = page.about(at);
      const parts = shown(at).scrollWidth > shown(at).clientWidth ? [`全文：${textOf(at)}`, ...about.parts] : about.parts;
      const why = many || open(at) ? "" : about.why;
      bar.querySelector(".what").textContent = many ? `选中${bottom - top + 1}行${right - left + 1}列` : page.name(at);
      bar.querySelector(".refs").textContent = many ? sums() : parts.join("　");
      bar.querySelector(".why").textContent = why;
      door.href = about.href;
      door.hidden = false;
      bar.querySelector("[data-list]").hidden = !open(at) || !page.choices(at).length;
      editor.setAttribute("aria-label", [`${page.name(at)}：${textOf(at) || "空白"}`, why, ...about.parts].filter(Boolean).join("，"));
      corner();
      beside();
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
      if (page.cards) unfold(rows[td.row], true);
      if (how !== "still") td.scrollIntoView({ block: "nearest", inline: "nearest" });
      lay();
      paint();
      say();
      editor.focus({ preventScroll: true });
    };

    const show = (td) => {
      if (!rows.includes(td.parentNode)) page.reveal?.(td);
      go(td.row, td.col);
    };
    const start = () => {
      if (carded() && !at) return; // all folded: the keyboard of the phone would cover what one came to read
      const td = at || cells.flat().find(open) || cells[0]?.[0];
      if (td) go(td.row, td.col, false, at ? "" : "still"); // a page just opened stands at its top
    };

    const begin = (how, text) => {
      if (!open(at)) return;
      mode = how;
      handle.hidden = true;
      note.hidden = true;
      editor.classList.add("on");
      if (text !== undefined) {
        editor.value = text;
        editor.setSelectionRange(text.length, text.length);
      }
    };
    const stop = () => {
      if (mode !== "nav") page.typed(at, null);
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

    /* -- changing, undoing --------------------------------------------------------------------------------------------------- */

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
        page.keep(td, text);
      }
      refresh();
      if (at) say();
    };
    const undo = (stack, other, way) => {
      const step = stack.pop();
      if (!step) return;
      other.push(step);
      put(step.map(([td, before, after]) => [td, way === "undo" ? before : after]), false);
      show(step[0][0]);
      refresh();
    };
    const fillChosen = (text) => put(chosen().flat().map((td) => [td, text]));

    /* -- blocks ---------------------------------------------------------------------------------------------------------------- */

    const paste = (text) => {
      const given = Cells.parse(text);
      const { top, left } = block();
      const single = given.length === 1 && given[0].length === 1;
      const changes = [];
      let [locked, outside] = [0, 0];
      if (single) {
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
      if (!single) {
        at = cells[top][left];
        go(top + given.length - 1, left + Math.max(...given.map((line) => line.length)) - 1, true);
      }
      const omitted = [locked && `${locked} 格不能填（算出的或取自台账的）`, outside && `${outside} 格超出表格`].filter(Boolean);
      page.remark(omitted.length ? `已粘贴，另有 ${omitted.join("，")}，没有改` : "");
    };
    const onClipboard = (event) => {
      if (mode !== "nav" || !at) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", Cells.block(chosen().map((line) => line.map(plainOf))));
      if (event.type === "cut") fillChosen("");
    };
    const onPaste = (event) => {
      if (!may || !at) return;
      const text = event.clipboardData.getData("text/plain");
      if (mode !== "nav" && !/[\t\n]/.test(text.trimEnd())) return; // a word goes into what is being typed
      event.preventDefault();
      if (mode !== "nav") stop();
      paste(text);
    };

    /* -- the list of what may be said of a cell ---------------------------------------------------------------------------------- */

    let [options, pointed] = [[], 0];
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
      fillChosen(options[n]);
    };
    const offer = () => {
      const first = chosen().flat().find(open);
      if (!first || !page.choices(first).length) return;
      if (mode !== "nav") stop();
      options = [...page.choices(first)];
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
      const up = !carded() && top + height + list.offsetHeight > wrap.scrollTop + wrap.clientHeight && top > list.offsetHeight;
      list.style.transform = `translate(${Math.min(left, wrap.scrollLeft + wrap.clientWidth - list.offsetWidth - 4)}px, ${up ? top - list.offsetHeight : top + height}px)`;
      list.scrollIntoView({ block: "nearest" });
      point(Math.max(0, options.indexOf(textOf(at))));
    };

    /* -- keys ------------------------------------------------------------------------------------------------------------------ */

    const nextOpen = (way) => {
      const line = cells.flat();
      for (let n = at.row * (last.c + 1) + at.col + way; n >= 0 && n < line.length; n += way) if (open(line[n])) return line[n];
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
    const screen = () => Math.max(5, Math.floor(Math.min(wrap.clientHeight, innerHeight) / at.offsetHeight) - 5);
    const leave = () => (document.querySelector("[data-leave]") || document.querySelector("main a, main button"))?.focus();

    const inList = (event) => {
      if (event.key === "ArrowDown") point(pointed + 1);
      else if (event.key === "ArrowUp") point(pointed - 1);
      else if (event.key === "Enter" || event.key === "Tab") choose(pointed);
      else if (/^[1-9]$/.test(event.key) && options[event.key - 1]) choose(event.key - 1);
      else if (event.key === "Escape") { close(); say(); } else { close(); return false; }
      return true;
    };

    /* Keys that mean the same while something is typed. */
    const onCellKey = ({ key, code, shiftKey: shift, altKey: alt }, ctrl, editing) => {
      if (key === "F2") { if (!editing) begin("edit", plainOf(at)); else mode = "edit"; return true; }
      if (key === "Escape") { if (editing) stop(); else leave(); return true; }
      if (alt && key === "Enter" && !editing) { door.click(); return true; }
      if ((alt && key === "ArrowDown") || (!editing && code === "Slash" && !ctrl && !shift)) {
        offer();
        return !list.hidden;
      }
      if (key === "Enter" && ctrl && editing) { /* what is typed goes into the whole selection */
        const text = editor.value.trim();
        stop();
        fillChosen(text);
        return true;
      }
      if (key === "Enter" && !phone.matches) { commit(); go(at.row + (shift ? -1 : 1), at.col); return true; }
      if (key === "Tab" || key === "Enter") {
        commit();
        const td = nextOpen(shift ? -1 : 1);
        if (td) { go(td.row, td.col); touch(); }
        return Boolean(td);
      }
      if (ARROWS[key] && mode !== "edit") {
        if (editing) commit();
        const [dr, dc] = ARROWS[key];
        const from = shift ? to : at;
        const [r, c] = ctrl && cells[from.row + dr]?.[from.col + dc] ? jump(from, dr, dc) : [from.row + dr, from.col + dc];
        go(r, c, shift);
        return true;
      }
      return false;
    };
    /* Keys of a cell in which nothing is being typed. */
    const onBlockKey = ({ key, shiftKey: shift }, ctrl) => {
      if (key === "?") { help(); return true; }
      if (key === "Delete" || key === "Backspace") { fillChosen(""); return true; }
      if (key === "Home") { go(ctrl ? 0 : to.row, 0, shift); return true; }
      if (key === "End") { go(ctrl ? last.r : to.row, last.c, shift); return true; }
      if (key === "PageDown" || key === "PageUp") { go(to.row + (key === "PageDown" ? screen() : -screen()), to.col, shift); return true; }
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
      return false;
    };
    const onKey = (event) => {
      const ctrl = event.ctrlKey || event.metaKey;
      if (!at) { start(); return Boolean(ARROWS[event.key]); }
      if (!list.hidden) return inList(event);
      if (ctrl && event.key.toLowerCase() === "s") { commit(); page.save(); return true; }
      if (onCellKey(event, ctrl, mode !== "nav")) return true;
      return mode === "nav" && onBlockKey(event, ctrl);
    };

    editor.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    editor.addEventListener("input", (event) => {
      if (!at) return;
      if (mode === "nav") begin("type");
      if (mode !== "nav" && !event.isComposing) page.typed(at, editor.value.trim());
    });
    editor.addEventListener("compositionstart", () => { if (at && mode === "nav") begin("type"); });
    editor.addEventListener("blur", () => { if (at) { commit(); close(); } wrap.classList.remove("held"); });
    editor.addEventListener("focus", () => { wrap.classList.add("held"); if (!at) start(); });
    editor.addEventListener("copy", onClipboard);
    editor.addEventListener("cut", onClipboard);
    editor.addEventListener("paste", onPaste);

    /* -- keys of the page -------------------------------------------------------------------------------------------------------- */

    const help = () => {
      const dialog = document.getElementById("keys");
      if (!dialog.open) dialog.showModal();
    };
    document.getElementById("help")?.addEventListener("click", help);
    /* From the grid to the other parts of the page and back. */
    const around = () => {
      const stops = [...page.stops(), editor].filter(Boolean);
      const active = document.activeElement;
      const now = stops.findIndex((stop) => stop === active || (stop !== editor && stop.closest("section")?.contains(active)));
      const next = stops[(now + 1) % stops.length];
      if (next === editor) start(); else next.focus();
    };
    document.addEventListener("keydown", (event) => {
      const { key } = event;
      if (key === "F6") around();
      else if (key === "F8") { commit(); page.next(event.shiftKey ? -1 : 1); }
      else if (key === "F9") { commit(); page.answer(at); }
      else if (key === "F1" || (key === "?" && !event.target.matches("input, textarea, select"))) help();
      else return;
      event.preventDefault();
    });

    /* -- the mouse --------------------------------------------------------------------------------------------------------------- */

    /* On a phone one touch begins: nobody finds a second one or a key. */
    const touch = () => {
      if (!phone.matches || !open(at)) return;
      if (page.choices(at).own) { offer(); return; }
      begin("edit", plainOf(at));
      editor.select();
    };
    const cellOf = (target) => {
      const td = target.closest?.("td");
      return td && td.row !== undefined && table.contains(td) ? td : null;
    };

    let dragging = false;
    table.tBodies[0].addEventListener("mousedown", (event) => {
      const td = cellOf(event.target);
      if (event.button || event.target.closest("#cell-bar, button, a")) return;
      if (!td) {
        const row = carded() && event.target.closest("th.first")?.parentNode;
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
      const td = dragging && cellOf(event.target);
      if (td && td !== to) go(td.row, td.col, true);
    });
    addEventListener("mouseup", () => { dragging = false; });
    table.tBodies[0].addEventListener("dblclick", (event) => { if (cellOf(event.target)) begin("edit", plainOf(at)); });
    editor.addEventListener("dblclick", () => { if (at && mode === "nav") begin("edit", plainOf(at)); });
    editor.addEventListener("mousedown", (event) => { if (mode === "nav" && event.shiftKey) event.preventDefault(); });
    bar.querySelector("[data-list]").addEventListener("click", () => { if (at) { editor.focus(); offer(); } });
    buttons.undo?.addEventListener("click", () => undo(done, undone, "undo"));
    buttons.redo?.addEventListener("click", () => undo(undone, done, "redo"));

    Corner.attach(handle, {
      table, block, within, plain: plainOf, put, commit,
      cellAt: (x, y) => document.elementsFromPoint(x, y).map(cellOf).find(Boolean),
      select: (top, left, bottom, right) => {
        at = cells[top][left];
        go(bottom, right, true);
      },
    });

    const fit = () => {
      wrap.style.setProperty("--over", `${table.tHead.offsetHeight}px`);
      const [first, second] = page.rows[0].querySelectorAll("th");
      wrap.style.setProperty("--first", `${first.offsetWidth}px`);
      wrap.style.setProperty("--beside", `${first.offsetWidth + (second?.offsetWidth || 0)}px`);
      if (at) lay();
    };
    fit();
    addEventListener("resize", () => { fit(); if (at && mode === "nav") say(); });
    refresh();

    return {
      may, rows: page.rows, said: textOf, name: page.name, show, start, put, commit,
      all: () => everyCell,
      hand: () => at,
      write: (td, text) => { shown(td).textContent = text; },
      again: () => { if (at && mode === "nav") say(); },
      arrange: (order) => {
        arrange(order);
        if (at && rows.includes(at.parentNode)) { to = at; lay(); paint(); say(); } else if (at) go(0, at.col, false, "still");
      },
    };
  };
})();
