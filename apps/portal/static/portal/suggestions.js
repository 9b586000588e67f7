// Search-as-you-type for text fields that name a catalogue row: an editable combobox with a list of suggestions.
// htmx fetches the options; this file opens and closes the list and moves in it. Without it, the browser's own list
// of names serves.
(() => {
  "use strict";
  const FIELD = "input[data-suggestions]";
  const listOf = (input) => document.getElementById(input.dataset.suggestions);
  const fieldOf = (list) => document.querySelector(`input[data-suggestions="${list.id}"]`);
  const options = (input) => [...listOf(input).querySelectorAll("[role=option]")];
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  function upgrade(root) {
    for (const input of root.querySelectorAll(FIELD)) {
      input.removeAttribute("list");
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-controls", input.dataset.suggestions);
      const list = listOf(input);
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", input.labels[0].textContent.trim());
    }
  }

  function close(input) {
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function open(input) {
    const found = options(input).length;
    if (!found || document.activeElement !== input || options(input).some((one) => one.dataset.name === input.value)) {
      close(input);
      return;
    }
    listOf(input).hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
    document.getElementById("suggestions-status").textContent =
      document.getElementById("suggestions-status").dataset.found.replace("%s", found);
  }

  function mark(input, step) {
    const all = options(input);
    const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length) % all.length;
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
    input.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  }

  function choose(input, option) {
    input.value = option.dataset.name;
    close(input);
  }

  const KEYS = {
    ArrowDown: (input) => mark(input, 1),
    ArrowUp: (input) => mark(input, -1),
    Escape: close,
    Enter: (input) => {
      const marked = options(input).find((option) => option.getAttribute("aria-selected") === "true");
      return marked ? choose(input, marked) : false;
    },
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof Element) || !input.matches(FIELD) || !isOpen(input) || !(event.key in KEYS)) return;
    if (KEYS[event.key](input) !== false) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target instanceof Element && event.target.matches(FIELD)) close(event.target);
  });
  // pointerdown, since the field loses the focus, and so closes the list, before a click arrives
  document.addEventListener("pointerdown", (event) => {
    const option = event.target instanceof Element && event.target.closest(".suggestions [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(fieldOf(option.parentElement), option);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target instanceof Element && event.target.matches(".suggestions")) open(fieldOf(event.target));
  });
  document.addEventListener("htmx:load", (event) => upgrade(event.target));
})();
