/** The key / leads to the field that searches everything, unless somebody types. */

const TYPED_INTO = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED_INTO)) return;
  const field = document.querySelector("#search-all");
  if (!field) return;
  event.preventDefault();
  if (!field.checkVisibility()) return document.querySelector("#search-link").click();
  field.focus();
  field.select();
});
