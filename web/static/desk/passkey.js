// Passkeys: the browser makes a key or proves that it has one. What it is asked comes from the server, and what it answers
// goes back there; nothing is decided here. Buttons that need a script are shown by it.
(() => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function ask(path, body) {
    const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": typeof body === "string" ? "application/json" : "application/x-www-form-urlencoded" } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.say || "");
    return said;
  }

  const described = list => (list || []).map(c => ({ ...c, id: bytes(c.id) }));

  function answered(credential) {
    const r = credential.response;
    const out = { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(), response: { clientDataJSON: text(r.clientDataJSON) } };
    if (credential.authenticatorAttachment) out.authenticatorAttachment = credential.authenticatorAttachment;
    if (r.attestationObject) {
      out.response.attestationObject = text(r.attestationObject);
      out.response.transports = r.getTransports ? r.getTransports() : [];
    } else {
      out.response.authenticatorData = text(r.authenticatorData);
      out.response.signature = text(r.signature);
      if (r.userHandle) out.response.userHandle = text(r.userHandle);
    }
    return JSON.stringify(out);
  }

  async function add() {
    const { publicKey } = await ask("/account/passkeys/begin", new URLSearchParams());
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    publicKey.excludeCredentials = described(publicKey.excludeCredentials);
    return ask("/account/passkeys", answered(await navigator.credentials.create({ publicKey })));
  }

  async function signIn(button) {
    const form = document.querySelector("form.door-form");
    const shop = form.elements.shop ? form.elements.shop.value : "";
    const { publicKey } = await ask("/signin/passkey/begin", new URLSearchParams({ shop }));
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.allowCredentials = described(publicKey.allowCredentials);
    const query = new URLSearchParams({ back: button.dataset.back, stay: form.elements.stay.checked ? "yes" : "" });
    return ask("/signin/passkey?" + query, answered(await navigator.credentials.get({ publicKey })));
  }

  const whats = { add, signin: signIn };
  for (const button of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    button.hidden = false;
    const or = document.getElementById("door-or");
    if (or) or.hidden = false;
    button.addEventListener("click", async () => {
      const say = document.querySelector("[data-passkey-said]");
      say.hidden = true;
      button.disabled = true;
      try {
        const { go } = await whats[button.dataset.passkey](button);
        location.assign(go);
        return;
      } catch (wrong) {
        if (wrong.name !== "AbortError") {
          say.textContent = (wrong.name === "Error" && wrong.message) || button.dataset.failed;
          say.hidden = false;
        }
      }
      button.disabled = false;
    });
  }

  // A link to hand over is copied by a press.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    });
  }

  // Of a person's form only what the role has is shown.
  for (const role of document.querySelectorAll("[data-role]")) {
    const show = () => {
      for (const field of role.form.querySelectorAll("[data-for]")) field.hidden = !field.dataset.for.split(" ").includes(role.value);
    };
    role.addEventListener("change", show);
    show();
  }
})();
