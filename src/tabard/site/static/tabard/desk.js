// The desk by keyboard: j and k move, Enter opens, a letter opens the form of its decision, ? tells the keys.
// Nothing here can be done only here. Who dictates or leans on the keyboard switches single keys off.
(() => {
  "use strict";
  const OFF = "tabard-keys-off";
  const on = document.getElementById("keys-on");
  if (on) {
    on.checked = localStorage.getItem(OFF) !== "1";
    on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  }
  const rows = [...document.querySelectorAll("[data-keys=queue] tbody tr")];
  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (place) => rows[Math.max(0, Math.min(place, rows.length - 1))]?.querySelector("a").focus();
  const forms = new Map([...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one]));

  const decide = (form) => {
    if (form.tagName === "A") return form.click();
    form.open = true;
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    form.scrollIntoView({ block: "nearest" });
  };
  const inQueue = {
    j: () => go(at() + 1),
    k: () => go(at() < 0 ? 0 : at() - 1),
    x: () => rows[at()]?.querySelector("[type=checkbox]").click(),
  };
  const kinds = JSON.parse(document.querySelector("[data-kinds]")?.dataset.kinds || "{}");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const within = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (within) {
      if (event.key === "Escape") within.blur();
      return;
    }
    if (localStorage.getItem(OFF) === "1") return;
    const help = document.getElementById("keys");
    if (event.key === "?" && help) help.open = !help.open;
    else if (rows.length && inQueue[event.key]) inQueue[event.key]();
    else if (rows.length && kinds[event.key] && at() >= 0)
      location.href = `${rows[at()].querySelector("a").href}?do=${kinds[event.key]}`;
    else if (!rows.length && forms.has(event.key)) decide(forms.get(event.key));
    else return;
    event.preventDefault();
  });
  // a decision asked for in the queue: its form is where one goes on typing
  if (location.search.includes("do=")) document.querySelector("[data-keys=review] details[open] select")?.focus();
})();
