/** The two ways out of the upload page: JSON calls to the API, and the file itself to the storage. */
import { session } from "./session.js";
import { say } from "./words.js";

const { lang } = document.documentElement;
const STALLED = 60_000; // milliseconds without a byte sent or an answer

/** Why a step failed. `fields` gives the messages of each field; `lost` says that no answer came. */
export class Refusal extends Error {
  constructor(message, { fields = {}, status = 0, lost = false, signedOut = false } = {}) {
    super(message);
    Object.assign(this, { fields, status, lost, signedOut });
  }
}

/** POST `body` as JSON, as the person whose page this is, and give the answer; throws Refusal. */
export async function call(url, body) {
  let response;
  try {
    const { token, problem, signedOut } = await session();
    if (problem) throw new Refusal(problem, { signedOut });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(say("The portal cannot be reached. Check the connection, then try again."), { lost: true });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw refusalOf(answer, response.status);
}

function refusalOf({ detail, ...fields }, status) {
  if (status === 401 || status === 403) {
    return new Refusal(say("You may no longer upload, or signed in anew just now. Try again."), { status });
  }
  if (detail) return new Refusal(detail, { status });
  if (status === 400) return new Refusal("", { fields, status });
  return new Refusal(say("The portal failed ({status}). Try again.", { status }), { status });
}

/**
 * POST `file` by the signed form to the storage. `onProgress` hears of the bytes sent; aborting `signal` stops it.
 * Rejects with a Refusal, or with an AbortError when it was stopped.
 */
export function sendFile({ url, fields }, file, onProgress, signal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new Refusal(say("The connection broke before the whole file had arrived. Nothing was stored; try again."), { lost: true }));
    let watch;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => { lost(); request.abort(); }, STALLED);
    };
    request.upload.addEventListener("progress", ({ loaded }) => { alive(); onProgress(Math.min(loaded, file.size)); });
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(storageRefusal(request))));
    request.addEventListener("error", lost);
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    request.addEventListener("loadend", () => clearTimeout(watch));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", url);
    request.send(form);
    alive();
  });
}

/** The storage answers in S3's XML: `<Error><Code>…</Code><Message>…</Message></Error>`. */
function storageRefusal({ responseText, status }) {
  const answer = new DOMParser().parseFromString(responseText, "application/xml");
  const reason = answer.querySelector("Error > Message")?.textContent ?? say("it answered {status}", { status });
  return new Refusal(say("The storage did not take the file: {reason}", { reason }), { status });
}

/** Measures how fast bytes go, over the last few seconds. */
export class Speedometer {
  static WINDOW = 4000;
  samples = [];

  /** Bytes per second after `sent` bytes in all, or 0 while there is too little to tell. */
  at(sent, now = performance.now()) {
    this.samples.push([now, sent]);
    while (now - this.samples[0][0] > Speedometer.WINDOW) this.samples.shift();
    const [since, before] = this.samples[0];
    return now - since > 500 ? ((sent - before) / (now - since)) * 1000 : 0;
  }
}

/** `bytes` for people, as Django's filesizeformat writes it. */
export function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 3);
  const number = (bytes / 1024 ** power).toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });
  return power ? `${number} ${units[power]}` : say("{number} bytes", { number: bytes });
}

/** `seconds` for people. */
export function duration(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
