// The editor of messages: the preview follows what is written, and a variable is inserted with a click. Without this there
// is the button «preview».
(function () {
  "use strict";
  var form = document.querySelector("form.editor");
  if (!form) return;
  var preview = document.getElementById("preview");
  var body = form.elements.body;
  var state = form.querySelector(".editor-state");
  var last = body;
  var wait = 0;
  var asked = 0;

  function fresh() {
    var mine = ++asked;
    fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Part": "preview" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (html) { if (html && mine === asked) preview.innerHTML = html; })
      .catch(function () {}); // the page stands as it was; the button asks again
  }

  function soon() {
    clearTimeout(wait);
    wait = setTimeout(fresh, 350);
  }

  form.addEventListener("input", function (e) {
    if (e.target.name === "body" || e.target.name === "subject") state.textContent = state.dataset.unsaved;
    soon();
  });
  form.addEventListener("focusin", function (e) {
    if (e.target.name === "body" || e.target.name === "subject") last = e.target;
  });
  form.elements.sample.addEventListener("change", function () { clearTimeout(wait); fresh(); });

  document.addEventListener("click", function (e) {
    var b = e.target.closest && e.target.closest("button[data-insert]");
    if (!b || last.readOnly) return;
    var text = b.dataset.insert;
    var from = last.selectionStart;
    // What is selected comes to stand inside of a condition.
    var gap = text.indexOf("…");
    if (gap >= 0) text = text.slice(0, gap) + last.value.slice(from, last.selectionEnd) + text.slice(gap + 1);
    last.setRangeText(text, from, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });

  window.addEventListener("beforeunload", function (e) {
    if (state.textContent.trim() && !form.dataset.sent) e.preventDefault();
  });
  form.addEventListener("submit", function () { form.dataset.sent = "1"; });
})();
