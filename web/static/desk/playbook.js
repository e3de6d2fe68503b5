// The playbook's file may be dropped on its field; without a script it is chosen.
"use strict";
(() => {
  const place = document.querySelector(".pb-drop");
  const input = place && place.querySelector("input[type=file]");
  if (!input) return;
  const on = (type, mark) => place.addEventListener(type, e => {
    e.preventDefault();
    place.classList.toggle("over", mark);
  });
  on("dragenter", true);
  on("dragover", true);
  on("dragleave", false);
  place.addEventListener("drop", e => {
    e.preventDefault();
    place.classList.remove("over");
    if (e.dataTransfer.files.length) input.files = e.dataTransfer.files;
  });
})();
