/* The editor of a style. The text in its field is the one truth: each change goes to the server with it and comes back as another text, with
   the outline, the paper, the differences and what is wrong. House forms keep the field while it is not saved (core/forms.js). */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const [desk, text] = [$("style-desk"), $("style-text")];
  if (!desk?.dataset.work || !text || !window.Session) return;
  const [outline, preview, differences, problems, said, period, undo, form] = ["style-outline", "style-preview", "style-differences", "style-problems", "style-said", "preview-period", "undo", "style-form"].map($);
  const TYPING = 700;
  let scopes = JSON.parse($("style-scopes").textContent);
  const past = []; // texts, before each change
  let queue = Promise.resolve();
  let waiting = 0;
  let sent = text.value;
  let ours = false; // the field is written by this script
  let pending = null; // the sentence that is being typed in
  let timer = 0;

  const tell = (words) => { said.textContent = words; };
  const put = (value) => {
    ours = true;
    text.value = value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    ours = false;
  };

  /* -- asking -------------------------------------------------------------------------------------------------------------- */

  const ask = (change, { keep = false, focus = "" } = {}) => {
    waiting += 1;
    desk.setAttribute("aria-busy", "true");
    queue = queue.then(() => work(change, keep, focus)).finally(() => {
      waiting -= 1;
      if (!waiting) desk.removeAttribute("aria-busy");
    });
    return queue;
  };
  const work = async (change, keep, focus) => {
    const before = text.value;
    let answer;
    try {
      const response = await Session.send(desk.dataset.work, JSON.stringify({ text: before, change, period: period.value }), { type: "application/json" });
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json();
    } catch (error) {
      tell(error === Session.ENDED ? error.message : "连不上服务，这一处没有改。写的字还在，请再试一次。");
      return;
    }
    if (text.value !== before) { later(); return; }
    if (!answer.refused && answer.text !== before) {
      past.push(before);
      put(answer.text);
    }
    sent = text.value;
    undo.disabled = !past.length;
    show(answer, keep && !answer.refused, focus);
    if (change) tell(answer.refused ? "没有改，原因见上面。" : "已改，还没有保存。");
  };
  const show = (answer, keep, focus) => {
    scopes = answer.scopes;
    problems.innerHTML = answer.problems;
    if (answer.preview) preview.innerHTML = answer.preview;
    else if (!preview.querySelector(".paper-scroll")) preview.textContent = "改好上面的问题，这里就写出来。";
    differences.innerHTML = answer.differences;
    if (keep || !answer.outline) return;
    const open = [...outline.querySelectorAll("details[open]")].map((one) => one.id);
    outline.innerHTML = answer.outline;
    for (const id of open) $(id)?.setAttribute("open", "");
    if (focus) [...outline.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === focus)?.focus();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(flush, TYPING);
  };
  /* What is still being typed, sent now. */
  const flush = () => {
    clearTimeout(timer);
    if (pending) {
      const line = pending;
      pending = null;
      return setSentence(line, true);
    }
    return text.value === sent ? queue : ask(null);
  };
  const setSentence = (line, keep = false) => ask({ op: "sentence", path: line.dataset.path, source: StyleSentences.source(wordsOf(line)) }, { keep });
  const wordsOf = (line) => line.querySelector(".words.line");
  const change = async (what, focus = "") => {
    await flush();
    return ask(what, { focus });
  };

  text.addEventListener("input", () => { if (!ours) later(); });
  text.addEventListener("change", () => { if (!ours && text.value !== sent) flush(); });
  period.addEventListener("change", () => ask(null, { keep: true }));
  undo.addEventListener("click", async () => {
    await flush();
    if (!past.length) return;
    put(past.pop());
    await ask(null);
    undo.disabled = !past.length;
    tell("已撤销。");
  });
  /* Before house forms: what is on its way comes into the field first. */
  addEventListener("submit", async (event) => {
    if (event.target !== form || (!pending && !waiting)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    await flush();
    await queue;
    form.requestSubmit(submitter);
  }, true);

  /* -- typing in sentences ------------------------------------------------------------------------------------------------- */

  outline.addEventListener("input", (event) => {
    const line = event.target.closest(".sentence");
    if (!line) return;
    if (pending && pending !== line) flush();
    pending = line;
    tell("正在写…");
    later();
  });
  outline.addEventListener("focusout", (event) => { if (pending && !pending.contains(event.relatedTarget)) flush(); });
  outline.addEventListener("paste", (event) => {
    if (!event.target.closest(".words")) return;
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain").replace(/\s*[\r\n]+\s*/g, ""));
  });
  outline.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const chip = target.closest(".chip, [data-open]");
    if (chip && (key === "Enter" || key === " ")) { event.preventDefault(); open(chip); return; }
    if (chip && (key === "Delete" || key === "Backspace") && target.closest(".words")) { event.preventDefault(); drop(chip.closest("[data-kind]")); return; }
    if (key === "Enter" && target.closest(".words")) { event.preventDefault(); flush(); return; }
    const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[key];
    const part = step && (target.closest(".column") || target.closest(".part"));
    if (part && part.dataset.path) { event.preventDefault(); shift(part, step); }
  });
  outline.addEventListener("change", (event) => {
    const { head, op, at, key = "" } = event.target.dataset;
    if (head) change({ op: "head", key: head, value: event.target.value });
    if (op) change({ op, path: at, key, value: event.target.value });
  });
  const drop = (node) => {
    const line = node.closest(".sentence");
    node.remove();
    setSentence(line);
  };

  /* -- order ---------------------------------------------------------------------------------------------------------------- */

  const split = (path) => [path.slice(0, path.lastIndexOf("/")), Number(path.slice(path.lastIndexOf("/") + 1))];
  const shift = (part, step) => {
    const [list, number] = split(part.dataset.path);
    const size = [...part.parentElement.children].filter((one) => one.dataset.path).length;
    const to = number + step;
    if (to < 0 || to >= size) return;
    change({ op: "move", path: part.dataset.path, to }, part.classList.contains("column") ? `column ${list}/${to}` : `${step < 0 ? "up" : "down"} ${list}/${to}`);
  };
  let dragged = null;
  const clear = () => { for (const one of outline.querySelectorAll(".drop-before, .drop-after")) one.classList.remove("drop-before", "drop-after"); };
  const over = (event) => {
    const column = event.target.closest?.(".column");
    if (!dragged || !column || column.parentElement !== dragged.parentElement) return null;
    const box = column.getBoundingClientRect();
    return { column, after: event.clientY > box.top + box.height / 2 };
  };
  outline.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".column[draggable=true]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("dragged");
  });
  outline.addEventListener("dragover", (event) => {
    const at = over(event);
    clear();
    if (!at) return;
    event.preventDefault();
    at.column.classList.add(at.after ? "drop-after" : "drop-before");
  });
  outline.addEventListener("drop", (event) => {
    const at = over(event);
    if (dragged) event.preventDefault();
    clear();
    if (!at || at.column === dragged) return;
    const [list, from] = split(dragged.dataset.path);
    let to = split(at.column.dataset.path)[1] + (at.after ? 1 : 0);
    if (to > from) to -= 1;
    if (to !== from) change({ op: "move", path: dragged.dataset.path, to }, `column ${list}/${to}`);
  });
  outline.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; clear(); });

  /* -- dialogs -------------------------------------------------------------------------------------------------------------- */

  const part = (dialog, name) => dialog.querySelector(`[data-part="${name}"]`);
  const fill = (select, names, first = null) => {
    select.replaceChildren(...(first === null ? [] : [new Option(first, "")]), ...names.map((one) => new Option(one.label, one.name)));
  };
  const wrong = (dialog, words) => {
    const note = dialog.querySelector(".wrong");
    note.textContent = words;
    note.hidden = !words;
  };
  /* Opened for something; `done` is called when it is agreed to, and gives why not, or nothing. */
  const openDialog = (dialog, done, more = {}) => {
    dialog.returnValue = "";
    if (dialog.querySelector(".wrong")) wrong(dialog, "");
    const inner = dialog.querySelector("form");
    inner.onsubmit = (event) => {
      const why = done();
      if (why) { event.preventDefault(); wrong(dialog, why); }
    };
    for (const [name, act] of Object.entries({ remove: more.remove, unwrap: more.unwrap })) {
      const button = dialog.querySelector(`[data-${name}]`);
      if (!button) continue;
      button.hidden = !act;
      button.onclick = () => { dialog.close(); act(); };
    }
    dialog.querySelector("[data-close]").onclick = () => dialog.close();
    dialog.showModal();
  };
  const named = (scope, kinds) => (scopes[scope] || scopes.top || []).filter((one) => kinds.includes(one.kind));
  const scopeOf = (node) => node.closest(".words")?.dataset.scope || "top";

  const figureDialog = $("figure-dialog");
  const [figureNamed, figureMeasure, figureUnit, figurePlaces] = ["figure-named", "figure-measure", "figure-unit", "figure-places"].map($);
  const measures = () => new Set([...$("style-measures").options].map((one) => one.value));
  const looks = (look = "") => {
    const words = look.split(/\s+/).filter(Boolean);
    const places = words.find((one) => /^\d$/.test(one)) || "";
    const marks = words.filter((one) => /^(upto|grouping|bare|trim|fraction)$/.test(one));
    return { unit: words.find((one) => one !== places && !marks.includes(one)) || "", places, marks: marks.join(" ") };
  };
  const chooseFigure = ({ scope, name = "", look = "", head = null, blank = false, kinds = ["figure", "word", "option", "pieces"], done, remove }) => {
    const names = named(scope, kinds);
    fill(figureNamed, names, "（另选一个指标）");
    if (name && !names.some((one) => one.name === name)) figureNamed.append(new Option(name, name));
    figureNamed.value = name;
    figureMeasure.value = "";
    $("figure-region").value = "";
    $("figure-period").value = "own";
    const { unit, places, marks } = looks(look);
    if (unit && ![...figureUnit.options].some((one) => one.value === unit)) figureUnit.append(new Option(unit, unit));
    figureUnit.value = unit;
    figurePlaces.value = places;
    part(figureDialog, "head").hidden = head === null;
    $("figure-dialog-title").textContent = head === null ? "选一个数" : blank ? "这一栏（不改取数的，只写表头）" : "加一栏";
    figureDialog.querySelector("[type=submit]").textContent = head === null ? "用这个数" : "确定";
    $("column-head").value = head || "";
    const adjust = () => {
      const kind = names.find((one) => one.name === figureNamed.value)?.kind || "figure";
      part(figureDialog, "measure").hidden = Boolean(figureNamed.value);
      for (const one of [figureUnit, figurePlaces]) one.disabled = kind !== "figure";
    };
    figureNamed.onchange = adjust;
    adjust();
    openDialog(figureDialog, () => {
      const [unitNow, placesNow] = figureUnit.disabled ? ["", ""] : [figureUnit.value, figurePlaces.value];
      const made = { name: figureNamed.value, measure: figureMeasure.value.trim(), region: $("figure-region").value, period: $("figure-period").value,
        unit: unitNow, places: placesNow, marks, look: figureUnit.disabled ? "" : [unitNow, placesNow, marks].filter(Boolean).join(" "), head: $("column-head").value.trim() };
      if (!made.name && !(blank && !made.measure) && !measures().has(made.measure)) return "请从列出的指标里选一个。";
      done(made);
      return "";
    }, { remove });
    (name ? figureNamed : figureMeasure).focus();
  };
  const inSentence = (line, node, made) => {
    if (made.name) {
      Object.assign(node.dataset, { kind: "figure", name: made.name, look: made.look });
      return setSentence(line);
    }
    node.dataset.kind = "hole";
    const { measure, region, period: when, unit, places, marks } = made;
    return ask({ op: "figure", path: line.dataset.path, source: StyleSentences.source(wordsOf(line)), measure, region, period: when, unit, places, marks });
  };

  const clauseDialog = $("clause-dialog");
  const [wayField, whenKind, whenFigure, whenList, whenNumber, whenText] = ["clause-way", "when-kind", "when-figure", "when-list", "when-number", "when-text"].map($);
  const FORMS = [
    ["known", /^known\(\s*(\w+)\s*\)$/], ["positive", /^(\w+)\s*>\s*0$/], ["zero", /^(\w+)\s*=\s*0$/], ["above", /^(\w+)\s*>=\s*(-?[\d.]+)$/],
    ["below", /^(\w+)\s*<\s*(-?[\d.]+)$/], ["any", /^any\(\s*(\w+)\s*\)$/], ["none", /^none\(\s*(\w+)\s*\)$/],
  ];
  const WRITTEN = {
    always: () => "", known: (name) => `known(${name})`, positive: (name) => `${name} > 0`, zero: (name) => `${name} = 0`,
    above: (name, number) => `${name} >= ${number}`, below: (name, number) => `${name} < ${number}`, any: (name) => `any(${name})`, none: (name) => `none(${name})`,
  };
  const ofList = (kind) => kind === "any" || kind === "none";
  const readCondition = (condition) => {
    whenText.value = condition;
    if (!condition) { whenKind.value = "always"; return; }
    const [kind, match] = FORMS.map(([name, form_]) => [name, form_.exec(condition)]).find(([, found]) => found) || ["other", null];
    const select = ofList(kind) ? whenList : whenFigure;
    const known = match && [...select.options].some((one) => one.value === match[1]);
    whenKind.value = known ? kind : "other";
    if (known) {
      select.value = match[1];
      if (match[2]) whenNumber.value = match[2];
    }
  };
  const writtenCondition = () => {
    const kind = whenKind.value;
    return kind === "other" ? whenText.value.trim() : WRITTEN[kind](ofList(kind) ? whenList.value : whenFigure.value, whenNumber.value.trim() || "0");
  };
  const adjustClause = () => {
    const way = wayField.value;
    for (const one of ["when", "each", "choose"]) part(clauseDialog, one).hidden = one !== way;
    const kind = whenKind.value;
    part(clauseDialog, "when-figure").hidden = kind === "always" || kind === "other" || ofList(kind);
    part(clauseDialog, "when-number").hidden = kind !== "above" && kind !== "below";
    part(clauseDialog, "when-list").hidden = !ofList(kind);
    part(clauseDialog, "when-text").hidden = kind !== "other";
  };
  for (const one of [wayField, whenKind]) one.addEventListener("change", adjustClause);
  const chooseClause = ({ scope, way, fixed, condition = "known()", list = "", join = "、", subject = "", always = false, done, remove, unwrap }) => {
    const [figures, lists] = [named(scope, ["figure"]), named(scope, ["list"])];
    fill(whenFigure, figures);
    fill($("choose-figure"), figures);
    fill(whenList, lists);
    fill($("each-list"), lists);
    wayField.value = way;
    part(clauseDialog, "way").hidden = fixed;
    whenKind.options[0].hidden = !always;
    readCondition(condition);
    if (condition === "known()") whenKind.value = "known";
    if (list && !lists.some((one) => one.name === list)) $("each-list").append(new Option(list, list));
    if (list) $("each-list").value = list;
    if (subject && figures.some((one) => one.name === subject)) $("choose-figure").value = subject;
    $("each-join").value = join;
    adjustClause();
    openDialog(clauseDialog, () => {
      const chosen = { way: wayField.value, condition: writtenCondition(), list: $("each-list").value, join: $("each-join").value, subject: $("choose-figure").value };
      if (chosen.way === "when" && !always && (!chosen.condition || /\(\)|^ /.test(chosen.condition))) return "请选一个数、一个名单，或写出条件。";
      if (chosen.way === "each" && !chosen.list) return "还没有名单，请先在“名单”里加一个。";
      if (chosen.way === "choose" && !chosen.subject) return "还没有可以比的数。";
      done(chosen);
      return "";
    }, { remove, unwrap });
  };
  const BEGUN = {
    when: ({ condition }, body) => `{when ${condition}: ${body || "这时写什么"}}`,
    each: ({ list, join }, body) => `{each ${list}${join === "、" ? "" : ` join "${join.replace(/["“”‘’'{}|]/g, "")}"`}: ${body || "{name}"}}`,
    choose: ({ subject }) => `{choose ${subject}: 增加 → ，增加{${subject}} | 减少 → ，减少 | 持平 → ，持平}`,
  };

  const open = (node) => {
    const line = node.closest(".sentence");
    if (!line) return;
    if (node.classList.contains("chip")) {
      chooseFigure({ scope: scopeOf(node), name: node.dataset.name, look: node.dataset.look, remove: () => drop(node), done: (made) => inSentence(line, node, made) });
      return;
    }
    const clause = node.closest(".clause");
    const { kind, condition, list, join, subject } = clause.dataset;
    chooseClause({
      scope: scopeOf(clause.parentElement), way: kind, fixed: true, condition, list, join, subject,
      done: (chosen) => {
        if (kind === "when") clause.dataset.condition = chosen.condition;
        else if (kind === "each") Object.assign(clause.dataset, { list: chosen.list, join: chosen.join });
        else clause.dataset.subject = chosen.subject;
        setSentence(line);
      },
      remove: () => drop(clause),
      unwrap: kind === "when" ? () => {
        clause.replaceWith(...clause.querySelector(":scope > .words").childNodes);
        setSentence(line);
      } : null,
    });
  };

  const listDialog = $("list-dialog");
  const adjustList = () => { part(listDialog, "list-text").hidden = $("list-sign").value !== "other"; };
  $("list-sign").addEventListener("change", adjustList);
  const chooseList = ({ at, scope, where, order, top, label }) => {
    const figures = named(scope, ["figure"]);
    fill($("list-figure"), figures);
    fill($("list-order"), figures, "照各地次序");
    const match = /^(\w+)\s*(=|>|>=|<)\s*(-?[\d.]+)$/.exec(where || "");
    const known = match && figures.some((one) => one.name === match[1]);
    $("list-text").value = where || "";
    $("list-sign").value = known ? match[2] : where ? "other" : "";
    if (known) [$("list-figure").value, $("list-number").value] = [match[1], match[3]];
    const [by, way] = (order || "").split(" ");
    $("list-order").value = figures.some((one) => one.name === by) ? by : "";
    $("list-way").value = way === "asc" ? "asc" : "desc";
    $("list-top").value = top || "";
    $("list-label").value = label || "";
    adjustList();
    openDialog(listDialog, () => {
      const sign = $("list-sign").value;
      const condition = sign === "other" ? $("list-text").value.trim() : sign ? `${$("list-figure").value} ${sign} ${$("list-number").value.trim() || "0"}` : "";
      change({ op: "list", name: at, where: condition, order: $("list-order").value, way: $("list-way").value, top: $("list-top").value.trim(), label: $("list-label").value.trim() }, `list ${at}`);
      return "";
    });
  };

  const addDialog = $("add-dialog");
  $("add-kind").addEventListener("change", () => { part(addDialog, "prose").hidden = $("add-kind").value !== "prose"; });
  const addAfter = (at, heading) => {
    part(addDialog, "prose").hidden = $("add-kind").value !== "prose";
    openDialog(addDialog, () => {
      const [list, number] = split(at);
      const kind = $("add-kind").value;
      const path = heading && kind !== "heading" ? `${at}/content/0` : `${list}/${number + 1}`;
      change({ op: "add", path, kind, name: $("add-name").value.trim() }, `when ${path}`);
      return "";
    });
  };

  /* -- buttons -------------------------------------------------------------------------------------------------------------- */

  const column = ({ head, measure, name, region, period: when, unit, places, marks }) => ({ head, measure, figure: name, region, period: when, unit, places, marks });
  const ACTS = {
    "insert-figure": (button) => {
      const line = button.closest(".sentence");
      const { words } = StyleSentences.placeIn(wordsOf(line));
      chooseFigure({ scope: words.dataset.scope, done: (made) => {
        const node = StyleSentences.mark("hole");
        StyleSentences.insert(wordsOf(line), node);
        inSentence(line, node, made);
      } });
    },
    "insert-clause": (button) => {
      const line = button.closest(".sentence");
      const { words } = StyleSentences.placeIn(wordsOf(line));
      const body = StyleSentences.chosen(wordsOf(line));
      chooseClause({ scope: words.dataset.scope, way: "when", fixed: false, done: (chosen) => {
        StyleSentences.insert(wordsOf(line), StyleSentences.mark("raw", { source: BEGUN[chosen.way](chosen, body) }));
        setSentence(line);
      } });
    },
    condition: ({ dataset: { at, condition, scope } }) => chooseClause({
      scope, way: "when", fixed: true, always: true, condition: condition || "", done: (chosen) => { change({ op: "when", path: at, condition: chosen.condition }, `when ${at}`); },
    }),
    "add-sentence": ({ dataset: { at } }) => change({ op: "add-sentence", path: at }),
    add: (button) => addAfter(button.dataset.at, button.closest(".part")?.classList.contains("heading")),
    up: (button) => shift(button.closest(".column") || button.closest(".part"), -1),
    down: (button) => shift(button.closest(".column") || button.closest(".part"), 1),
    remove: ({ dataset: { at } }) => change({ op: "remove", path: at }),
    column: ({ dataset: { at, head } }) => chooseFigure({
      scope: "top", head, blank: true, kinds: ["figure"], done: (made) => { change({ op: "column", path: at, ...column(made) }, `column ${at}`); },
    }),
    "add-column": ({ dataset: { at, number } }) => chooseFigure({
      scope: "top", head: "", kinds: ["figure"], done: (made) => { change({ op: "add-column", path: `${at}/${number}`, ...column(made) }, `column ${at}/${number}`); },
    }),
    list: ({ dataset: { at, scope, where, order, top } }) => chooseList({ at, scope, where, order, top, label: "" }),
  };
  outline.addEventListener("mousedown", (event) => { if (event.target.closest("[data-do]")) event.preventDefault(); }); // the caret stays where it is
  outline.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) { ACTS[button.dataset.do](button); return; }
    const chip = event.target.closest(".chip, [data-open]");
    if (chip && !event.target.closest("summary")) open(chip);
  });
  problems.addEventListener("click", (event) => {
    const line = Number(event.target.closest("[data-line]")?.dataset.line);
    if (!line) return;
    StyleTabs.show("raw");
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
    text.scrollTop = (line - 5) * parseFloat(getComputedStyle(text).lineHeight);
  });

  ask(null, { keep: true });
})();
