/** For pages that replace parts of themselves: says aloud what changed, and notices when portal or session is gone. */

const announcement = document.querySelector("#announcement");
const unreachable = document.querySelector("#unreachable");

/** Read out `text`, once for as long as it stays true. */
function announce(text = "") {
  text = text.replace(/\s+/g, " ").trim();
  if (text && announcement.textContent !== text) announcement.textContent = text;
}

document.addEventListener("htmx:afterSettle", (event) => announce(event.target.dataset.announce));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  unreachable.hidden = true;
  const asked = new URL(pathInfo.finalRequestPath, location);
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked.pathname) {
    event.detail.shouldSwap = false; // sent elsewhere, to sign in: let the whole page go there
    location.reload();
  }
});

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if ([403, 404].includes(xhr.status)) location.reload(); // somebody else signed in: the page says what it is to them
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => { unreachable.hidden = false; });
}

document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (!elt.matches("form.filter")) return;
  for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name]; // the URL says what is asked
});
