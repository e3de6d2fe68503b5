// Where a row of links is longer than the window, the one that is open is scrolled to.
(() => {
  for (const on of document.querySelectorAll("li > [aria-current]")) {
    const row = on.closest("ul");
    if (row.scrollWidth <= row.clientWidth) continue;
    const at = on.getBoundingClientRect(), all = row.getBoundingClientRect();
    row.scrollLeft += at.left - all.left - (all.width - at.width) / 2;
  }
})();
