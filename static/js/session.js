/**
 * Whether the person whose page this is is still the one who is signed in, and the token that a form needs now.
 *
 * Both change when somebody signs in or out in another tab, while what was typed and chosen here shall not be lost. So
 * each page tells the others whose it is and its token; what a script sends asks the portal itself.
 */

import { say } from "./words.js";

const { person, sessionUrl } = document.body.dataset;
const FIELD = "csrfmiddlewaretoken";
const channel = new BroadcastChannel("codeport-session");
let problem = ""; // why no form of this page may be sent, in words

function problemWith(now) {
  if (!person || now === person) return "";
  if (!now) return say("You are no longer signed in. Sign in again in another tab, then send once more here: nothing that you typed or chose is lost.");
  return say("You signed in as {now} in another tab, and this page is of {person}: nothing was sent. Sign in there as {person} and send once more here, or reload this page to work as {now}.", { now, person });
}

/** `{token, problem, signedOut}`; a problem, in words, is why nothing may be sent. Throws what `fetch` throws. */
export async function session() {
  const response = await fetch(sessionUrl, { headers: { Accept: "application/json" } });
  if (!response.ok) return { problem: say("The portal failed ({status}). Try again.", { status: response.status }) };
  const { person: now, token } = await response.json();
  return { token, problem: problemWith(now), signedOut: !now };
}

function take({ person: now, token }) {
  problem = problemWith(now);
  if (!problem) for (const field of document.getElementsByName(FIELD)) field.value = token;
}

function tell(form) {
  const shown = form.querySelector(".session-problem") ?? document.createElement("p");
  shown.className = "notice bad session-problem";
  shown.setAttribute("role", "alert");
  shown.textContent = problem;
  form.prepend(shown);
}

channel.addEventListener("message", ({ data }) => take(data));
const [field] = document.getElementsByName(FIELD);
if (field) channel.postMessage({ person, token: field.value });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !problem || !event.target.elements[FIELD]) return;
  event.preventDefault();
  tell(event.target);
});
