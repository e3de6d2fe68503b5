// The page of a case. Everything here only saves clicks: forms and links do the same without it.
(() => {
  "use strict";
  const open = (id, to) => {
    const box = document.getElementById(id);
    if (!box) return;
    box.open = true;
    const party = box.querySelector("select[name=to]");
    if (to && party) party.value = to;
    box.scrollIntoView({ block: "center" });
    const text = box.querySelector("textarea");
    if (text) text.focus();
  };
  document.addEventListener("click", (e) => {
    const jump = e.target.closest("[data-open]");
    if (jump) {
      e.preventDefault();
      open(jump.dataset.open, jump.dataset.to);
      return;
    }
    const call = e.target.closest(".call.live");
    if (call) {
      const text = call.closest("form").querySelector("textarea");
      const at = text.selectionStart;
      const gap = at > 0 && !/\s/.test(text.value[at - 1]) ? " " : "";
      text.setRangeText(gap + call.dataset.call + " ", at, text.selectionEnd, "end");
      text.focus();
      return;
    }
    // A menu closes when something else is pressed.
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
  });
  for (const call of document.querySelectorAll(".call")) call.classList.add("live");
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select")) return;
    if (e.key === "m" || e.key === "n") {
      const id = e.key === "m" ? "write" : "note";
      if (document.getElementById(id)) {
        e.preventDefault();
        open(id);
      }
    } else if (e.key === "a") {
      const take = document.querySelector("[data-key=a]");
      if (take) take.click();
    }
  });
  if (location.hash === "#write" || location.hash === "#note") open(location.hash.slice(1));
  // On a phone the reading in one's own language is a touch away, and not a page's length.
  if (matchMedia("(max-width: 44rem)").matches) for (const own of document.querySelectorAll(".letter-in.own")) own.open = false;
  // What was wrong is where one goes on.
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
