/* A sentence of a style as it is shown (words, figures as chips, clauses in frames) and as it is written. What is shown is only ever made by the server. */
(() => {
  "use strict";
  const plain = (text, within) => {
    const words = text.replace(/[\u00a0\n\r\t]/g, " ").replace(/\u200b/g, "");
    return within ? words.replace(/[{}]/g, "").replace(/\|/g, "｜") : words.replace(/[{}]/g, "$&$&");
  };
  const piece = (node) => {
    const { kind, name, look, source, condition, list, join, last, subject } = node.dataset;
    if (kind === "raw") return source;
    if (kind === "hole") return "{@}";
    if (kind === "figure") return `{${name}${look ? ` ${look}` : ""}}`;
    const parts = [...node.children].filter((one) => one.classList.contains("words"));
    const of = (part) => parts.filter((one) => one.dataset.part === part);
    const written = (one) => sourceOf(one, true);
    if (kind === "each") {
      const apart = `${join === "、" ? "" : ` join "${join.replace(/["“”‘’'{}|]/g, "")}"`}${last ? ` last "${last}"` : ""}`;
      return `{each ${list}${apart}: ${of("body").map(written).join("")}}`;
    }
    if (kind === "when") {
      const other = of("otherwise").map(written).join("");
      return `{when ${condition}: ${of("body").map(written).join("")}${other ? ` | ${other}` : ""}}`;
    }
    return `{choose ${subject}: ${of("branch").map((one) => `${one.dataset.labels} → ${written(one)}`).join(" | ")}}`;
  };
  const sourceOf = (words, within = false) => [...words.childNodes].map((node) => {
    if (node.nodeType === Node.TEXT_NODE) return plain(node.textContent, within);
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    return node.dataset.kind ? piece(node) : sourceOf(node, within);
  }).join("");

  /* Where the caret last stood in a sentence, so that a button beside it puts something there. */
  let caret = null;
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    if (!chosen.rangeCount) return;
    const range = chosen.getRangeAt(0);
    const from = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
    const words = from.closest?.(".words[contenteditable=true]");
    if (words) caret = { words, range: range.cloneRange() };
  });
  const placeIn = (line) => {
    if (caret && line.contains(caret.words) && caret.words.contains(caret.range.startContainer) && caret.words.contains(caret.range.endContainer)) return caret;
    const range = document.createRange();
    range.selectNodeContents(line);
    range.collapse(false);
    return { words: line, range };
  };
  const mark = (kind, more = {}) => {
    const node = document.createElement("span");
    Object.assign(node.dataset, { kind, ...more });
    return node;
  };

  window.StyleSentences = {
    source: (line) => sourceOf(line),
    placeIn,
    mark,
    /* Put it where the caret stands; what was chosen there goes. */
    insert: (line, node) => {
      const { range } = placeIn(line);
      range.deleteContents();
      range.insertNode(node);
    },
    /* What is chosen, as it is written; "" for a mere caret. */
    chosen: (line) => {
      const { range } = placeIn(line);
      return range.collapsed ? "" : sourceOf(range.cloneContents(), true);
    },
  };
})();
