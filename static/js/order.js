/** What an order's page says while it is typed: the number on the button, and what a URL prefix may miss at its end. */
import { say } from "./words.js";

const form = document.querySelector("#order");
const button = form.querySelector("[type=submit]");
const { quantity, url_prefix: prefix } = form.elements;
const plain = button.textContent;

/** The number that is typed, as portal/values/whole_numbers.py reads it; null where that refuses it. */
function readNumber() {
  const typed = quantity.value.trim().replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  const grouped = /^[1-9][0-9]{0,2}(?:([\s,.'’，．])[0-9]{3})(?:\1[0-9]{3})*$/.test(typed);
  return grouped || /^[0-9]{1,9}$/.test(typed) ? Number(typed.replace(/[^0-9]/g, "")) : null;
}

function showNumber() {
  const number = readNumber();
  button.textContent = number === null ? plain : button.dataset[number === 1 ? "single" : "several"].replace("#", number.toLocaleString(document.documentElement.lang));
}

function showDoubt() {
  const typed = prefix.value.trim();
  const doubt = form.querySelector("#url_prefix-doubt");
  doubt.hidden = !/[A-Za-z0-9]$/.test(typed);
  doubt.textContent = doubt.hidden ? "" : say("The codes will read {example}. Is a slash missing at its end?", { example: `${typed}abc12345` });
}

quantity.addEventListener("input", showNumber);
prefix.addEventListener("input", showDoubt);
showNumber();
showDoubt();
