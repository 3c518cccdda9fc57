// Comfort on top of pages that work without it.
"use strict";

// A second click on a button whose form is on its way does nothing; the server would not act twice either.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // What only fetches a file may be sent as often as somebody likes.
  if ("repeats" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const busy = event.submitter?.dataset.busy;
  // Once the form is on its way: a button that changes earlier loses its value.
  if (busy) setTimeout(() => (event.submitter.textContent = busy));
  addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// "/" goes to the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("q")?.focus();
  }
});

// A suggestion fills the field beside it; a person still saves it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fills]");
  if (!button) return;
  event.preventDefault();
  const field = document.getElementById(button.dataset.fills);
  field.value = button.dataset.value;
  field.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  event.preventDefault();
  navigator.clipboard?.writeText(button.dataset.copies);
  button.textContent = "Copied";
});

// A file may be dropped anywhere on the page that asks for one.
const drop = document.querySelector("[data-drop]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  drop.querySelector("[data-drop-hint]").hidden = false;
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
}
