/* Plain forms: what is typed is kept on the server for who types it, until the form is sent. The browser keeps nothing of it.
   A form that is sent while the sign-in has ended stays where it is, and so does what was typed. */
(() => {
  "use strict";
  const address = document.body.dataset.drafts;
  if (!address || !window.Session) return;
  const WAIT = 800;
  const TYPED = "textarea, select, input:not([type=hidden], [type=file], [type=submit], [type=button], [type=password])";
  const states = new WeakMap(); // form → {timer, unkept: typed since it was last kept, sending, sent}

  const fieldsOf = (form) => [...form.elements].filter((one) => one.name && one.matches(TYPED) && !one.disabled && !one.readOnly);
  /* Passwords and codes are nothing to keep. */
  const isDrafted = (form) => form instanceof HTMLFormElement && form.getAttribute("method") === "post" && form.dataset.draft !== "no"
    && !form.querySelector("[type=password], [autocomplete=one-time-code]");
  const stateOf = (form) => {
    if (!states.has(form)) states.set(form, { timer: 0, unkept: false, sent: false });
    return states.get(form);
  };

  const valueOf = (field) => (/^(checkbox|radio)$/.test(field.type) ? (field.checked ? "1" : "") : field.value);
  const saidOf = (field) => {
    if (/^(checkbox|radio)$/.test(field.type)) return field.defaultChecked ? "1" : "";
    if (field.tagName !== "SELECT") return field.defaultValue;
    const options = [...field.options];
    return (options.find((one) => one.defaultSelected) || options[0])?.value ?? "";
  };
  const write = (field, text) => {
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = text === "1";
    else field.value = text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  /* name → field; of several of one name the second is name#1, of radios and boxes each by its value. */
  const named = (form) => {
    const found = new Map();
    for (const field of fieldsOf(form)) {
      const name = /^(checkbox|radio)$/.test(field.type) ? `${field.name}=${field.value}` : field.name;
      let n = 0;
      while (found.has(n ? `${name}#${n}` : name)) n += 1;
      found.set(n ? `${name}#${n}` : name, field);
    }
    return found;
  };
  /* The form among all that go to one address: by what it says hidden. data-stands: what a field said when the page was made tells no forms apart. */
  const placeOf = (form) => {
    const url = new URL(form.getAttribute("action") || location.href, location.href);
    const hidden = [...form.elements].filter((one) => one.type === "hidden" && !/^(csrfmiddlewaretoken|_draft)$/.test(one.name) && one.dataset.stands === undefined);
    return { action: url.pathname, key: `${url.search}${hidden.map((one) => `&${one.name}=${one.value}`).join("")}`.slice(0, 900) };
  };
  const typedIn = (form) => Object.fromEntries([...named(form)]
    .map(([name, field]) => [name, [saidOf(field), valueOf(field)]]).filter(([, [said, text]]) => said !== text));

  const mark = (form) => {
    let field = form.querySelector("input[name=_draft]");
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "_draft";
      form.append(field);
    }
    field.value = placeOf(form).key;
  };

  const keep = async (form, keepalive = false) => {
    const state = stateOf(form);
    clearTimeout(state.timer);
    if (!state.unkept || state.sent) return;
    state.unkept = false;
    try {
      await Session.send(address, JSON.stringify({ ...placeOf(form), fields: typedIn(form) }), { type: "application/json", keepalive });
    } catch (error) {
      state.unkept = true;
      throw error;
    }
  };

  document.addEventListener("input", (event) => {
    const { form } = event.target;
    if (!isDrafted(form) || !event.target.matches(TYPED)) return;
    const state = stateOf(form);
    state.unkept = true;
    state.sent = false;
    mark(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => keep(form).catch(() => {}), WAIT);
  });
  document.addEventListener("signedin", () => { for (const form of document.forms) if (states.has(form)) keep(form).catch(() => {}); });

  const unkept = () => [...document.forms].filter((form) => states.get(form)?.unkept && !states.get(form).sent);
  addEventListener("pagehide", () => { for (const form of unkept()) keep(form, true).catch(() => {}); });
  addEventListener("beforeunload", (event) => {
    if (unkept().length && Session.ended()) event.preventDefault();
  });

  /* Before everything else that listens: what was typed is kept first, so that a sign-in that has ended costs nothing. */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!isDrafted(form) || !states.has(form)) return;
    const state = stateOf(form);
    if (!state.unkept) { state.sent = form.dataset.inPlace === undefined; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    try {
      await keep(form);
      form.requestSubmit(submitter);
    } catch (error) {
      say(form, error === Session.ENDED ? error.message : "连不上服务，没有提交。写的字还在，请再试一次。");
    }
  }, true);

  const say = (form, text, more = []) => {
    form.querySelector(":scope > .kept")?.remove();
    const note = document.createElement("p");
    note.className = "kept no-print";
    note.setAttribute("role", "status");
    note.append(text, ...more);
    form.prepend(note);
  };

  /* What the page says otherwise than when it was typed over is not overwritten: what was typed is shown beside it. */
  const restore = (form, draft) => {
    const fields = named(form);
    const beside = [];
    const back = [];
    for (const [name, [said, text]] of Object.entries(draft.fields)) {
      const field = fields.get(name);
      if (!field || valueOf(field) === text) continue;
      if (saidOf(field) === said && valueOf(field) === said) { write(field, text); back.push(field); } else beside.push(text);
    }
    if (!back.length && !beside.length) return;
    mark(form);
    stateOf(form);
    for (let one = form.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-link";
    button.textContent = "不要了";
    button.addEventListener("click", () => {
      for (const field of back) write(field, saidOf(field));
      form.querySelector(":scope > .kept").remove();
      Session.send(address, JSON.stringify({ ...placeOf(form), fields: {} }), { type: "application/json" }).catch(() => {});
    });
    const then = document.createElement("span");
    then.className = "then";
    then.textContent = beside.length ? `这里后来已经改过，您当时写的是：${beside.join("；")}` : "";
    say(form, `找回了您${draft.at}写了没有提交的内容。`, [" ", button, then]);
  };
  const find = async (root) => {
    const forms = [...root.querySelectorAll("form")].filter((form) => isDrafted(form) && fieldsOf(form).length);
    const actions = [...new Set(forms.map((form) => placeOf(form).action))];
    if (!actions.length) return;
    const query = actions.map((one) => `action=${encodeURIComponent(one)}`).join("&");
    try {
      const response = await fetch(`${address}?${query}`, { credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } });
      if (!response.ok) return;
      for (const draft of (await response.json()).drafts) {
        const form = forms.find((one) => placeOf(one).action === draft.action && placeOf(one).key === draft.key);
        if (form && !stateOf(form).unkept) restore(form, draft);
      }
    } catch { /* no network: they are kept where they are */ }
  };
  document.addEventListener("htmx:afterSwap", (event) => find(event.target));
  find(document);
})();
