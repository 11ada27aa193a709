// J and K move through the rows of a tray, Enter opens the row; the letter of a step takes it on the chosen row.
// A step that needs no form is taken by its key alone: the page comes back with what was done on top and the row chosen again.
(() => {
  const rows = () => [...document.querySelectorAll("[data-tray] tbody tr")];
  const chosen = () => document.querySelector("[data-tray] tr[aria-selected='true']");
  let last = "";
  const choose = (row) => {
    chosen()?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    last = row.id;
    row.querySelector("a")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  const take = (key) => {
    const row = chosen() ?? document.activeElement?.closest("tr");
    row?.querySelector(`a[data-rowkey="${key}"], button[data-rowkey="${key}"]`)?.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat && /^[a-ik-z]$/.test(event.key)) return;
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (/^[a-z]$/.test(event.key)) take(event.key);
    else if (event.key === "Enter" && chosen() && !event.target.closest("a, button")) chosen().querySelector("a")?.click();
  });
  // Rows are written anew when the house moves; the one that was chosen stays chosen, and nothing scrolls.
  document.addEventListener("htmx:afterSwap", () => {
    if (last && !chosen()) document.getElementById(last)?.setAttribute("aria-selected", "true");
  });
  document.querySelector("form[data-once]")?.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    const form = document.querySelector("form[data-once]");
    if (form) delete form.dataset.sent;
  });
  const done = new URLSearchParams(location.search).get("done")?.split(".").at(-1);
  const again = done && rows().find((row) => row.querySelector("a")?.pathname === `/orders/${done}`);
  if (again) choose(again);
})();
