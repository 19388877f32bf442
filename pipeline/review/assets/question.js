// A question to which the answer is a text (a label, a group, a note), or whether something is to be done.

import { byId, h } from "./dom.js";

const MOST_CHOICES = 200;

/** The text that was given, or null if there is none. `choices` can be picked, and are narrowed by what is typed. */
export function ask(title, value, choices = []) {
  const dialog = byId("question");
  return new Promise((resolve) => {
    let given = null;
    const end = (text) => {
      given = text;
      dialog.close();
    };
    const input = h("input", { type: "text", id: "question-input", value, autocomplete: "off", maxlength: 4096, "aria-labelledby": "question-title" });
    const list = h("ul", { class: "choices" });
    const narrow = () => {
      const typed = input.value.toLowerCase();
      const fitting = choices.filter((choice) => input.value === value || choice.toLowerCase().includes(typed));
      list.replaceChildren(...fitting.slice(0, MOST_CHOICES).map((choice) => h("li", {}, h("button", { type: "button", onclick: () => end(choice) }, choice))));
    };
    input.addEventListener("input", narrow);
    narrow();
    const form = h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (input.value.trim()) end(input.value.trim());
        },
      },
      h("h2", { id: "question-title" }, title),
      input,
      choices.length > 0 && list,
      h("div", { class: "bar" }, h("button", { type: "submit", class: "main" }, "Save"), h("button", { type: "button", onclick: () => end(null) }, "Cancel")),
    );
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(given), { once: true });
    dialog.showModal();
    input.select();
  });
}

/** Whether something is to be done, which `button` names. */
export function confirm(title, sentence, button) {
  const dialog = byId("question");
  return new Promise((resolve) => {
    let isWanted = false;
    const end = (wanted) => {
      isWanted = wanted;
      dialog.close();
    };
    const form = h(
      "form",
      { onsubmit: (event) => (event.preventDefault(), end(true)) },
      h("h2", { id: "question-title" }, title),
      h("p", {}, sentence),
      h("div", { class: "bar" }, h("button", { type: "submit", class: "main" }, button), h("button", { type: "button", onclick: () => end(false) }, "Cancel")),
    );
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(isWanted), { once: true });
    dialog.showModal();
  });
}
