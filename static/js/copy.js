/** Buttons that copy the text of a field; without a clipboard, which only safe origins have, they select it. */

import { say } from "./words.js";

const announcement = document.querySelector("#announcement");

async function copy(button) {
  const field = document.querySelector(`#${button.dataset.copy}`);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = announcement.textContent = say("Copied");
  } catch {
    field.focus();
    announcement.textContent = say("Selected; copy it with your keyboard.");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
