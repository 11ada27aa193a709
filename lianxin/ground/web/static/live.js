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
  /* "/" goes to the search, J and K to the next and the previous row of a list, Enter opens it as any link. */
  function move(step) {
    var links = Array.prototype.slice.call(document.querySelectorAll(".tray tbody td:first-child a"));
    var next = links[links.indexOf(document.activeElement) + step];
    if (next) next.focus();
  }
  /* "?" shows the keys of the page, large; Esc closes them. */
  function keys() {
    var line = document.querySelector("footer.keys");
    if (!line || document.querySelector("dialog[open]")) return;
    var box = document.createElement("dialog"), title = document.createElement("h2");
    box.className = "keys-box";
    title.textContent = line.getAttribute("aria-label") || "";
    box.setAttribute("aria-label", title.textContent);
    box.append(title);
    line.querySelectorAll(":scope > span").forEach(function (one) { box.append(one.cloneNode(true)); });
    box.addEventListener("close", function () { box.remove(); });
    document.body.append(box);
    box.showModal();
  }
  document.addEventListener("keydown", function (event) {
    var field = document.querySelector("[data-seek]");
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    if (event.key === "/" && field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "?") keys();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
  });
})();
