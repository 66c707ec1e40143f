// Asks the device's passkeys and sends their answer as an ordinary form. Without it the pages say how else to sign in.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.querySelector("[data-nokeys]")?.remove();

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const show = async (asked) => {
    const one = await navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: keys(asked.allowCredentials) },
    });
    const { clientDataJSON, authenticatorData, signature, userHandle } = one.response;
    const said = { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature) };
    if (userHandle) said.userHandle = text(userHandle);
    return { id: one.id, rawId: text(one.rawId), type: one.type, response: said, clientExtensionResults: {} };
  };

  const make = async (asked) => {
    const one = await navigator.credentials.create({
      publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: keys(asked.excludeCredentials) },
    });
    const { clientDataJSON, attestationObject } = one.response;
    const said = { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) };
    return { id: one.id, rawId: text(one.rawId), type: one.type, response: said, clientExtensionResults: {} };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
        const answer = await fetch(form.dataset.ask, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" });
        if (answer.redirected) return location.assign(answer.url);
        if (!answer.ok) throw new Error("refused");
        const { publicKey } = await answer.json();
        const said = await (form.dataset.passkey === "make" ? make : show)(publicKey);
        form.querySelector("[name=answer]").value = JSON.stringify(said);
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
