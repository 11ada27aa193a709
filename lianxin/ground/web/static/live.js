/* Says so when the page no longer hears the house, and when it hears it again.
   The event stream itself belongs to htmx; without scripts the page simply stands still. */
(function () {
  "use strict";
  function show(lost) {
    document.querySelectorAll("[data-live]").forEach(function (line) {
      line.hidden = line.dataset.live !== (lost ? "lost" : "on");
    });
  }
  document.addEventListener("htmx:sseOpen", function () { show(false); });
  document.addEventListener("htmx:sseError", function () { show(true); });
  document.addEventListener("htmx:sseClose", function () { show(true); });
  document.addEventListener("htmx:sendError", function () { show(true); });
  document.addEventListener("htmx:responseError", function () { show(true); });
  document.addEventListener("htmx:afterRequest", function (event) { if (event.detail.successful) show(false); });
  document.addEventListener("htmx:sseBeforeMessage", function (event) {
    if (event.detail && event.detail.type === "lost") show(true);
  });
  document.addEventListener("keydown", function (event) {
    var field = document.querySelector("[data-seek]");
    if (event.key !== "/" || !field || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
