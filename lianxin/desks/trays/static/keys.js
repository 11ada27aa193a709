// J and K move through the rows of a tray, Enter opens the row; the letter of a step takes it on the chosen row.
(() => {
  const rows = () => [...document.querySelectorAll("[data-tray] tbody tr")];
  const chosen = () => document.querySelector("[data-tray] tr[aria-selected='true']");
  const choose = (row) => {
    chosen()?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    row.querySelector("a")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (/^[a-z]$/.test(event.key)) chosen()?.querySelector(`a[data-rowkey="${event.key}"]`)?.click();
    else if (event.key === "Enter" && chosen() && event.target.tagName !== "A") chosen().querySelector("a")?.click();
  });
})();
