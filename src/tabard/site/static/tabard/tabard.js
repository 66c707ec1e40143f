// All that script does here: an import's progress comes in place, without a reload; a menu closes when one looks away;
// a page that nobody has touched for as long as a session lasts goes, where the session has ended meanwhile.
(() => {
  "use strict";
  const close = (event) => {
    for (const menu of document.querySelectorAll("details.pop[open]")) {
      if (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target))) menu.open = false;
    }
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", close);

  const IDLE = 7200 * 1000; // the server's own measure, in milliseconds
  let touched = Date.now();
  const leave = async () => {
    if (Date.now() - touched < IDLE) return;
    touched = Date.now(); // asked once: asking again and again would keep the session open for ever
    const answer = await fetch("/sign-in/", { redirect: "manual", credentials: "same-origin" }).catch(() => null);
    if (answer?.type !== "opaqueredirect") location.replace("/sign-in/"); // signed in, one would be sent on
  };
  if (document.querySelector('form[action="/sign-out/"]')) {
    for (const kind of ["keydown", "pointerdown", "scroll"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
    setInterval(leave, 30000);
  }

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
