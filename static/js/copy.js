/** Buttons that copy the text of a field; without a clipboard, which only safe origins have, they select it. */

const announcement = document.querySelector("#announcement");

async function copy(button) {
  const field = document.querySelector(`#${button.dataset.copy}`);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = announcement.textContent = "Copied";
  } catch {
    field.focus();
    announcement.textContent = "Selected; copy it with your keyboard.";
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
