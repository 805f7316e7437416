/* What was typed and is not yet stored. Each cell is kept on this computer until the server says that it has it: a browser, a server
   or a network that dies in between loses nothing. What somebody else changed meanwhile is shown in the cell, with who and when. */
(() => {
  "use strict";
  const table = document.getElementById("grid");
  if (!table || !window.Grid) return;
  const status = document.getElementById("saved");
  const remarks = document.getElementById("remark");
  /* The answer to a refused act stands at the act's address: to load it anew must show the return, not do the act once more. */
  const address = table.dataset.page;
  if (location.pathname !== address) history.replaceState(null, "", address);
  const SPACE = `anju-draft/${table.dataset.user}/${table.dataset.ret}/`;
  const WAIT = 600;
  const AGAIN = [1, 2, 4, 8, 15];

  const pending = new Map(); // cell → {text, version: what it was typed upon, sent}
  const conflicts = new Map(); // cell → what stands there now: {text, version, by, at}
  const wrong = new Map(); // cell → {what, fix}: not stored, since it cannot be read
  let marks = new Map(); // cell → what the checks say: [{level, what, fix, done, id}]
  let timer = 0;
  let failures = 0;
  let running = null;
  let stopped = ""; // why nothing can be stored any more

  const put = (td, text, version) => {
    try { localStorage.setItem(SPACE + Grid.key(td), JSON.stringify({ text, version })); } catch { /* full or forbidden: the page still holds it */ }
  };
  const remove = (td) => {
    try { localStorage.removeItem(SPACE + Grid.key(td)); } catch { /* nothing was kept */ }
  };
  const store = (td) => {
    const { text, version } = pending.get(td);
    put(td, text, version);
  };
  const forget = (td) => {
    pending.delete(td);
    remove(td);
  };

  const waiting = () => [...pending.keys()].filter((td) => !conflicts.has(td) && !wrong.has(td));

  const tell = (text, css = "") => {
    status.textContent = text;
    status.className = css;
  };
  const look = () => {
    for (const td of Grid.all()) {
      const said = marks.get(Grid.key(td)) || [];
      td.classList.toggle("unsaved", pending.has(td) && !conflicts.has(td) && !wrong.has(td));
      td.classList.toggle("conflict", conflicts.has(td));
      td.classList.toggle("wrong", wrong.has(td));
      td.classList.toggle("stop", said.some((one) => one.level === "阻断" && !one.done));
      td.classList.toggle("blank", said.some((one) => one.blank) && said.length === 1);
      td.classList.toggle("ask", said.some((one) => one.level !== "阻断" && !one.done));
    }
    own();
  };

  /* Conflicts and what cannot be read come first in the list of checks: they are the user's to settle. */
  const own = () => {
    const box = document.getElementById("own");
    if (!box) return;
    const lines = [
      ...[...conflicts].map(([td, now]) => [td, "两人同时填写", `${Grid.name(td)}：${now.by}${now.at}已填“${now.text || "空白"}”，您填“${pending.get(td)?.text || "空白"}”。`]),
      ...[...wrong].map(([td, problem]) => [td, "没有存上", `${Grid.name(td)}：${problem.what}${problem.fix}`]),
    ];
    box.replaceChildren(...lines.map(([td, level, text]) => {
      const li = document.createElement("li");
      const strong = document.createElement("span");
      strong.className = "level stop";
      strong.textContent = level;
      const link = document.createElement("a");
      link.href = "#grid";
      link.dataset.go = Grid.key(td);
      link.textContent = text;
      li.append(strong, " ", link);
      return li;
    }));
    box.hidden = !lines.length;
  };

  const adopt = (td, text, version) => {
    Grid.write(td, text);
    td.dataset.v = version;
  };

  /* -- storing --------------------------------------------------------------------------------------------------------------------- */

  const ask = (delay = WAIT) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  const save = () => {
    clearTimeout(timer);
    if (running) return running.then(() => (waiting().length && !failures ? save() : undefined));
    const sent = waiting();
    if (!sent.length || stopped) return Promise.resolve();
    running = send(sent).finally(() => { running = null; });
    return running;
  };

  const changesOf = (sent) => JSON.stringify({ changes: sent.map((td) => {
    const one = pending.get(td);
    one.sent = one.text;
    const [line, column] = split(Grid.key(td));
    return { line, column, text: one.text, version: one.version };
  }) });

  const send = async (sent) => {
    tell("正在保存…");
    let response;
    let said;
    try {
      response = await Session.send(table.dataset.save, changesOf(sent), { type: "application/json" });
      if ((response.headers.get("Content-Type") || "").includes("json")) said = await response.json();
    } catch (error) {
      if (error === Session.ENDED) return signedOut();
      response = null;
    }
    if (response && said && response.ok) return take(sent, said);
    if (response && said && response.status === 422) return refuse(said);
    if (response && response.status === 403) return refuse({ problems: [{ what: "您现在没有填报这张表的岗位。", fix: "" }] });
    if (response && response.status === 404) return refuse({ problems: [{ what: "这张报表已不存在，或不在您的区划内。", fix: "" }] });
    return later("连不上服务");
  };

  const signedOut = () => tell(`登录已过期：${waiting().length}处没有存上，已留在本机，登录后自动存`, "bad");
  document.addEventListener("signedin", () => { failures = 0; save(); });

  /* The page goes: what is still being typed is stored too. A request of its own outlives the page; the computer keeps the cells until they are known to be stored. */
  const flush = () => {
    Grid.commit();
    const sent = waiting();
    if (!sent.length || stopped || failures || Session.ended()) return;
    Session.send(table.dataset.save, changesOf(sent), { type: "application/json", keepalive: true }).catch(() => { /* they stay on this computer */ });
  };

  const split = (key) => {
    const cut = key.lastIndexOf("|");
    return [key.slice(0, cut), key.slice(cut + 1)];
  };

  const later = (why) => {
    const seconds = AGAIN[Math.min(failures, AGAIN.length - 1)];
    failures += 1;
    tell(`${why}：${waiting().length}处没有存上，已留在本机，${seconds}秒后再试`, "bad");
    ask(seconds * 1000);
  };

  /* Refused as a whole, for example because the return was handed in meanwhile. What was typed stays on this computer. */
  const refuse = (said) => {
    stopped = said.problems.map((one) => `${one.what}${one.fix || ""}`).join("");
    tell(`没有保存：${stopped} 填写的${pending.size}处仍留在本机。`, "bad");
  };

  const take = (sent, said) => {
    failures = 0;
    const stands = new Map(said.cells.map(([line, column, text, version, flags]) => [`${line}|${column}`, { text, version, flags }]));
    const stored = (td, text, version) => {
      const one = pending.get(td);
      if (!one) return;
      if (one.text === one.sent) {
        forget(td);
        conflicts.delete(td);
        wrong.delete(td);
        adopt(td, text, version);
      } else {
        one.version = version; // typed again meanwhile: the next round stores it upon this one
        store(td);
      }
    };
    for (const one of said.saved) {
      const td = Grid.cell(one.line, one.column);
      if (td) stored(td, one.text, one.version);
    }
    for (const one of said.conflicts) {
      const td = Grid.cell(one.line, one.column);
      if (!td || !pending.has(td)) continue;
      if (one.text === pending.get(td).text) stored(td, one.text, one.version); // the answer to an earlier try was lost on its way
      else conflicts.set(td, one);
    }
    for (const one of said.problems) {
      const td = one.line && Grid.cell(one.line, one.column);
      if (td && pending.has(td) && pending.get(td).text === pending.get(td).sent) wrong.set(td, one);
    }
    for (const [key, one] of stands) {
      const [line, column] = split(key);
      const td = Grid.cell(line, column);
      if (!td) continue;
      if (!pending.has(td)) adopt(td, one.text, one.version);
      td.classList.toggle("changed", one.flags.includes("c"));
      td.classList.toggle("st", one.flags.includes("s"));
    }
    /* What the server passed over in silence is not asked again and again. */
    for (const td of sent) {
      if (pending.has(td) && !conflicts.has(td) && !wrong.has(td) && pending.get(td).text === pending.get(td).sent) {
        wrong.set(td, { what: said.problems.find((one) => !one.line)?.what || "没有存上。", fix: "请改写后再存。" });
      }
    }
    checks(said);
    const rest = waiting().length;
    const held = pending.size - rest;
    tell(`已保存 ${said.at}${held ? `，${held}处待处理` : ""}`, held ? "bad" : "good");
    if (rest) ask();
  };

  const unfold = () => {
    const list = document.getElementById("check-list");
    if (!list) return;
    list.hidden = false;
    document.querySelector("#checks .expander").setAttribute("aria-expanded", "true");
  };

  /* What stopped the last act is told until nothing of it is left. */
  const settle = () => {
    const box = document.getElementById("unsettled");
    const left = [...marks.values()].flat().filter((one) => !one.done).length;
    if (box && left) box.querySelector("[data-left]").textContent = left;
    else box?.remove();
  };

  /* The checks as the server now says them; an answer that is being written in the list stays. */
  const checks = (said) => {
    const panel = document.getElementById("checks");
    if (panel && said.checks !== undefined) {
      const typed = [...panel.querySelectorAll("input[data-kept], textarea[data-kept]")].filter((one) => one.value !== one.defaultValue);
      const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.kept : "";
      const opened = panel.querySelector("#check-list")?.hidden === false;
      const ticked = [...panel.querySelectorAll("input[name=also]:checked")].map((one) => one.value);
      const unfolded = [...panel.querySelectorAll("details[data-alike][open]")].map((one) => one.dataset.alike);
      panel.innerHTML = said.checks;
      if (opened) unfold();
      for (const old of typed) {
        const now = [...panel.querySelectorAll("[data-kept]")].find((one) => one.dataset.kept === old.dataset.kept);
        if (now) now.value = old.value;
      }
      for (const one of panel.querySelectorAll("details[data-alike]")) one.open = unfolded.includes(one.dataset.alike);
      for (const one of panel.querySelectorAll("input[name=also]")) one.checked = ticked.includes(one.value);
      if (focused) [...panel.querySelectorAll("[data-kept]")].find((one) => one.dataset.kept === focused)?.focus();
    }
    if (said.marks) {
      marks = new Map();
      for (const one of said.marks) {
        const key = `${one.line}|${one.column}`;
        marks.set(key, [...(marks.get(key) || []), one]);
      }
      settle();
    }
    const draft = document.getElementById("explanation-draft");
    if (draft && said.draft !== undefined) {
      draft.textContent = said.draft;
      draft.closest("[data-drafted]").hidden = !said.draft;
    }
    look();
    Grid.again();
  };

  /* -- what is said beside the cell ---------------------------------------------------------------------------------------------------- */

  const line = (css, level, text) => {
    const p = document.createElement("p");
    const b = document.createElement("span");
    b.className = `level ${css}`;
    b.textContent = level;
    p.append(b, ` ${text}`);
    return p;
  };
  const button = (text, css, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = css;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const beside = (td, note) => {
    const parts = [];
    const now = conflicts.get(td);
    if (now) {
      const p = line("stop", "两人同时填写", `${now.by} ${now.at} 已填“${now.text || "空白"}”，您填“${pending.get(td).text || "空白"}”。`);
      const acts = document.createElement("p");
      acts.append(button("留用我的", "btn-act", () => mine(td)), " ", button("采用对方的", "btn-plain", () => theirs(td)));
      parts.push(p, acts);
    }
    const problem = wrong.get(td);
    if (problem) parts.push(line("stop", "没有存上", `${problem.what}${problem.fix}`));
    for (const one of marks.get(Grid.key(td)) || []) {
      if (one.done) continue;
      parts.push(line(one.level === "阻断" ? "stop" : "ask", one.level, `${one.what}${one.fix}`));
      if (one.level !== "阻断" && Grid.may) {
        const p = document.createElement("p");
        p.append(button("在这里答复（F9）", "btn-link", () => Answers.begin(td)));
        parts.push(p);
      }
    }
    note.replaceChildren(...parts);
    note.hidden = !parts.length;
  };

  const mine = (td) => {
    const one = pending.get(td);
    one.version = conflicts.get(td).version;
    conflicts.delete(td);
    store(td);
    look();
    Grid.show(td);
    ask(0);
  };
  const theirs = (td) => {
    const now = conflicts.get(td);
    conflicts.delete(td);
    forget(td);
    adopt(td, now.text, now.version);
    look();
    Grid.show(td);
    if (!pending.size) tell("已采用对方的数", "good");
  };

  /* -- going from finding to finding (F8) ------------------------------------------------------------------------------------------------- */

  /* What stands in the way comes before what only asks. */
  const found = () => {
    const open = (td, level) => (marks.get(Grid.key(td)) || []).some((one) => !one.done && (!level || one.level === level));
    const stops = Grid.all().filter((td) => conflicts.has(td) || wrong.has(td) || open(td, "阻断"));
    return stops.length ? stops : Grid.all().filter((td) => open(td));
  };
  const next = (way) => {
    const list = found();
    if (!list.length) return remark("没有要处理的格了");
    const order = Grid.all();
    const here = order.indexOf(Grid.hand());
    const rest = way > 0 ? list.find((td) => order.indexOf(td) > here) : [...list].reverse().find((td) => order.indexOf(td) < here);
    Grid.show(rest || (way > 0 ? list[0] : list[list.length - 1]));
  };

  let fading = 0;
  const remark = (text) => {
    remarks.textContent = text;
    clearTimeout(fading);
    if (text) fading = setTimeout(() => { remarks.textContent = ""; }, 12000);
  };

  /* -- answers and other forms of the list: sent without leaving the page ---------------------------------------------------------------------- */

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-in-place]");
    if (!form) return;
    event.preventDefault();
    const failed = form.querySelector(".wrong");
    try {
      const response = await Session.send(form.action, new URLSearchParams(new FormData(form, event.submitter)));
      const said = await response.json();
      if (!response.ok) throw new Error(said.problems.map((one) => `${one.what}${one.fix || ""}`).join(""));
      for (const field of form.querySelectorAll("[data-kept]")) field.defaultValue = field.value;
      const before = form.querySelector("[name=before]");
      if (before) before.value = form.querySelector("[data-kept]").value.trim();
      const button = form.querySelector("button[data-says]");
      if (button) button.nextElementSibling.textContent = `已保存 ${said.at}`;
      failed.textContent = "";
      form.querySelector(".kept")?.remove();
      checks(said);
      Answers.after(form);
    } catch (error) {
      failed.textContent = error instanceof TypeError || error instanceof SyntaxError ? "没有存上，请再试一次。写的字还在。" : error.message;
    }
  });

  /* An act of the return waits until everything typed is stored; when that cannot be, it does not happen. */
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-after-saving]");
    if (!form || form.dataset.clear === "1") return;
    Grid.commit();
    if (!pending.size) return;
    event.preventDefault();
    const submitter = event.submitter;
    await save();
    if (pending.size) {
      tell(`还有${pending.size}处没有存上，先处理再办理`, "bad");
      status.scrollIntoView({ block: "nearest" });
      return;
    }
    form.dataset.clear = "1";
    form.requestSubmit(submitter);
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-zero]")) return;
    Grid.commit();
    Grid.put(Grid.all().filter((td) => td.classList.contains("n") && (marks.get(Grid.key(td)) || []).some((one) => one.blank && !one.done)).map((td) => [td, "0"]));
    Grid.start();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go]");
    if (!link) return;
    event.preventDefault();
    const [line_, column] = split(link.dataset.go);
    const td = Grid.cell(line_, column);
    if (!td) return;
    document.querySelector(".grid-wrap").scrollIntoView({ block: "nearest" });
    Grid.show(td);
  });

  document.getElementById("next-finding")?.addEventListener("click", () => next(1));

  addEventListener("beforeunload", (event) => {
    flush();
    if (pending.size && (pending.size > waiting().length || stopped || failures || Session.ended())) event.preventDefault();
  });
  addEventListener("pagehide", flush);
  addEventListener("pageshow", (event) => { if (event.persisted) save(); });
  addEventListener("online", () => { failures = 0; save(); });

  window.Drafts = {
    /* While a cell is being typed in: a page that ends now loses nothing. null: given up. */
    typed(td, text) {
      const before = pending.get(td);
      if (text !== null) put(td, text, before ? before.version : Number(td.dataset.v));
      else if (before) store(td);
      else remove(td);
    },
    keep(td, text) {
      const before = pending.get(td);
      pending.set(td, { text, version: before ? before.version : Number(td.dataset.v), sent: before?.sent });
      wrong.delete(td);
      conflicts.delete(td);
      store(td);
      look();
      if (stopped) tell(`没有保存：${stopped}`, "bad");
      else if (!failures) ask();
    },
    tell: beside,
    remark,
    next,
    unfold,
    waits: () => found().length > 0,
    now: save,
  };

  /* -- what an earlier page left behind ------------------------------------------------------------------------------------------------------ */

  const left = [];
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(SPACE)) continue;
    const td = Grid.cell(...split(name.slice(SPACE.length)));
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(name)); } catch { /* not ours */ }
    if (td && kept && Cells.plain(Grid.said(td)) === Cells.plain(kept.text)) localStorage.removeItem(name); // the server had it after all
    else if (kept) left.push([td, kept, name]);
  }
  if (Grid.may) {
    for (const [td, kept, name] of left) {
      if (!td) { localStorage.removeItem(name); continue; }
      pending.set(td, { text: kept.text, version: kept.version });
      Grid.write(td, kept.text);
    }
    if (pending.size) {
      remark(`找回上次没有存上的${pending.size}处，正在保存`);
      ask(0);
    }
    Grid.start();
  } else if (left.length) {
    const box = document.getElementById("left-behind");
    box.hidden = false;
    box.querySelector("ul").replaceChildren(...left.map(([td, kept, name]) => {
      const li = document.createElement("li");
      li.textContent = `${td ? Grid.name(td) : name.slice(SPACE.length)}：您填“${kept.text}”，现在是“${td ? Grid.said(td) : "（已无此行）"}”`;
      return li;
    }));
    box.querySelector("button").addEventListener("click", () => {
      for (const [, , name] of left) localStorage.removeItem(name);
      box.hidden = true;
    });
  }

  const first = document.getElementById("grid-marks");
  if (first) checks({ marks: JSON.parse(first.textContent) });
})();
