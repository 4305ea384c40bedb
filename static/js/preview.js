/** The preview of one file, which the server makes: its first rows, the names of its columns to change, and what is wrong. */
import { changesCodes, form, options } from "./fields.js";
import { session } from "./session.js";
import { say } from "./words.js";

const FIRST_LOOK = 256 * 1024; // bytes that are shown to the server
const PAUSE = 250; // milliseconds without a key before the server is asked
const UNSEEN = say("The preview cannot be made now. The file can be sent; every row is checked then.");
const READ_BY = { csv: ["encoding", "header_row"], xlsx: ["sheet", "header_row", "shown_digits"], json: [] }; // options, by the type of the file
let kept = {}; // names given to the columns of an earlier file, or by a template
let keptReading = {}; // and how it was read
let made = 0;

/** Have files read, and their columns named, as an earlier one or a template says. */
export function keep({ columns = "{}", reading = "{}" }) {
  kept = JSON.parse(columns);
  keptReading = JSON.parse(reading);
}

keep(form.dataset);

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** What the API calls the type of a file. */
export const filetypeOf = ({ name }) => /\.(json|xlsx)(\.gz)?$/i.exec(name)?.[1].toLowerCase() ?? "csv";

/** Shows the first rows of a file in `root`, which the page places. */
export class Preview {
  asking = null; // AbortController of the look under way
  waiting = 0;
  settled = new Set(); // questions about columns that were answered
  readAnew = ""; // the option by which the file is read otherwise now
  reading = {}; // encoding, header_row, sheet and shown_digits, where the person or a template said them

  /**
   * `number` counts the files of one name; `arrival` gives the key of the record whose file has arrived, for a file
   * that can be read as a whole alone; `onChange` hears of each look.
   */
  constructor(file, number, { arrival, onChange, onRemove }) {
    const title = `preview-${made += 1}`;
    const name = number > 1 ? `${file.name} (${number})` : file.name;
    Object.assign(this, { file, name, arrival, onChange });
    this.readAsKept();
    this.root = element("section", "", { class: "sheet stack preview", "aria-labelledby": title });
    const line = element("div", "", { class: "head-line" });
    const remove = element("button", say("Remove"), { type: "button", class: "button quiet", "aria-label": say("Remove {name}", { name }) });
    remove.addEventListener("click", onRemove);
    line.append(element("h3", name, { id: title }), remove);
    this.body = element("div", "", { class: "stack" });
    this.body.addEventListener("input", ({ target }) => { if (!target.dataset.option) this.take(target); });
    this.body.addEventListener("change", ({ target: { dataset, value } }) => { if (dataset.option) this.read(dataset.option, value); });
    this.body.addEventListener("click", ({ target }) => {
      const { offer } = target.dataset;
      if (offer === "names") this.rename();
      else if (offer === "keep" || offer === "leave") this.settle(target);
      else if (offer === "declare") addEventListener("focus", () => this.look(), { once: true }); // back from its tab
      else if (offer) this.read(offer, target.value);
    });
    this.root.append(line, this.body);
  }

  /** Say something about the file, and offer to do something about it, once. */
  ask(text, offer, onTaken) {
    const button = element("button", offer, { type: "button", class: "button quiet" });
    const said = element("p", `${text} `, { class: "notice", role: "status" });
    button.addEventListener("click", () => { said.remove(); onTaken(); });
    said.append(button);
    this.body.before(said);
  }

  /** Read the file as an earlier one or a template says, if a file of its type is read so. */
  readAsKept() {
    const read = READ_BY[filetypeOf(this.file)];
    this.reading = Object.fromEntries(Object.entries(keptReading).filter(([option]) => read.includes(option)));
  }

  /** Begin anew with the names and the reading that are kept now. */
  lookAnew() {
    this.readAsKept();
    this.body.replaceChildren();
    this.look();
  }

  /** A name was typed, or a column left out. */
  take(control) {
    if (control.type === "checkbox") control.closest("th").querySelector("[data-key]").disabled = !control.checked;
    this.lookSoon();
  }

  /** Read the file otherwise: by the value of an option. */
  read(option, value) {
    const row = Math.trunc(Number(value));
    this.reading[option] = option !== "header_row" ? value : row > 0 ? row : undefined;
    this.readAnew = option;
    this.body.inert = true; // what stands there is not that file any more
    this.look();
  }

  /** Give the columns the names that are suggested. */
  rename() {
    const inputs = [...this.body.querySelectorAll("[data-suggested]")];
    for (const input of inputs) input.value = input.dataset.suggested;
    inputs[0]?.focus();
    this.look();
  }

  /** A column that is no field of the company stays as it is, or is left out. */
  settle({ value: key, dataset: { offer }, parentElement: question }) {
    this.settled.add(question.dataset.asked);
    question.remove();
    const input = this.body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    (this.body.querySelector("[data-asked] button") ?? input).focus();
    if (offer === "keep") return;
    const use = input.closest("th").querySelector("[type=checkbox]");
    use.checked = false;
    this.take(use);
  }

  /** Look after a pause, in which more may be typed. */
  lookSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), PAUSE);
  }

  /** Have the server look at the file's beginning, as the form says now. */
  async look() {
    clearTimeout(this.waiting);
    this.asking?.abort();
    const { signal } = this.asking = new AbortController();
    try {
      const seen = await this.seen(signal);
      this.body.inert = false;
      this.show(seen);
    } catch (error) {
      if (signal.aborted) return;
      this.body.inert = false;
      this.body.replaceChildren(element("p", error.sentence ?? UNSEEN, { class: "notice wait" }));
    }
    this.onChange();
  }

  async seen(signal) {
    const { token, problem } = await session();
    if (problem) throw Object.assign(new Error(), { sentence: problem });
    const sent = new FormData();
    sent.append("kind", changesCodes() ? "changes" : "new");
    sent.append("name", this.name);
    sent.append("filetype", filetypeOf(this.file));
    if (filetypeOf(this.file) === "xlsx") {
      if (!this.body.firstChild) this.body.append(element("p", "The file is on its way. Its first rows are shown when it has arrived.", { class: "note" }));
      sent.append("record", await this.arrival());
    } else {
      sent.append("head", this.file.slice(0, FIRST_LOOK));
      sent.append("is_all", this.file.size <= FIRST_LOOK);
    }
    sent.append("options", JSON.stringify({ ...options(), ...this.reading, columns: this.named() }));
    const response = await fetch(form.dataset.previewUrl, { method: "POST", headers: { "X-CSRFToken": token }, body: sent, signal });
    if (!response.ok || response.redirected) throw new Error();
    return new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".seen");
  }

  /** Show what the server saw, without questions that were answered. */
  show(seen) {
    for (const asked of seen.querySelectorAll("[data-asked]")) if (this.settled.has(asked.dataset.asked)) asked.remove();
    this.exchange(seen);
  }

  /** Exchange what is shown. Of the same columns only what was said is new: what is typed in stays, and the focus. */
  exchange(seen) {
    const keys = (of) => JSON.stringify([...of.querySelectorAll("[data-key]")].map(({ dataset }) => dataset.key));
    if (this.readAnew || !this.body.querySelector("[data-key]") || keys(seen) !== keys(this.body)) {
      this.body.replaceChildren(seen);
      if (this.readAnew) (this.body.querySelector(`[data-option="${this.readAnew}"]`) ?? this.body.querySelector("input"))?.focus();
      this.readAnew = "";
      return;
    }
    this.body.querySelector(".seen").dataset.firstId = seen.dataset.firstId;
    for (const part of this.body.querySelectorAll("[data-part]")) {
      const now = seen.querySelector(`[data-part="${part.dataset.part}"]`);
      if (now && now.outerHTML !== part.outerHTML) part.replaceWith(now);
    }
    for (const input of this.body.querySelectorAll("[data-key]")) {
      const now = seen.querySelector(`[data-key="${CSS.escape(input.dataset.key)}"]`);
      input.toggleAttribute("aria-invalid", now.hasAttribute("aria-invalid"));
      if (now.dataset.suggested) input.dataset.suggested = now.dataset.suggested;
      else delete input.dataset.suggested;
    }
  }

  /** The names that were typed or taken over, by the column's key; what the file does not have is left out by the server. */
  named() {
    return this.body.querySelector("[data-key]") ? this.changes() : kept;
  }

  /** How the file is read and its columns are named, as the API's `process` takes it. */
  said() {
    return { ...this.reading, columns: this.changes() };
  }

  /** What the server is told: the new name by the column's name or place, an empty one for a column left out. */
  changes() {
    const inputs = [...this.body.querySelectorAll("[data-key]")];
    const names = inputs.map((input) => [input.dataset.key, input.disabled ? "" : input.value.trim(), input]);
    return Object.fromEntries(names.filter(([, name, input]) => input.disabled || name !== input.dataset.name).map(([key, name]) => [key, name]));
  }

  /** The first code's id, if the file shows one. */
  firstId() {
    return this.body.querySelector(".seen")?.dataset.firstId ?? "";
  }
}
