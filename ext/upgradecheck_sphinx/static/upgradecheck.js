/* The copy buttons of commands. They are part of the page, hidden until this runs,
   so that their words are those of the page's language. */
(function () {
  "use strict";

  /* Where a page may not use the clipboard, as over plain HTTP, a selection can. */
  function copyBySelection(text) {
    var area = document.createElement("textarea");
    var focused = document.activeElement;
    area.value = text;
    area.setAttribute("readonly", "");
    area.className = "upgrade-unseen";
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    focused.focus();
    return done ? Promise.resolve() : Promise.reject(new Error("refused"));
  }

  function copy(text) {
    if (!navigator.clipboard) {
      return copyBySelection(text);
    }
    return navigator.clipboard.writeText(text).catch(function () {
      return copyBySelection(text);
    });
  }

  function offer(button) {
    var line = button.closest(".upgrade-run");
    var code = line.querySelector("pre");
    var told = line.querySelector("[role=status]");
    var word = button.textContent;
    var later;

    function tell(said) {
      clearTimeout(later);
      told.textContent = said;
      button.textContent = said;
      later = setTimeout(function () {
        told.textContent = "";
        button.textContent = word;
      }, 3000);
    }

    button.addEventListener("click", function () {
      copy(code.textContent.replace(/\n$/, "")).then(
        function () { tell(button.dataset.done); },
        function () { tell(button.dataset.failed); }
      );
    });
    button.hidden = false;
  }

  /* What scrolls sideways is scrolled with the keyboard as well. */
  function reach() {
    document.querySelectorAll(".upgrade-run pre, .upgrade-table").forEach(function (wide) {
      if (wide.scrollWidth > wide.clientWidth) {
        wide.tabIndex = 0;
      } else {
        wide.removeAttribute("tabindex");
      }
    });
  }

  function start() {
    document.querySelectorAll("button.upgrade-copy").forEach(offer);
    reach();
    addEventListener("load", reach);
    addEventListener("resize", reach);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
