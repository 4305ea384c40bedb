/**
 * The upload page. Each file becomes a record and goes three steps: the API gives a signed form, the storage takes the
 * file, the API is told to process it. What has been done is kept with the file, so that trying again repeats only what
 * is missing.
 */
import { changesCodes, checkScmRows, clearErrors, form, options, part, showError, showMessages, workorder } from "./fields.js";
import { Preview } from "./preview.js";
import { showSymbol } from "./symbol.js";
import { Refusal, Speedometer, call, duration, sendFile, size } from "./transfer.js";

const FORM_LIFETIME = 25 * 60_000; // milliseconds; the signed form holds for 30 minutes

const KNOWN = /\.((csv|tsv|txt|json)(\.gz)?|xlsx)$/i;

const input = part("file");
const settings = form.dataset;

let uploads = []; // {file, preview, ticket, done}; a ticket is {post_data, record_key, at, sent, asked}
let sending = null; // AbortController of the upload under way

/* The files */

function whyNot({ name, size: bytes, type }) {
  const isKnown = KNOWN.test(name) || ["text/csv", "text/tab-separated-values"].includes(type);
  if (!isKnown) return `${name} is no CSV, Excel (.xlsx) or JSON file. Save the table as one of these and choose that.`;
  if (bytes === 0) return `${name} is empty. Choose a file with a header line and one row for each code.`;
  const most = Number(settings.maxBytes);
  if (bytes > most) return `${name} has ${size(bytes)}, at most ${size(most)} can be uploaded. Split it into several files.`;
  return "";
}

function choose(files) {
  clearErrors();
  const before = [...uploads];
  for (const file of files) {
    const problem = whyNot(file);
    if (problem) showError("file", problem);
    else add(file, before);
  }
  input.value = ""; // so that the same file can be chosen again
  showChosen();
}

/** A file takes the place of the one that was there `before` under its name, since it was corrected, and says so. */
function add(file, before) {
  const upload = { file, ticket: null, done: false };
  const old = before.filter((each) => each.file.name === file.name && uploads.includes(each));
  if (old.length === 1) remove(old[0]);
  const number = uploads.filter((each) => each.file.name === file.name).length + 1;
  upload.preview = new Preview(file, number, showSample, () => { remove(upload); input.focus(); });
  put(upload);
  upload.preview.read();
  if (old.length !== 1) return;
  upload.preview.ask(`It takes the place of the ${file.name} that was chosen before.`, "Keep both", () => { put(old[0]); showChosen(); });
}

function put(upload) {
  uploads.push(upload);
  part("previews").append(upload.preview.root);
}

function remove(upload) {
  uploads = uploads.filter((each) => each !== upload);
  upload.preview.root.remove();
  showChosen();
}

function showChosen() {
  const count = uploads.length;
  part("zone").classList.toggle("chosen", count > 0);
  part("file-title").textContent = count > 1 ? `${count} files` : uploads[0]?.file.name ?? "Drop files here";
  part("file-button").lastElementChild.textContent = count ? "Choose more files" : "Choose files";
  part("file-hint").textContent = count ? size(uploads.reduce((sum, { file }) => sum + file.size, 0)) : part("file-hint").dataset.rule;
  part("look").hidden = count === 0;
  showSample();
}

function showSample() {
  showSymbol(uploads.map(({ preview }) => preview?.firstId()).find(Boolean) ?? "");
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
    choose(folder ? [] : files);
    if (folder) showError("file", "That is a folder. Drop the files in it.");
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
    link.target = "_blank"; // the chosen files stay here
    link.textContent = "Sign in in another tab";
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
  if (workorder()) workorder().disabled = busy;
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

async function getTicket(upload) {
  const { file, ticket } = upload;
  if (ticket?.sent || (ticket && Date.now() - ticket.at < FORM_LIFETIME)) return;
  const filetype = /\.(json|xlsx)(\.gz)?$/i.exec(file.name)?.[1].toLowerCase() ?? "csv";
  const name = file.name.slice(-255);
  const answer = await call(changesCodes() ? settings.changeStartUrl : settings.startUrl, { filetype, file_name: name.toWellFormed?.() ?? name });
  upload.ticket = { ...answer, at: Date.now(), sent: false, asked: false };
}

async function send(upload, signal) {
  const { file } = upload;
  signal.throwIfAborted();
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new Refusal(`${file.name} has changed or moved since you chose it. Choose it again.`);
  });
  await getTicket(upload);
  if (!upload.ticket.sent) {
    await sendFile(upload.ticket.post_data, file, progressOf(file.size), signal);
    upload.ticket.sent = true;
  }
  signal.throwIfAborted();
  part("cancel").hidden = true;
  part("figures").textContent = "The file has arrived. The check begins";
  announce(`${file.name} has arrived. The check begins`);
  await process(upload);
  upload.done = true;
}

async function process({ ticket, preview }) {
  try {
    await call(changesCodes() ? settings.changeProcessUrl : settings.processUrl, { record: ticket.record_key, ...options(), columns: preview.changes() });
  } catch (refusal) {
    const began = ticket.asked && refusal.status === 400 && refusal.message; // the answer to an earlier call was lost
    ticket.asked ||= refusal.lost || refusal.status >= 500;
    if (!began) throw refusal;
  }
}

async function submit(event) {
  event.preventDefault();
  clearErrors();
  if (!uploads.length) showError("file", "Choose a file first.").focus();
  if (!uploads.length || sending || (!changesCodes() && !checkScmRows())) return;
  const controller = new AbortController();
  setBusy(controller);
  for (const upload of uploads.filter(({ done }) => !done)) {
    begin(upload);
    try {
      await send(upload, controller.signal);
    } catch (error) {
      setBusy(null);
      explain(error, upload);
      return;
    }
  }
  window.removeEventListener("beforeunload", warn);
  const [{ ticket }] = uploads;
  location.assign(uploads.length > 1 ? settings.recordsUrl : settings.recordUrl.replace("KEY", ticket.record_key));
}

function begin({ file }) {
  part("cancel").hidden = false;
  part("sending-title").textContent = `Sending ${file.name}`;
  part("progress").removeAttribute("value");
  part("figures").textContent = "Asking for a place to put it";
}

function explain(error, upload) {
  if (error.name === "AbortError") {
    announce(uploads.some(({ done }) => done) ? "Cancelled. Files that had arrived are being checked." : "Upload cancelled. Nothing was stored.");
    part("send").focus();
    return;
  }
  if (!(error instanceof Refusal)) throw error;
  if ([400, 403, 404].includes(error.status) && error.message) upload.ticket = null; // begin anew
  part("send").textContent = error.lost ? "Try again" : "Upload and check";
  if (uploads.length > 1 && error.message) error.message = `${upload.file.name}: ${error.message}`;
  show(error);
}

/** After the way back from the record, what was typed is sent as new records. */
function startOver() {
  setBusy(null);
  for (const upload of uploads) Object.assign(upload, { ticket: null, done: false });
}

/** Say what the files are for without leaving the page, so that what was chosen and typed stays. */
function turnTo(tab) {
  const page = form.closest(".upload");
  if (sending || page.dataset.kind === tab.dataset.kind) return;
  for (const each of tabs) each.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "page");
  page.dataset.kind = tab.dataset.kind;
  document.title = `${tab.dataset.title} · Codeport`;
  document.querySelector("h1").textContent = tab.dataset.title;
  history.replaceState(null, "", tab.href);
  clearErrors();
  startOver();
  for (const { preview } of uploads) preview.check();
}

function warn(event) {
  if (sending) event.preventDefault();
}

const tabs = document.querySelectorAll(".tabs a");
for (const tab of tabs) tab.addEventListener("click", (event) => { event.preventDefault(); turnTo(tab); });
part("file-hint").dataset.rule = part("file-hint").textContent;
input.addEventListener("change", () => choose(input.files));
form.elements.delimiter.addEventListener("change", () => uploads.forEach(({ preview }) => preview.read()));
for (const name of ["activation_status", "allow_posted_duplicates", "id_format", "data_key", "many"]) {
  form.elements[name].addEventListener("input", () => uploads.forEach(({ preview }) => preview.check()));
}
form.elements.url_prefix.addEventListener("input", showSample);
workorder()?.addEventListener("change", showSample);
part("cancel").addEventListener("click", () => sending?.abort());
form.addEventListener("submit", submit);
window.addEventListener("beforeunload", warn);
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) startOver(); });
part("send").disabled = false;
takeDrops();
if (input.files.length) choose(input.files); // the browser kept it over a reload
