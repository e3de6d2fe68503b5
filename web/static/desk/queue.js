// The queue: keys that move through the rows and select them, and rows that change while somebody looks. Where they stand,
// what is selected and what has the focus stays.
(() => {
  "use strict";
  const root = document.querySelector('.queue[data-live="queue"]');
  if (!root) {
    const first = document.querySelector("[data-first]"); // the page that says what would follow
    if (first && !location.hash) first.focus({ preventScroll: true });
    return;
  }
  const all = (selector) => [...root.querySelectorAll(selector)];
  const rows = () => all("tr.case");
  const box = (row) => row?.querySelector('input[name="case"]');
  const say = (text) => { const p = root.querySelector("[data-say]"); p.textContent = ""; requestAnimationFrame(() => { p.textContent = text; }); };
  let last = null; // the row that was selected last, for a range

  const current = () => rows().find((r) => r.contains(document.activeElement)) || rows().find((r) => r.classList.contains("at"));
  function at(row) {
    if (!row) return;
    rows().forEach((r) => r.classList.toggle("at", r === row));
    row.querySelector(".row-link").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function move(by) {
    const list = rows(), i = list.indexOf(current());
    at(list[i < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, i + by))]);
  }

  function count() {
    const n = all('input[name="case"]:checked').length, bar = root.querySelector(".bulk-bar");
    if (!bar) return;
    const text = bar.querySelector("[data-count]");
    text.dataset.none ??= text.textContent;
    bar.classList.toggle("some", n > 0);
    text.textContent = n ? root.dataset.selected.replace("{n}", n) : text.dataset.none;
  }
  function pick(row, on, range) {
    const b = box(row);
    if (!b) return;
    const list = rows(), from = list.findIndex((r) => r.dataset.case === last), to = list.indexOf(row);
    const value = on ?? !b.checked;
    if (range && from >= 0) for (const r of list.slice(Math.min(from, to), Math.max(from, to) + 1)) box(r).checked = value;
    else b.checked = value;
    last = row.dataset.case;
    count();
  }

  // A key acts on what is selected, else on the row where one stands.
  function act(key) {
    const control = root.querySelector(`.bulk-bar [data-key="${key}"]`);
    if (!control) return;
    if (!root.querySelector('input[name="case"]:checked')) {
      const row = current();
      if (!row) return;
      pick(row, true);
    }
    if (control.matches("select")) { control.focus(); control.showPicker?.(); } else control.click();
  }

  root.addEventListener("click", (e) => {
    const b = e.target.closest?.('input[name="case"]');
    if (!b) return;
    if (e.shiftKey) pick(b.closest("tr"), b.checked, true);
    last = b.closest("tr").dataset.case;
  });
  root.addEventListener("change", count);
  root.addEventListener("keydown", (e) => { // in a list of the bar Enter does what its button says
    const pair = e.key === "Enter" && e.target.matches("select") && e.target.closest(".bulk-pair");
    if (pair) { e.preventDefault(); pair.querySelector("button").click(); }
  });
  root.addEventListener("focusin", (e) => { const row = e.target.closest?.("tr.case"); if (row) rows().forEach((r) => r.classList.toggle("at", r === row)); });

  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || document.querySelector("dialog[open]")) return;
    if (e.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const row = current(), onLink = e.target.closest?.("a, button, summary");
    switch (e.key) {
      case "j": case "k": move(e.key === "j" ? 1 : -1); break;
      case "o": row?.querySelector(".row-link").click(); break;
      case "Enter": if (onLink || !row) return; row.querySelector(".row-link").click(); break;
      case "x": case "X": if (row) pick(row, undefined, e.shiftKey); break;
      case "*": { const on = rows().some((r) => !box(r)?.checked); rows().forEach((r) => { if (box(r)) box(r).checked = on; }); count(); break; }
      case "Escape": all('input[name="case"]:checked').forEach((b) => { b.checked = false; }); count(); return;
      case "a": case "s": case "e": case "r": case "y": act(e.key); break;
      default: return;
    }
    e.preventDefault();
  });
  count();

  // Live. The stream is open while the page is seen: a browser has few connections, and a page in the background needs none.
  let source = null, timer = 0, busy = false, again = false, missed = false;
  const known = new Set(rows().map((r) => r.dataset.case));

  function remember() {
    const focus = document.activeElement, row = focus?.closest?.("tr.case");
    const anchor = rows().find((r) => r.getBoundingClientRect().bottom > 0);
    return {
      picked: new Set(all('input[name="case"]:checked').map((b) => b.closest("tr").dataset.case)),
      row: row?.dataset.case, link: row && [...row.querySelectorAll("a, input")].indexOf(focus),
      at: root.querySelector("tr.case.at")?.dataset.case,
      anchor: anchor?.dataset.case, top: anchor?.getBoundingClientRect().top,
      open: all("details").map((d) => d.open),
      lists: all(".bulk-bar select").map((s) => s.value),
    };
  }
  function restore(was) {
    for (const r of rows()) {
      const b = box(r);
      if (b && was.picked.has(r.dataset.case)) b.checked = true;
      if (r.dataset.case === was.at) r.classList.add("at");
    }
    const find = (id) => rows().find((r) => r.dataset.case === id);
    const d = all("details");
    if (d.length === was.open.length) d.forEach((x, i) => { x.open = was.open[i]; });
    all(".bulk-bar select").forEach((s, i) => { if ([...s.options].some((o) => o.value === was.lists[i])) s.value = was.lists[i]; });
    const anchor = was.anchor && find(was.anchor);
    if (anchor) scrollBy(0, anchor.getBoundingClientRect().top - was.top);
    if (was.row) find(was.row)?.querySelectorAll("a, input")[was.link]?.focus({ preventScroll: true });
  }
  async function refresh() {
    if (busy) { again = true; return; }
    const typing = document.activeElement;
    if (typing && root.contains(typing) && typing.matches("input:not([type=checkbox]), select")) { again = true; schedule(1500); return; }
    busy = true; again = false;
    try {
      const answer = await fetch(root.dataset.part, { headers: { Accept: "text/html" } });
      if (answer.status === 401 || answer.redirected) { stop(); return; }
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-swap]");
      if (!next) return;
      const old = root.querySelector("[data-swap]"), was = remember();
      const text = (e) => e.outerHTML.replace(/ at"/, '"');
      const same = new Map(rows().map((r) => [r.dataset.case, text(r)]));
      old.replaceWith(document.importNode(next, true));
      restore(was);
      let fresh = 0;
      for (const r of rows()) {
        if (!known.has(r.dataset.case)) { fresh++; known.add(r.dataset.case); r.classList.add("fresh"); } else if (same.get(r.dataset.case) !== text(r)) r.classList.add("fresh");
      }
      count();
      if (fresh) { say(root.dataset.new.replace("{n}", fresh)); note(fresh); } else if (same.size !== rows().length) say(root.dataset.gone);
    } catch { /* the stream tells when the server is back */ } finally {
      busy = false;
      if (again) schedule(1000);
    }
  }
  function note(n) {
    document.querySelector(".live-note")?.remove();
    if (scrollY < 200) return;
    const b = document.createElement("button");
    b.type = "button"; b.className = "live-note"; b.tabIndex = -1; b.setAttribute("aria-hidden", "true");
    b.textContent = root.dataset.new.replace("{n}", n);
    b.addEventListener("click", () => { scrollTo({ top: 0 }); b.remove(); });
    document.body.append(b);
    setTimeout(() => b.remove(), 8000);
  }
  function schedule(wait) { clearTimeout(timer); timer = setTimeout(refresh, wait); }
  function start() {
    if (source || document.hidden) return;
    source = new EventSource("/live");
    source.addEventListener("change", () => schedule(250));
    source.addEventListener("ready", () => { if (missed) schedule(0); missed = false; });
    source.addEventListener("error", () => { missed = true; if (source?.readyState === EventSource.CLOSED) { source = null; setTimeout(start, 15000); } });
  }
  function stop() { source?.close(); source = null; }
  document.addEventListener("visibilitychange", () => { if (document.hidden) { stop(); missed = true; } else start(); });
  addEventListener("pagehide", () => { stop(); missed = true; });
  addEventListener("pageshow", (e) => { if (e.persisted) start(); });
  start();
})();
