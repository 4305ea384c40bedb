/** Shows the calls whose text has all words that are looked for. */

const field = document.querySelector("#find");
const calls = [...document.querySelectorAll("[data-call]")].map((call) => ({
  call,
  text: call.textContent.toLowerCase(),
  link: document.querySelector(`[data-of="${call.id}"]`),
}));
const groups = [...document.querySelectorAll("[data-group]")];

function find() {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const { call, text, link } of calls) call.hidden = link.hidden = !words.every((word) => text.includes(word));
  for (const group of groups) group.hidden = !group.querySelector(":is([data-call], [data-of]):not([hidden])");
  document.querySelector("#none").hidden = calls.some(({ call }) => !call.hidden);
  document.querySelector("#about").hidden = words.some(Boolean);
}

document.querySelector("#finder").hidden = false;
field.addEventListener("input", () => {
  find();
  scrollTo(0, 0);
});
find(); // a browser that goes back fills the field again
