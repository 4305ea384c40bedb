/** What the server will say of the first rows. `words` gives its sentence for each kind of error. */

const OWN = { id: "identifier", product: "product", activation_status: "activation status", blacklist_reason: "blacklist reason" };
const SCM_KEY = /^[a-z][a-z0-9_]{0,63}$/;
const IDENTIFIER = /^[A-Za-z0-9_-]{8,100}$/;
const VALUE = "(?!\\.{1,2}(?:/|$))(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}){1,20}";
const DIGITAL_LINK = new RegExp(`^/?01/(\\d{8}|\\d{12,14})(?:/10/${VALUE})?/21/${VALUE}$`);
const STATUS = /^[012]$/;
const REASON = /^([0-9]|10)$/;
const LOST = /[\0\ufffd]/; // NUL, and what the browser shows for a byte that it cannot read
const LONGEST_VALUE = 1000;
export const IGNORED = "errors (ignored)"; // the column of errors that the server gives back

const KEYS = ["extended_id", "id", "serial_number", "workorder"]; // what may name the codes that a file changes

/** The column that names the codes to change: the one that was `said`, else the first, else any with ids; in JSON, any that can. */
export function keyOf(names, said, isTable) {
  if (said) return said === "extended_id" && !names.includes(said) ? "id" : said;
  const [first] = names.filter((name) => name && name !== IGNORED);
  const anywhere = isTable ? KEYS.slice(0, 2) : KEYS;
  return [first, ...anywhere].find((name) => KEYS.includes(name) && names.includes(name)) ?? "";
}

/** What a column of this name is, in words; nothing when no column may have it. An `isEmpty` one needs no name. */
export function meaningOf(name, isEmpty = false) {
  if (!name && isEmpty) return "empty, left out";
  return OWN[name] ?? (name === IGNORED ? "ignored" : SCM_KEY.test(name) ? "SCM data" : "");
}

/**
 * What is wrong with `rows`, as `{number, column, kind, detail}`; `column` is a place among `names`, or -1 for the row. `names`
 * has null for a column that is left out; `products` is a set of SKUs, or null when they are not all known here; `isGs1`
 * is the format of the ids; `key` names the column of the codes, whose ids are new unless `isChange`; `defaults` has the upload's `activation_status` and `blacklist_reason`, as texts.
 */
export function problemsOf(rows, names, { key, isChange, products, ignoresRepeats, isGs1, defaults }) {
  const seen = new Map(); // the first row of each id
  const idAt = names.indexOf(key);
  return rows.flatMap(({ number, cells }) => {
    if (cells.length !== names.length) return [{ number, column: -1, kind: "invalid_row_error", detail: widthOf(cells, names) }];
    const found = cells.map((cell, column) => ({ number, column, kind: kindOf(names[column], cell, { key, isChange, products, isGs1 }) }));
    const id = cells[idAt];
    if (idAt < 0) found.push({ number, column: -1, kind: "missing_id_error" });
    else if (!found[idAt].kind && seen.has(id) && !ignoresRepeats) {
      Object.assign(found[idAt], { kind: "duplicate_id_error", detail: `It stands in row ${seen.get(id)} of the file.` });
    }
    if (!seen.has(id)) seen.set(id, number);
    found.push(...contradiction(number, cells, names, defaults, isChange));
    return found.filter(({ kind }) => kind);
  });
}

/** A blacklist reason of a code that is not blacklisted, by the row's own cells or the defaults; a code that is changed may be. */
function contradiction(number, cells, names, defaults, isChange) {
  const valueOf = (name) => cells[names.indexOf(name)] || defaults[name] || "";
  const [reason, status] = [valueOf("blacklist_reason") || "0", valueOf("activation_status") || (isChange ? "2" : "0")];
  if (reason === "0" || status === "2" || !REASON.test(reason) || !STATUS.test(status)) return [];
  const detail = `The reason ${reason} goes with activation status 2 alone.`;
  return [{ number, column: names.indexOf("blacklist_reason"), kind: "invalid_scm_field_error", detail }];
}

function widthOf(cells, names) {
  const few = cells.length < names.length ? "few" : "many";
  return `It has too ${few} fields: ${cells.length} where the header has ${names.length}.`;
}

/** Whether the server will take `id` for a GS1 Digital Link path; why not, it says itself. */
function isDigitalLink(id) {
  const gtin = DIGITAL_LINK.exec(id)?.[1].padStart(14, "0");
  return Boolean(gtin) && [...gtin].reduce((sum, digit, at) => sum + digit * (at % 2 ? 1 : 3), 0) % 10 === 0;
}

function kindOf(name, cell, { key, isChange, products, isGs1 }) {
  if (name === IGNORED) return "";
  if (LOST.test(cell)) return "invalid_row_error";
  if (name === null) return "";
  if (name === key && !cell) return "missing_id_error";
  if (isChange && name === key) return "";
  if (name === "id" && isGs1) return isDigitalLink(cell) ? "" : "invalid_id_error gs1";
  if (name === "id") return IDENTIFIER.test(cell) ? "" : "invalid_id_error";
  if (!cell) return "";
  if (name === "product") return products && !products.has(cell) ? "product_not_found_error" : "";
  if (name === "activation_status") return STATUS.test(cell) ? "" : "invalid_activation_status_error";
  if (name === "blacklist_reason") return REASON.test(cell) ? "" : "invalid_scm_field_error";
  return [...cell].length > LONGEST_VALUE ? "invalid_scm_field_error" : "";
}
