/**
 * The upload page. A file goes three steps: the API gives a signed form, the storage takes the file, the API is told to
 * process it. What has been done is kept in `ticket`, so that trying again repeats only what is missing.
 */
import { columnsOf } from "./columns.js";
import { Refusal, Speedometer, call, duration, sendFile, size } from "./transfer.js";

const FORM_LIFETIME = 25 * 60_000; // milliseconds; the signed form holds for 30 minutes
const SCM_KEY = /^[a-z][a-z0-9_]{0,63}$/;

const form = document.querySelector("#upload");
const part = (name) => form.querySelector(`#${name}`);
const input = part("file");
const settings = form.dataset;
const token = form.elements.csrfmiddlewaretoken.value;

let file = null;
let ticket = null; // {post_data, record_key, at, sent, asked}
let sending = null; // AbortController of the upload under way

/* The file */

function whyNot({ name, size: bytes, type }) {
  const isKnown = /\.(csv|json)$/i.test(name) || type === "text/csv";
  if (!isKnown) return `${name} is not a CSV or JSON file. Save the table as CSV in UTF-8 and choose that.`;
  if (bytes === 0) return `${name} is empty. Choose a file with a header line and one row for each code.`;
  const most = Number(settings.maxBytes);
  return bytes > most ? `${name} has ${size(bytes)}, at most ${size(most)} can be uploaded. Split it into several files.` : "";
}

function choose(files) {
  clearErrors();
  const chosen = files[0] ?? null;
  const problem = files.length > 1 ? "Choose one file at a time." : chosen && whyNot(chosen);
  file = problem ? null : chosen;
  ticket = null;
  if (!file) input.value = "";
  part("zone").classList.toggle("chosen", Boolean(file));
  part("file-title").textContent = file ? file.name : "Drop a CSV file here";
  part("file-button").lastElementChild.textContent = file ? "Choose another" : "Choose a file";
  part("file-hint").textContent = file ? size(file.size) : part("file-hint").dataset.rule;
  if (problem) showError("file", problem);
  showColumns();
}

async function showColumns() {
  const list = part("columns");
  const looked = file;
  const columns = looked && !/\.json$/i.test(looked.name) ? await columnsOf(looked).catch(() => []) : [];
  if (looked !== file) return;
  list.replaceChildren(...columns.slice(0, 12).map(columnItem));
  list.hidden = columns.length === 0;
  part("no-id").hidden = columns.length === 0 || columns.some(({ name }) => name === "id");
}

function columnItem({ name, meaning }) {
  const item = document.createElement("li");
  const title = document.createElement("code");
  title.textContent = name;
  item.append(title, ` ${meaning}`);
  return item;
}

function isFolder(transfer) {
  return [...transfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
}

function takeDrops() {
  const zone = part("zone");
  const brings = (event) => !sending && event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault(); // a file that misses the zone must not replace the page
      zone.classList.toggle("over", brings(event));
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!brings(event)) return;
    if (isFolder(event.dataTransfer)) { choose([]); showError("file", "That is a folder. Drop one CSV or JSON file."); return; }
    const { files } = event.dataTransfer;
    if (files.length === 1) input.files = files;
    choose(files);
    input.focus();
  });
}

/* Errors, each beside what it is about */

function clearErrors() {
  for (const text of form.querySelectorAll(".wrong")) { text.hidden = true; text.textContent = ""; }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  part("failure").hidden = true;
}

/** Show `message` below the field `name` and give what should get the focus. */
function showError(name, message) {
  const text = part(`${name}-error`);
  text.textContent = text.textContent ? `${text.textContent} ${message}` : message;
  text.hidden = false;
  const field = form.querySelector(`#${name}:is(input, select)`);
  field?.setAttribute("aria-invalid", "true");
  if (part("options").contains(text)) part("options").open = true;
  return field ?? text;
}

function showRowError(row, message) {
  const field = row.querySelector("[name=scm_key]");
  const text = row.querySelector(".wrong");
  text.textContent = message;
  text.hidden = false;
  field.setAttribute("aria-invalid", "true");
  part("options").open = true;
  return field;
}

/** Show one message about `default_scm_data`, at the field it begins with if that is on the page. */
function showScmError(message) {
  const [, key = "", text = message] = /^(\w+): (.*)$/s.exec(message) ?? [];
  const row = scmRows().find((each) => scmOf(each).key === key);
  if (row) return showRowError(row, text);
  return ["product", "activation_status"].includes(key) ? showError(key, text) : showError("default_scm_data", message);
}

function showFailure(message, signedOut = false) {
  const failure = part("failure");
  failure.textContent = `${message} `;
  if (signedOut) {
    const link = document.createElement("a");
    link.href = settings.signInUrl;
    link.textContent = "Sign in again";
    failure.append(link);
  }
  failure.hidden = false;
  return failure;
}

function show(refusal) {
  const targets = Object.entries(refusal.fields).flatMap(([name, messages]) => {
    const texts = Array.isArray(messages) ? messages.map(String) : [JSON.stringify(messages)];
    if (name === "default_scm_data") return texts.map(showScmError);
    return texts.map((text) => (part(`${name}-error`) ? showError(name, text) : showFailure(`${name}: ${text}`)));
  });
  if (refusal.message) targets.push(showFailure(refusal.message, refusal.signedOut));
  targets[0]?.focus();
}

/* Options */

const scmRows = () => [...part("scm-rows").children];
const scmOf = (row) => ({
  key: row.querySelector("[name=scm_key]").value.trim(),
  value: row.querySelector("[name=scm_value]").value,
});

function addScmRow() {
  const row = part("scm-row").content.firstElementChild.cloneNode(true);
  const number = Date.now().toString(36);
  for (const field of row.querySelectorAll(".field")) {
    const control = field.querySelector("input");
    control.id = `${control.name}-${number}`;
    field.querySelector("label").htmlFor = control.id;
    const wrong = field.querySelector(".wrong");
    if (wrong) { wrong.id = `${control.id}-error`; control.setAttribute("aria-describedby", wrong.id); }
  }
  row.querySelector("[name=remove]").addEventListener("click", () => { row.remove(); part("add-scm").focus(); });
  part("scm-rows").append(row);
  row.querySelector("input").focus();
}

/** Whether the extra fields can be sent; what cannot is shown. */
function checkScmRows() {
  const seen = new Set();
  const wrong = scmRows().flatMap((row) => {
    const { key, value } = scmOf(row);
    if (!key && !value) return [];
    const message = !SCM_KEY.test(key) ? "Begin with a small letter, then use small letters, digits and _ only."
      : seen.has(key) || ["id", "product", "activation_status"].includes(key) ? `${key} is given already.` : "";
    seen.add(key);
    return message ? [showRowError(row, message)] : [];
  });
  wrong[0]?.focus();
  return wrong.length === 0;
}

function options() {
  const { product, activation_status: status, url_prefix: prefix, allow_posted_duplicates: ignore } = form.elements;
  const extra = scmRows().map(scmOf).filter(({ key }) => key).map(({ key, value }) => [key, value]);
  const defaults = Object.fromEntries(extra);
  if (product.value) defaults.product = product.value.trim();
  if (status.value !== "0") defaults.activation_status = Number(status.value);
  return { default_scm_data: defaults, url_prefix: prefix.value.trim(), allow_posted_duplicates: ignore.checked };
}

function showExample() {
  const field = part("url_prefix");
  part("url_example").textContent = field.value.trim() || field.placeholder;
}

/* Sending */

function announce(text) {
  document.querySelector("#announcement").textContent = text;
}

function setBusy(controller) {
  sending = controller;
  const busy = Boolean(controller);
  part("sending").hidden = !busy;
  part("go").hidden = busy;
  part("fields").disabled = busy;
  input.disabled = busy;
  if (busy) { part("cancel").hidden = false; part("cancel").focus(); }
}

function progressOf(bytes) {
  const speedometer = new Speedometer();
  let quarter = 0;
  return (sent) => {
    const percent = Math.floor((100 * sent) / bytes);
    const speed = speedometer.at(sent);
    const pace = speed ? `, ${size(speed)}/s, ${duration((bytes - sent) / speed)} left` : "";
    part("progress").value = percent;
    part("figures").textContent = sent < bytes ? `${size(sent)} of ${size(bytes)}, ${percent}%${pace}` : `${size(bytes)} sent, the storage is putting it away`;
    if (Math.floor(percent / 25) > quarter) { quarter = Math.floor(percent / 25); announce(`${percent}% sent`); }
  };
}

async function getTicket() {
  if (ticket?.sent || (ticket && Date.now() - ticket.at < FORM_LIFETIME)) return;
  const filetype = /\.json$/i.test(file.name) ? "json" : "csv";
  const answer = await call(settings.startUrl, { filetype, file_name: file.name.slice(-255) }, token);
  ticket = { ...answer, at: Date.now(), sent: false, asked: false };
}

async function send(signal) {
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new Refusal(`${file.name} has changed or moved since you chose it. Choose it again.`);
  });
  await getTicket();
  if (!ticket.sent) {
    await sendFile(ticket.post_data, file, progressOf(file.size), signal);
    ticket.sent = true;
  }
  signal.throwIfAborted();
  part("cancel").hidden = true;
  part("figures").textContent = "The file has arrived. The check begins";
  announce("The file has arrived. The check begins");
  await process();
}

async function process() {
  try {
    await call(settings.processUrl, { record: ticket.record_key, ...options() }, token);
  } catch (refusal) {
    const began = ticket.asked && refusal.status === 400 && refusal.message; // the answer to an earlier call was lost
    ticket.asked ||= refusal.lost;
    if (!began) throw refusal;
  }
}

async function submit(event) {
  event.preventDefault();
  clearErrors();
  if (!file) showError("file", "Choose a file first.").focus();
  if (!file || sending || !checkScmRows()) return;
  const controller = new AbortController();
  setBusy(controller);
  part("progress").removeAttribute("value");
  part("figures").textContent = "Asking for a place to put it";
  try {
    await send(controller.signal);
    window.removeEventListener("beforeunload", warn);
    location.assign(settings.recordUrl.replace("KEY", ticket.record_key));
  } catch (error) {
    setBusy(null);
    explain(error);
  }
}

function explain(error) {
  if (error.name === "AbortError") {
    announce("Upload cancelled. Nothing was stored.");
    part("send").focus();
    return;
  }
  if (!(error instanceof Refusal)) throw error;
  if (error.status && error.message && !error.signedOut && !ticket?.asked) ticket = null; // refused as a whole: begin anew
  part("send").textContent = error.lost ? "Try again" : "Upload and check";
  show(error);
}

function warn(event) {
  if (sending) event.preventDefault();
}

part("file-hint").dataset.rule = part("file-hint").textContent;
input.addEventListener("change", () => choose(input.files));
part("add-scm").addEventListener("click", addScmRow);
part("url_prefix").addEventListener("input", showExample);
part("cancel").addEventListener("click", () => sending?.abort());
form.addEventListener("submit", submit);
window.addEventListener("beforeunload", warn);
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) { setBusy(null); ticket = null; } });
part("send").disabled = false;
takeDrops();
showExample();
if (input.files.length) choose(input.files); // the browser kept it over a reload
