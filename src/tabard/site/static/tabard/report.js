// The report form, quicker: groups come and go in place, a draft is kept every 20 s, readers and likely duplicates follow what is typed.
(() => {
  "use strict";
  const form = document.getElementById("report");
  if (!form) return;
  let changed = false, sending = false, asked = 0;

  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  const post = (what, part) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", what);
    return fetch(location.pathname, { method: "POST", body, headers: part ? { "X-Part": part } : {}, credentials: "same-origin" });
  };
  const put = (place, html) => { place.innerHTML = html; };

  const regroup = async (button) => {
    const letter = button.value.split("-")[1];
    const answer = await post(button.value);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = document.getElementById(`family-${letter}`), made = page.getElementById(`family-${letter}`);
    if (!answer.ok || !made) return form.requestSubmit(button);
    place.replaceWith(made);
    const groups = made.querySelectorAll(".group");
    const last = groups[groups.length - 1] || made;
    last.querySelector("input:not([type=hidden]), select, button")?.focus();
  };
  const look = async () => {
    const answer = await post("look", "look");
    if (answer.ok && !sending) put(document.getElementById("look"), await answer.text());
  };
  const keep = async () => {
    if (!changed || sending) return;
    changed = false;
    try {
      const answer = await post("draft", "kept");
      if (answer.ok && !sending) document.getElementById("kept").textContent = (await answer.text()).trim();
      else changed = !answer.ok;
    } catch { changed = true; }
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button || !/^(add|drop)-/.test(button.value)) return;
    event.preventDefault();
    regroup(button).catch(() => form.requestSubmit(button));
  });
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("change", (event) => {
    if (!/^(collection|owner|sensitivity|country|cause|first_day|last_day|h\d+\.(n|outcomes))$/.test(event.target.name)) return;
    clearTimeout(asked);
    asked = setTimeout(() => look().catch(() => {}), 600);
  });
  form.addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    if (event.defaultPrevented) return;
    sending = true;
    setTimeout(() => { sending = false; }, 8000);
  });
  addEventListener("pageshow", () => { sending = false; });
  if (form.dataset.drafts !== "no") setInterval(keep, 20000);
})();
