/* The sign-in of a page: it sends in its name, and goes on by itself when the sign-in has ended and begins anew in another window. */
(() => {
  "use strict";
  const { user, session } = document.body.dataset;
  const notice = document.getElementById("signed-out");
  if (!user || !notice) return;
  const ENDED = new Error("登录已过期，没有提交。写的字还在，登录后自动接着办。");
  const EVERY = 4000;
  const inputs = () => document.querySelectorAll("input[name=csrfmiddlewaretoken]");
  let token = inputs()[0]?.value || "";
  let ended = false;
  let timer = 0;

  const begin = () => {
    if (!ended) return;
    ended = false;
    clearInterval(timer);
    notice.hidden = true;
    document.dispatchEvent(new Event("signedin"));
  };
  const end = () => {
    notice.hidden = false;
    if (ended) return;
    ended = true;
    timer = setInterval(renew, EVERY);
  };

  /* Whether this person is signed in; their forms take the token of the new sign-in. Somebody else's sign-in sends nothing of theirs. */
  const renew = async () => {
    const response = await fetch(session, { credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } });
    if (!response.ok) { end(); return false; }
    const now = await response.json();
    notice.querySelector("[data-other]").textContent = now.user === user ? "" : `现在登录的是${now.name}，不是您。`;
    if (now.user !== user) { end(); return false; }
    token = now.token;
    for (const input of inputs()) input.value = token;
    begin();
    return true;
  };

  const post = (address, body, type, keepalive) => fetch(address, {
    method: "POST", credentials: "same-origin", redirect: "manual", keepalive, body,
    headers: { "X-CSRFToken": token, Accept: "application/json", ...(type && { "Content-Type": type }) },
  });
  /* For addresses that answer with JSON. Throws ENDED when nobody is signed in any more: nothing was done. */
  const send = async (address, body, { type = "", keepalive = false } = {}) => {
    if (!token && !(await renew())) throw ENDED;
    const response = await post(address, body, type, keepalive);
    if (response.type !== "opaqueredirect" && response.status !== 403) return response;
    if (!(await renew())) throw ENDED;
    return post(address, body, type, keepalive);
  };

  document.addEventListener("visibilitychange", () => { if (ended && !document.hidden) renew().catch(() => {}); });
  addEventListener("focus", () => { if (ended) renew().catch(() => {}); });

  window.Session = { send, renew, ended: () => ended, ENDED };
})();
