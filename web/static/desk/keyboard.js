// The keyboard on every page: / searches, g and a letter goes somewhere, ? shows what there is. Never while somebody types.
(() => {
  "use strict";
  const typing = (e) => e.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") || e.isComposing;
  const go = { q: "/", i: "/insights", m: "/messages", p: "/playbook" };
  let waits = 0; // until when a letter after g counts

  async function help() {
    let d = document.querySelector("dialog.help");
    if (!d) {
      const answer = await fetch("/keys");
      if (!answer.ok) return;
      const keys = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#keys");
      if (!keys || document.querySelector("dialog.help")) return;
      d = document.createElement("dialog");
      d.className = "help";
      d.setAttribute("aria-label", keys.querySelector("h1").textContent);
      d.tabIndex = -1;
      d.append(document.importNode(keys, true));
      d.addEventListener("click", (e) => { if (e.target === d) d.close(); });
      document.body.append(d);
    }
    if (!d.open) { d.showModal(); d.focus(); }
  }

  document.addEventListener("click", (e) => {
    if (e.target.closest?.("[data-keys]") && !e.ctrlKey && !e.metaKey) { e.preventDefault(); help(); }
  });

  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && typing(e)) { e.target.blur(); return; }
    if (typing(e) || document.querySelector("dialog[open]")) return;
    if (waits > Date.now()) {
      waits = 0;
      const to = go[e.key];
      if (to && (to === "/" || document.querySelector(".parts"))) { e.preventDefault(); location.assign(to); }
      return;
    }
    switch (e.key) {
      case "/": { const f = document.getElementById("find"); if (f) { e.preventDefault(); f.focus(); f.select(); } break; }
      case "g": waits = Date.now() + 1200; break;
      case "?": e.preventDefault(); help(); break;
    }
  });
})();
