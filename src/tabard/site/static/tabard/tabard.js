// All that script does here: an import's progress comes in place, without a reload; a menu closes when one looks away.
(() => {
  "use strict";
  const close = (event) => {
    for (const menu of document.querySelectorAll("details.pop[open]")) {
      if (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target))) menu.open = false;
    }
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", close);

  const box = document.getElementById("progress");
  if (!box) return;
  document.querySelector("noscript")?.remove();
  const look = async () => {
    const answer = await fetch(location.pathname, { headers: { "X-Part": "progress" }, credentials: "same-origin" });
    if (answer.status !== 200) return;
    if (answer.headers.get("X-Finished")) return location.reload();
    box.innerHTML = await answer.text();
    setTimeout(look, 700);
  };
  setTimeout(look, 500);
})();
