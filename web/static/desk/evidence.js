// Pictures open in place: arrows go to the next, Escape closes, and the focus comes back to where it was.
(() => {
  "use strict";
  const make = (tag, cls, text) => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text) e.textContent = text;
    return e;
  };
  let box, shots, at;

  const show = (i) => {
    at = i;
    const a = shots[i];
    box.image.src = a.href;
    box.image.alt = a.querySelector("img").alt;
    const notes = a.parentElement.querySelector(".shot-by");
    const words = a.parentElement.querySelector(".shot-text");
    box.foot.textContent = [...(notes ? notes.children : []), words].filter(Boolean).map((e) => e.textContent.trim()).join(" · ");
    box.count.textContent = shots.length > 1 ? `${i + 1} / ${shots.length}` : "";
    box.previous.hidden = i === 0;
    box.next.hidden = i === shots.length - 1;
  };
  const step = (n) => { if (shots[at + n]) show(at + n); };

  const build = (words) => {
    const d = make("dialog", "lightbox");
    const button = (text, label, act) => {
      const b = make("button", "", text);
      b.type = "button";
      b.setAttribute("aria-label", label);
      b.addEventListener("click", act);
      return b;
    };
    const top = make("div", "lightbox-top"), main = make("div", "lightbox-main");
    box = { dialog: d, image: make("img"), count: make("span"), foot: make("p", "lightbox-foot"), previous: button("‹", words.previous, () => step(-1)), next: button("›", words.next, () => step(1)) };
    top.append(box.count, button("×", words.close, () => d.close()));
    main.append(box.previous, box.image, box.next);
    d.append(top, main, box.foot);
    d.addEventListener("keydown", (e) => {
      if (e.key === "ArrowLeft") step(-1);
      else if (e.key === "ArrowRight") step(1);
      if (e.key !== "Escape" && e.key !== "Tab") e.stopPropagation();
    });
    d.addEventListener("click", (e) => { if (e.target === d || e.target === main) d.close(); });
    d.addEventListener("close", () => { box.image.removeAttribute("src"); shots[at].focus(); });
    document.body.append(d);
  };

  document.addEventListener("click", (e) => {
    const a = e.target.closest && e.target.closest("a[data-shot]");
    if (!a || e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0 || !window.HTMLDialogElement) return;
    e.preventDefault();
    const gallery = a.closest(".gallery");
    if (!box) build(gallery.dataset);
    box.dialog.setAttribute("aria-label", a.querySelector("img").alt);
    shots = [...gallery.querySelectorAll("a[data-shot]")];
    show(shots.indexOf(a));
    box.dialog.showModal();
  });
})();
