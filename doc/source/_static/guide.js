// What scrolls sideways can be scrolled with the keyboard as well.
function reach() {
  for (const part of document.querySelectorAll(".docs-body pre, .docs-body table")) {
    if (part.scrollWidth > part.clientWidth) {
      part.tabIndex = 0;
    } else {
      part.removeAttribute("tabindex");
    }
  }
}

window.addEventListener("load", reach);
window.addEventListener("resize", reach);
