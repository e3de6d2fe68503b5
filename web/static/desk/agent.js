// The words by which the agent is asked are copied by a press; without this they are marked by hand.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll(".act-files .copy")) {
    const letter = button.closest(".act").querySelector(".letter-in");
    if (!letter) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const words = (part) => letter.querySelector(part).textContent.trim();
      await navigator.clipboard.writeText(words(".subject") + "\n\n" + words(".body") + "\n");
      button.textContent = button.dataset.copied;
    });
  }
})();
