/**
 * Whether the person whose page this is is still the one who is signed in, and the token that a form needs now.
 *
 * Both change when a session ends or somebody signs in or out in another tab, while what was typed and chosen here shall
 * not be lost. So each page tells the others whose it is and its token; what a form or a script sends asks the portal
 * itself before. A form is sent once: the answer to a second click would hide that to the first.
 */

import { say } from "./words.js";

const { person, sessionUrl } = document.body.dataset;
const FIELD = "csrfmiddlewaretoken";
const PATIENCE = 15_000; // milliseconds in which a form that was sent is not sent again
const channel = new BroadcastChannel("codeport-session");
let problem = ""; // why no form of this page may be sent, in words
let sentAt = new WeakMap(); // when each form was sent, in milliseconds of the page's time
let passed = null; // the form that may go now

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

/** Send a form, unless something is against it, which is told there. */
async function send(form, submitter) {
  const away = { problem: say("The portal cannot be reached. Check the connection, then try again.") };
  const { token, problem: found } = await session().catch(() => away);
  problem = found;
  if (problem) { sentAt.delete(form); tell(form); return; }
  take({ person, token });
  form.querySelector(".session-problem")?.remove();
  passed = form;
  form.requestSubmit(submitter);
  passed = null;
}

channel.addEventListener("message", ({ data }) => take(data));
const [field] = document.getElementsByName(FIELD);
if (field) channel.postMessage({ person, token: field.value });
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.elements[FIELD] || form === passed) return;
  const again = performance.now() - (sentAt.get(form) ?? -Infinity) < PATIENCE;
  if (again || person) event.preventDefault();
  if (again) return;
  sentAt.set(form, performance.now());
  if (person) send(form, submitter);
});
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) sentAt = new WeakMap(); });
