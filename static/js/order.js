/** What an order's page says while it is typed: the number on the button, and what a URL prefix may miss at its end. */
const form = document.querySelector("#order");
const button = form.querySelector("[type=submit]");
const { quantity, url_prefix: prefix } = form.elements;
const plain = button.textContent;

function showNumber() {
  const typed = quantity.value.trim();
  button.textContent = /^[0-9]{1,9}$/.test(typed) ? button.dataset[Number(typed) === 1 ? "single" : "several"].replace("#", Number(typed).toLocaleString("en")) : plain;
}

function showDoubt() {
  const typed = prefix.value.trim();
  const doubt = form.querySelector("#url_prefix-doubt");
  doubt.hidden = !/[A-Za-z0-9]$/.test(typed);
  doubt.textContent = doubt.hidden ? "" : `The codes will read ${typed}abc12345. Is a slash missing at its end?`;
}

quantity.addEventListener("input", showNumber);
prefix.addEventListener("input", showDoubt);
showNumber();
showDoubt();
