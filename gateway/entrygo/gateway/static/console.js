// Comfort on top of pages that work without it.
"use strict";

// The answer to a form takes the address of its page, so that a reload and the way back send nothing again.
// What was read of a file is nowhere else: its place in this tab's history keeps it, as it keeps a form.
const content = document.getElementById("content");
const { standsAt, keptFor } = content.dataset;
const { kept } = history.state ?? {};
if (standsAt) {
  const { title } = document;
  try {
    history.replaceState(keptFor ? { kept: { keptFor, title, html: content.innerHTML } } : null, "", standsAt);
  } catch {
    // More than this browser keeps.
    history.replaceState(null, "", standsAt);
  }
} else if (keptFor && kept?.keptFor === keptFor) {
  document.title = kept.title;
  content.innerHTML = kept.html;
}

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
  const button = event.submitter;
  const { busy } = button?.dataset ?? {};
  const words = button?.textContent;
  // Once the form is on its way: a button that changes earlier loses its value.
  if (busy) setTimeout(() => (button.textContent = busy));
  const rest = () => {
    delete form.dataset.sent;
    if (busy) button.textContent = words;
  };
  addEventListener("pageshow", rest, { once: true });
});

// Until its answer is there, nothing takes the form's place: a new one would be another act at the next click.
document.addEventListener("htmx:before:swap", (event) => {
  if (document.querySelector("form[data-sent]")) event.preventDefault();
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
