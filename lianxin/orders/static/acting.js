/* Forms of the steps: what is written is kept as a draft, a letter opens a step, and a form is sent once.
   Without scripts the forms work as well; they are then kept when they are sent and not taken. */
(function () {
  "use strict";
  var WAIT_MS = 800, AGAIN_MS = 5000;
  var timers = new WeakMap(), sending = new WeakMap();

  function state(form, words) {
    var line = form.querySelector("[data-draft-state]");
    if (line) line.textContent = words;
  }
  function words(form, name) {
    var line = form.querySelector("[data-draft-state]");
    return line ? line.dataset[name] || "" : "";
  }
  function written(form) {
    var fields = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && name !== "_csrf") fields.append(name, value);
    });
    return fields;
  }
  function later(form, wait) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(function () { keep(form, false); }, wait));
  }
  function keep(form, leaving) {
    var token = document.querySelector('meta[name="csrf"]');
    clearTimeout(timers.get(form));
    timers.delete(form);
    if (!token || form.dataset.sent) return;
    var stop = new AbortController();
    sending.set(form, stop);
    fetch(form.dataset.draft, {
      method: "PUT", body: written(form), keepalive: leaving, signal: stop.signal,
      headers: { "X-CSRF-Token": token.content, "HX-Request": "true" }
    }).then(function (answer) {
      if (answer.ok) return answer.text().then(function (kept) { state(form, kept); });
      state(form, words(form, answer.status === 401 ? "locked" : answer.status === 413 ? "full" : "lost"));
      if (answer.status === 401 || answer.status >= 500) later(form, AGAIN_MS);
    }).catch(function () {
      if (stop.signal.aborted) return;
      state(form, words(form, "lost"));
      later(form, AGAIN_MS);
    });
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("form[data-draft]");
    if (form) later(form, WAIT_MS);
  });
  function leave() {
    document.querySelectorAll("form[data-draft]").forEach(function (form) {
      if (timers.has(form)) keep(form, true);
    });
  }
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") leave(); });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form.act")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    clearTimeout(timers.get(form));
    timers.delete(form);
    if (sending.has(form)) sending.get(form).abort();
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form.act[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt.matches("[data-act]")) leave();
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var asked = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!asked || !asked.matches("[data-act]")) return;
    document.querySelectorAll("[data-act]").forEach(function (link) { link.removeAttribute("aria-current"); });
    asked.setAttribute("aria-current", "true");
    var first = event.detail.target.querySelector("select, textarea, input:not([type=hidden]), button");
    if (first) first.focus();
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    var link = document.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (link) { event.preventDefault(); link.click(); }
  });
})();
