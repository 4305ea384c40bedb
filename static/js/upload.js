/**
 * The upload page. Each file becomes a record and goes three steps: the API gives a signed form, the storage takes the
 * file, both as soon as it is chosen, and the API is told to process it. What has been done is kept with the file, so
 * that trying again repeats only what is missing.
 */
import { changesCodes, checkScmRows, clearErrors, form, options, part, showError, showMessages, workorder } from "./fields.js";
import { Preview, filetypeOf } from "./preview.js";
import { showSymbol } from "./symbol.js";
import { say } from "./words.js";
import { Refusal, Speedometer, call, duration, sendFile, size } from "./transfer.js";
import { takeTemplates } from "./upload_templates.js";

const FORM_LIFETIME = 25 * 60_000; // milliseconds; the signed form holds for 30 minutes

const KNOWN = /\.((csv|tsv|txt|json)(\.gz)?|xlsx)$/i;

const input = part("file");
const settings = form.dataset;

let uploads = []; // {file, preview, ticket, travel, done}; a ticket is {post_data, record_key, at, sent, asked}
let line = Promise.resolve(); // files travel one after the other
let sending = null; // AbortController of the upload under way

/* The files */

function whyNot({ name, size: bytes, type }) {
  const isKnown = KNOWN.test(name) || ["text/csv", "text/tab-separated-values"].includes(type);
  if (!isKnown) return say("{name} is no CSV, Excel (.xlsx) or JSON file. Save the table as one of these and choose that.", { name });
  if (bytes === 0) return say("{name} is empty. Choose a file with a header line and one row for each code.", { name });
  const most = Number(settings.maxBytes);
  if (bytes > most) return say("{name} has {size}, at most {most} can be uploaded. Split it into several files.", { name, size: size(bytes), most: size(most) });
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
  const upload = { file, ticket: null, travel: null, done: false, hear() {} };
  const old = before.filter((each) => each.file.name === file.name && uploads.includes(each));
  if (old.length === 1) remove(old[0]);
  const number = uploads.filter((each) => each.file.name === file.name).length + 1;
  upload.preview = new Preview(file, number, {
    arrival: () => arrival(upload),
    onChange: showSample,
    onRemove: () => { remove(upload); input.focus(); },
  });
  put(upload);
  upload.preview.look();
  if (old.length !== 1) return;
  upload.preview.ask(say("It takes the place of the {name} that was chosen before.", { name: file.name }), say("Keep both"), () => { put(old[0]); showChosen(); });
}

function put(upload) {
  uploads.push(upload);
  part("previews").append(upload.preview.root);
  travel(upload);
}

function remove(upload) {
  uploads = uploads.filter((each) => each !== upload);
  upload.preview.root.remove();
  discard(upload);
  forget(upload);
  showChosen();
}

function showChosen() {
  const count = uploads.length;
  part("zone").classList.toggle("chosen", count > 0);
  part("file-title").textContent = count > 1 ? say("{count} files", { count }) : uploads[0]?.file.name ?? say("Drop files here");
  part("file-button").lastElementChild.textContent = count ? say("Choose more files") : say("Choose files");
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
    if (folder) showError("file", say("That is a folder. Drop the files in it."));
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
    link.textContent = say("Sign in in another tab");
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
    const pace = speed ? `, ${size(speed)}/s, ${say("{time} left", { time: duration((bytes - sent) / speed) })}` : "";
    part("progress").value = percent;
    part("figures").textContent = say("{sent} of {all}, {percent}%", { sent: size(sent), all: size(bytes), percent }) + (sent < bytes ? pace : "");
    if (Math.floor(percent / 25) > quarter) { quarter = Math.floor(percent / 25); announce(say("{percent}% sent", { percent })); }
  };
}

async function getTicket(upload) {
  const { file, ticket } = upload;
  if (ticket?.sent || (ticket && Date.now() - ticket.at < FORM_LIFETIME)) return;
  const name = file.name.slice(-255);
  const url = changesCodes() ? settings.changeStartUrl : settings.startUrl;
  const answer = await call(url, { filetype: filetypeOf(file), file_name: name.toWellFormed?.() ?? name });
  upload.ticket = { ...answer, at: Date.now(), sent: false, asked: false };
}

/** Let a file begin to travel, unless it is on its way or there; whoever waits for it hears how that ends. */
function travel(upload) {
  upload.controller = new AbortController();
  const turn = line.then(() => bring(upload, upload.controller.signal));
  line = turn.catch(() => { if (upload.travel === turn) upload.travel = null; }); // it is tried again when it is sent
  upload.travel = turn;
}

async function bring(upload, signal) {
  const { file } = upload;
  signal.throwIfAborted();
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new Refusal(say("{name} has changed or moved since you chose it. Choose it again.", { name: file.name }));
  });
  await getTicket(upload);
  if (upload.ticket.sent) return;
  await sendFile(upload.ticket.post_data, file, (bytes) => { upload.bytes = bytes; upload.hear(bytes); }, signal);
  upload.ticket.sent = true;
}

/** The key of the record for which a file has arrived. */
async function arrival(upload) {
  if (!upload.travel) travel(upload);
  await upload.travel;
  return upload.ticket.record_key;
}

/** What has come of a file by now counts no more. */
function forget(upload) {
  upload.controller?.abort();
  Object.assign(upload, { ticket: null, travel: null, done: false });
}

/** Have the server forget the record of a file that was chosen and is not sent, even while the page goes. */
function discard({ ticket, done }) {
  if (!ticket || done || ticket.asked) return;
  const body = new FormData();
  body.append("record", ticket.record_key);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  fetch(settings.discardUrl, { method: "POST", body, keepalive: true }).catch(() => {}); // else it expires
}

async function send(upload, signal) {
  const { file } = upload;
  signal.throwIfAborted();
  upload.hear = progressOf(file.size);
  if (upload.bytes) upload.hear(upload.bytes);
  if (!upload.travel) travel(upload);
  signal.addEventListener("abort", () => upload.controller.abort());
  await upload.travel;
  signal.throwIfAborted();
  part("cancel").hidden = true;
  part("figures").textContent = say("The file has arrived. The check begins");
  announce(say("{name} has arrived. The check begins", { name: file.name }));
  await process(upload);
  upload.done = true;
}

async function process({ ticket, preview }) {
  const wasAsked = ticket.asked;
  ticket.asked = true;
  try {
    await call(changesCodes() ? settings.changeProcessUrl : settings.processUrl, { record: ticket.record_key, ...options(), ...preview.said() });
  } catch (refusal) {
    const began = wasAsked && refusal.status === 400 && refusal.message; // the answer to an earlier call was lost
    ticket.asked = wasAsked || refusal.lost || refusal.status >= 500;
    if (!began) throw refusal;
  }
}

async function submit(event) {
  event.preventDefault();
  clearErrors();
  if (!uploads.length) showError("file", say("Choose a file first.")).focus();
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
  part("sending-title").textContent = say("Sending {name}", { name: file.name });
  part("progress").removeAttribute("value");
  part("figures").textContent = say("Asking for a place to put it");
}

function explain(error, upload) {
  if (error.name === "AbortError") {
    announce(uploads.some(({ done }) => done) ? say("Cancelled. Files that had arrived are being checked.") : say("Upload cancelled. Nothing was stored."));
    part("send").focus();
    return;
  }
  if (!(error instanceof Refusal)) throw error;
  if ([400, 403, 404].includes(error.status) && error.message) forget(upload); // begin anew
  part("send").textContent = error.lost ? say("Try again") : say("Upload and check");
  if (uploads.length > 1 && error.message) error.message = `${upload.file.name}: ${error.message}`;
  show(error);
}

/** After the way back from the record, what was typed is sent as new records. */
function startOver() {
  setBusy(null);
  uploads.forEach(forget);
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
  uploads.forEach(discard);
  startOver();
  uploads.forEach(travel);
  for (const { preview } of uploads) preview.look();
}

function warn(event) {
  if (sending) event.preventDefault();
}

const tabs = document.querySelectorAll(".tabs a");
for (const tab of tabs) tab.addEventListener("click", (event) => { event.preventDefault(); turnTo(tab); });
part("file-hint").dataset.rule = part("file-hint").textContent;
input.addEventListener("change", () => choose(input.files));
part("fields").addEventListener("input", () => uploads.forEach(({ preview }) => preview.lookSoon()));
form.elements.url_prefix.addEventListener("input", showSample);
workorder()?.addEventListener("change", () => { showSample(); uploads.forEach(({ preview }) => preview.lookSoon()); });
part("cancel").addEventListener("click", () => sending?.abort());
form.addEventListener("submit", submit);
window.addEventListener("beforeunload", warn);
window.addEventListener("pagehide", () => uploads.forEach(discard));
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) startOver(); });
part("send").disabled = false;
takeDrops();
takeTemplates(() => uploads.map(({ preview }) => preview), show);
if (input.files.length) choose(input.files); // the browser kept it over a reload
