/** The preview of one file: its first rows, the names of its columns to change, and what is wrong. */
import { firstRows } from "./first_rows.js";
import { changesCodes, form, options, part } from "./fields.js";
import { IGNORED, keyOf, meaningOf, problemsOf } from "./row_checks.js";

const MOST_TOLD = 8; // problems in words below a preview
const words = Object.fromEntries([...part("words").content.children].map((each) => [each.dataset.kind, each.textContent]));
const TWICE = "named twice"; // what is wrong with a column's name
const kept = JSON.parse(form.dataset.columns ?? "{}"); // names given to the columns of an earlier file
let made = 0;

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Shows the first rows of `file` in `root`, which the page places; `onChange` hears when names change. */
export class Preview {
  columns = [];
  rows = [];
  controls = [];

  /** `number` counts the files of one name. */
  constructor(file, number, onChange, onRemove) {
    const title = `preview-${made += 1}`;
    const name = number > 1 ? `${file.name} (${number})` : file.name;
    Object.assign(this, { file, name, onChange });
    this.root = element("section", "", { class: "sheet stack preview", "aria-labelledby": title });
    const line = element("div", "", { class: "head-line" });
    const remove = element("button", "Remove", { type: "button", class: "button quiet", "aria-label": `Remove ${name}` });
    remove.addEventListener("click", onRemove);
    line.append(element("h3", name, { id: title }), remove);
    this.body = element("div", "", { class: "stack" });
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

  /** Read the file's first rows, again when the delimiter was set. Names that were typed stay where columns stay. */
  async read() {
    const typed = this.columns.length ? this.changes() : kept;
    const seen = await firstRows(this.file, form.elements.delimiter.value).catch(() => ({ problem: "The file cannot be read here. If it is packed or moved, choose it again." }));
    this.columns = seen.columns ?? [];
    this.rows = seen.rows ?? [];
    this.isTable = seen.isTable;
    this.keys = seen.isTable ? keysOf(this.columns) : this.columns;
    this.isEmpty = this.columns.map((name, at) => !name && seen.isTable && this.rows.every(({ cells }) => !cells[at]?.trim()));
    this.controls = this.columns.map((name, at) => this.control(name, typed[this.keys[at]], at));
    this.body.replaceChildren(...(seen.problem ? [element("p", seen.problem, { class: "notice wait" })] : [this.table(), this.told]));
    this.check();
  }

  control(name, typed, at) {
    const column = `column ${at + 1}, ${name || "without a name"}`;
    const input = element("input", "", { "aria-label": `Name of ${column}`, autocomplete: "off", spellcheck: "false" });
    input.value = typed || name;
    const keep = element("input", "", { type: "checkbox", "aria-label": `Use ${column}` });
    keep.checked = typed !== "";
    const meaning = element("small");
    input.addEventListener("input", () => this.check());
    keep.addEventListener("change", () => this.check());
    return { input, keep, meaning };
  }

  table() {
    const head = element("tr");
    head.append(element("th", "Row", { scope: "col" }), ...this.controls.map(({ input, keep, meaning }) => {
      const cell = element("th", "", { scope: "col" });
      const use = element("label", "", { class: "use" });
      use.append(keep, " Use");
      cell.append(input, meaning, use);
      return cell;
    }));
    const body = element("tbody");
    for (const { number, cells } of this.rows) {
      const line = element("tr");
      line.append(element("th", String(number), { scope: "row" }), ...this.columns.map((_, at) => element("td", (cells[at] ?? "").slice(0, 200))));
      body.append(line);
    }
    const table = element("table", "", { class: "example", "aria-label": `First rows of ${this.name}` });
    const top = element("thead");
    top.append(head);
    table.append(top, body);
    const frame = element("div", "", { class: "rows first-rows", tabindex: "0", role: "region", "aria-label": `Preview of ${this.name}` });
    frame.append(table);
    this.lines = [...body.children];
    this.told = element("div", "", { class: "stack", role: "status" });
    return frame;
  }

  /** The columns' names as they will count; null for one left out. */
  names() {
    return this.controls.map(({ input, keep }) => (keep.checked ? input.value.trim() : null));
  }

  /** What the server is told: the new name by the column's name or place, an empty one for a column left out. */
  changes() {
    const names = this.names();
    const isChanged = (at) => names[at] !== this.columns[at];
    return Object.fromEntries(this.keys.map((key, at) => [key, names[at] ?? ""]).filter((_, at) => isChanged(at)));
  }

  /** The first code's id, if the file shows one. */
  firstId() {
    return this.rows[0]?.cells[this.names().indexOf("id")] ?? "";
  }

  check() {
    if (!this.columns.length) return this.onChange();
    const names = this.names();
    const key = changesCodes() ? keyOf(names, options().data_key, this.isTable) : "id";
    const wrong = names.map((name, at) => this.wrongName(names, name, at));
    this.controls.forEach(({ input, keep, meaning }, at) => {
      input.disabled = !keep.checked;
      input.setAttribute("aria-invalid", String(Boolean(wrong[at])));
      meaning.textContent = keep.checked ? wrong[at] || this.meaning(names[at], key, at) : "left out";
    });
    const problems = problemsOf(this.rows, names, {
      key,
      isChange: changesCodes(),
      products: knownProducts(),
      ignoresRepeats: !changesCodes() && form.elements.allow_posted_duplicates.checked,
      isGs1: form.elements.id_format.value === "gs1",
      defaults: changesCodes() ? {} : defaultTexts(),
    });
    this.mark(problems);
    this.tell(problems, names, wrong, key);
    return this.onChange();
  }

  /** What the column is, in words. */
  meaning(name, key, at) {
    return changesCodes() && name === key ? "names the code" : meaningOf(name, this.isEmpty[at]);
  }

  /** What is wrong with the name of the column at this place; nothing when it will do. */
  wrongName(names, name, at) {
    if (name === null || (!name && this.isEmpty[at])) return "";
    if (!meaningOf(name)) return "cannot be a field name";
    return names.indexOf(name) !== at && name !== IGNORED ? TWICE : "";
  }

  mark(problems) {
    for (const cell of this.root.querySelectorAll(".bad")) { cell.classList.remove("bad"); cell.removeAttribute("title"); }
    const byNumber = new Map(this.rows.map(({ number }, at) => [number, this.lines[at]]));
    for (const { number, column, kind } of problems) {
      const cell = byNumber.get(number).children[column + 1];
      cell.classList.add("bad");
      cell.title = words[kind];
    }
  }

  tell(problems, names, wrong, key) {
    const hasId = names.includes(key);
    const ofColumns = wrong.flatMap((why, at) => (why ? [columnSentence(at, names[at], why)] : []));
    const sentences = hasId ? [...ofColumns, ...problems.map((problem) => sentence(problem, names))] : ofColumns;
    const list = element("ul", "", { "aria-label": `Problems in the first rows of ${this.name}` });
    list.append(...sentences.slice(0, MOST_TOLD).map((told) => element("li", told)));
    if (sentences.length > MOST_TOLD) list.append(element("li", `And ${sentences.length - MOST_TOLD} more.`));
    const parts = hasId ? [] : [element("p", withoutKey(key), { class: "notice wait" })];
    if (sentences.length) parts.push(list);
    else if (hasId) parts.push(this.praise());
    this.told.replaceChildren(...parts);
  }

  praise() {
    const { length } = this.rows;
    if (!length) return element("p", "No row was found where the file begins; the check reads all of it.", { class: "notice wait" });
    return element("p", `Nothing is wrong in the first ${length === 1 ? "row" : `${length} rows`}.`, { class: "note" });
  }
}

/** How the server is told of each column of a table: by its name, or by its place where that is not enough. */
function keysOf(columns) {
  let place = 0;
  return columns.map((name) => {
    if (name === IGNORED) return name; // our column of errors has no place
    place += 1;
    const isClear = name && !/^#[1-9][0-9]*$/.test(name) && columns.indexOf(name) === columns.lastIndexOf(name);
    return isClear ? name : `#${place}`;
  });
}

/** The upload's defaults of status and reason, as cells would say them. */
function defaultTexts() {
  const { activation_status: status, blacklist_reason: reason } = options().default_scm_data;
  return { activation_status: String(status ?? ""), blacklist_reason: reason ?? "" };
}

/** What to do about a file none of whose columns names the codes. */
function withoutKey(key) {
  if (!changesCodes()) return "No column is named id, so the check will refuse this file. Name the column with your identifiers id.";
  const named = key ? `No column is named ${key}` : "No column names the codes";
  return `${named}, so the check will refuse this file. Name the column of ids extended_id, let serial_number or workorder be the first column, or say in the options which column names them.`;
}

function columnSentence(at, name, why) {
  const column = `Column ${at + 1}, ${name || "without a name"}`;
  if (why === TWICE) return `${column}, is named twice. Rename it, or leave it out.`;
  return `${column}, ${why}. Begin with a small letter and go on with small letters, digits and _, or leave the column out.`;
}

function sentence({ number, column, kind, detail }, names) {
  const where = column < 0 ? `Row ${number}` : `Row ${number}, ${names[column] ?? "left out"}`;
  return `${where}: ${words[kind]}${detail ? ` ${detail}` : ""}`;
}

/** The SKUs to choose from, or null when they are too many for the page. */
function knownProducts() {
  const { options } = form.elements.product;
  return options ? new Set([...options].map(({ value }) => value).filter(Boolean)) : null;
}
