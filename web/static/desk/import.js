// Import: a file may be dropped anywhere on its card, and a run under way is shown as it goes.
(() => {
  "use strict";
  const drop = document.querySelector("[data-drop]");
  if (drop) {
    const input = drop.querySelector("input[type=file]");
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (e) => { e.preventDefault(); drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (e) => {
      e.preventDefault();
      if (!e.dataTransfer.files.length) return;
      input.files = e.dataTransfer.files;
      drop.requestSubmit();
    });
  }
  const poll = async () => {
    const old = document.querySelector("[data-poll]");
    if (!old) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("section.run");
        if (fresh && fresh.hasAttribute("data-poll")) old.replaceWith(fresh);
        else return location.reload();
      }
    } catch { /* the line is away: asked again */ }
    setTimeout(poll, 1000);
  };
  setTimeout(poll, 800);
})();
