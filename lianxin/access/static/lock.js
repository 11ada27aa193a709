/* The idle lock. The server locks; this only shows it without losing what stands on the page,
   and tells the server, once a minute, that somebody is typing. */
(function () {
  "use strict";
  var PING_MS = 60000, ASK_AGAIN_MS = 5000;
  var curtain = document.getElementById("curtain");
  var idle = document.querySelector('meta[name="idle"]');
  if (!curtain || !idle || !window.fetch || !curtain.showModal) return;
  var lastPing = Date.now(), timer = 0;
  var form = curtain.querySelector("form"), wrong = curtain.querySelector("[data-curtain-wrong]");
  function token() { return document.querySelector('meta[name="csrf"]').content; }
  function send(path, body) {
    return fetch(path, { method: "POST", body: body, credentials: "same-origin",
      headers: { "X-CSRF-Token": token(), "Accept": "application/json" } });
  }
  function draw() {
    if (curtain.open) return;
    document.body.classList.add("locked");
    curtain.showModal();
  }
  function lift() {
    document.body.classList.remove("locked");
    form.reset();
    wrong.hidden = true;
    if (curtain.open) curtain.close();
    wait(Number(idle.content));
  }
  function wait(seconds) {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(seconds * 1000, 1000) + 500);
  }
  function ask() {
    fetch("/session", { credentials: "same-origin", headers: { "Accept": "application/json" } }).then(function (answer) {
      if (answer.status !== 200) return location.reload();
      return answer.json().then(function (said) {
        if (said.locked) draw();
        else if (curtain.open) lift();
        else wait(said.left_s);
      });
    }).catch(function () { timer = setTimeout(ask, ASK_AGAIN_MS); });
  }
  function awake() {
    if (curtain.open || Date.now() - lastPing < PING_MS) return;
    lastPing = Date.now();
    send("/session/awake").then(function (answer) { if (answer.status === 204) wait(Number(idle.content)); else ask(); },
      function () { lastPing = 0; });
  }
  ["keydown", "pointerdown", "wheel"].forEach(function (name) {
    document.addEventListener(name, awake, { passive: true });
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
  document.addEventListener("htmx:responseError", function (event) {
    var gate = event.detail.xhr && event.detail.xhr.getResponseHeader("X-Lianxin-Gate");
    if (gate === "locked") draw();
    else if (gate) location.reload();
  });
  curtain.addEventListener("cancel", function (event) { event.preventDefault(); });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    send("/unlock", new URLSearchParams(new FormData(form))).then(function (answer) {
      if (answer.status === 200) return lift();
      if (answer.status === 403) return location.reload();
      wrong.hidden = false;
      if (form.elements.password) form.elements.password.select();
    }).catch(function () { wrong.hidden = false; });
  });
  wait(Number(idle.content));
})();
