// A button that copies a text; without script, or where the browser forbids it, the text can be marked by hand.
(() => {
  "use strict";
  const said = document.querySelector("[data-copied]");
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        if (!document.execCommand("copy")) return;
      }
      if (said) said.hidden = false;
    });
  }
})();
