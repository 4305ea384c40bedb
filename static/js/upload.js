/**
 * The upload page. A file goes three steps: the API gives a signed form, the storage takes the file, the API is told to
 * process it. What has been done is kept in `ticket`, so that trying again repeats only what is missing.
 */
import { columnsOf } from "./columns.js";
import { checkScmRows, clearErrors, form, options, part, showError, showMessages } from "./fields.js";
import { Refusal, Speedometer, call, duration, sendFile, size } from "./transfer.js";

const FORM_LIFETIME = 25 * 60_000; // milliseconds; the signed form holds for 30 minutes

const KNOWN = /\.((csv|json)(\.gz)?|xlsx)$/i;

const input = part("file");
const settings = form.dataset;
const token = form.elements.csrfmiddlewaretoken.value;

let file = null;
let ticket = null; // {post_data, record_key, at, sent, asked}
let sending = null; // AbortController of the upload under way

/* The file */

function whyNot({ name, size: bytes, type }) {
  const isKnown = KNOWN.test(name) || type === "text/csv";
  if (!isKnown) return `${name} is no CSV, Excel (.xlsx) or JSON file. Save the table as one of these and choose that.`;
  if (bytes === 0) return `${name} is empty. Choose a file with a header line and one row for each code.`;
  const most = Number(settings.maxBytes);
  if (bytes > most) return `${name} has ${size(bytes)}, at most ${size(most)} can be uploaded. Split it into several files.`;
  return "";
}

function choose(files) {
  clearErrors();
  const chosen = files[0] ?? null;
  const problem = files.length > 1 ? "Choose one file at a time." : chosen && whyNot(chosen);
  file = problem ? null : chosen;
  ticket = null;
  if (!file) input.value = "";
  part("zone").classList.toggle("chosen", Boolean(file));
  part("file-title").textContent = file ? file.name : "Drop a file here";
  part("file-button").lastElementChild.textContent = file ? "Choose another" : "Choose a file";
  part("file-hint").textContent = file ? size(file.size) : part("file-hint").dataset.rule;
  if (problem) showError("file", problem);
  showColumns();
}

async function showColumns() {
  const list = part("columns");
  const looked = file;
  const delimiter = form.elements.delimiter.value;
  const columns = looked && !/\.(json|xlsx|gz)$/i.test(looked.name) ? await columnsOf(looked, delimiter).catch(() => []) : [];
  if (looked !== file) return;
  list.replaceChildren(...columns.slice(0, 12).map(columnItem));
  list.hidden = columns.length === 0;
  part("no-id").hidden = columns.length === 0 || columns.some(({ name }) => name === "id");
}

function columnItem({ name, meaning }) {
  const item = document.createElement("li");
  const title = document.createElement("code");
  title.textContent = name;
  item.append(title, ` ${meaning || "cannot be a field name"}`);
  item.classList.toggle("bad", !meaning);
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
    const { files } = event.dataTransfer;
    const folder = isFolder(event.dataTransfer);
    if (files.length === 1 && !folder) input.files = files;
    choose(folder ? [] : files);
    if (folder) showError("file", "That is a folder. Drop one file.");
    input.focus();
  });
}

/* Sending */

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
  const targets = Object.entries(refusal.fields).map(([name, messages]) => (
    part(`${name}-error`) ? showMessages(name, messages) : showFailure(`${name}: ${messages}`)
  ));
  if (refusal.message) targets.push(showFailure(refusal.message, refusal.signedOut));
  targets[0]?.focus();
}

function announce(text) {
  document.querySelector("#announcement").textContent = text;
}

function setBusy(controller) {
  sending = controller;
  const busy = Boolean(controller);
  form.classList.toggle("busy", busy);
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
    part("figures").textContent = `${size(sent)} of ${size(bytes)}, ${percent}%${sent < bytes ? pace : ""}`;
    if (Math.floor(percent / 25) > quarter) { quarter = Math.floor(percent / 25); announce(`${percent}% sent`); }
  };
}

async function getTicket() {
  if (ticket?.sent || (ticket && Date.now() - ticket.at < FORM_LIFETIME)) return;
  const filetype = /\.(json|xlsx)(\.gz)?$/i.exec(file.name)?.[1].toLowerCase() ?? "csv";
  const name = file.name.slice(-255);
  const answer = await call(settings.startUrl, { filetype, file_name: name.toWellFormed?.() ?? name }, token);
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
    ticket.asked ||= refusal.lost || refusal.status >= 500;
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
  if ([400, 403, 404].includes(error.status) && error.message && !error.signedOut) ticket = null; // begin anew
  part("send").textContent = error.lost ? "Try again" : "Upload and check";
  show(error);
}

function warn(event) {
  if (sending) event.preventDefault();
}

part("file-hint").dataset.rule = part("file-hint").textContent;
input.addEventListener("change", () => choose(input.files));
form.elements.delimiter.addEventListener("change", showColumns);
part("cancel").addEventListener("click", () => sending?.abort());
form.addEventListener("submit", submit);
window.addEventListener("beforeunload", warn);
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) { setBusy(null); ticket = null; } });
part("send").disabled = false;
takeDrops();
if (input.files.length) choose(input.files); // the browser kept it over a reload
