/** The first rows of a file, read in the browser before it travels, as the readers on the server read them. */

import { IGNORED } from "./row_checks.js";

const FIRST_LOOK = 256 * 1024; // bytes, unpacked
const DELIMITERS = [",", ";", "\t", "|"];
export const MOST_ROWS = 50;

const BLANK = /^[^\S\ufeff]*$/; // no character but white space
const GUARD = /^'(?='*(?:[^\S\t\r\n]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]))/; // what the server puts before a formula

/**
 * `{columns, rows, isTable}` of a CSV or JSON file, or `{problem}` in words. A row is `{number, cells}`: its number in a
 * spreadsheet, the header being 1, or in the array, and its cells in the order of `columns`.
 */
export async function firstRows(file, delimiter) {
  if (/\.xlsx$/i.test(file.name)) return { problem: "An Excel file cannot be previewed here. It can be sent; every row is checked then." };
  const { bytes, isAll } = await beginning(file);
  const text = decode(bytes, isAll);
  return /\.json(\.gz)?$/i.test(file.name) ? objects(text) : records(text, delimiter, isAll);
}

async function beginning(file) {
  const mark = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isPacked = mark[0] === 0x1f && mark[1] === 0x8b;
  if (!isPacked) return { bytes: new Uint8Array(await file.slice(0, FIRST_LOOK).arrayBuffer()), isAll: file.size <= FIRST_LOOK };
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const bytes = new Uint8Array(FIRST_LOOK);
  let length = 0;
  while (length < FIRST_LOOK) {
    const { done, value } = await reader.read();
    if (done) return { bytes: bytes.slice(0, length), isAll: true };
    bytes.set(value.subarray(0, FIRST_LOOK - length), length);
    length = Math.min(FIRST_LOOK, length + value.length);
  }
  await reader.cancel();
  return { bytes, isAll: false };
}

function decode(bytes, isAll) {
  const encoding = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[bytes[0] * 256 + bytes[1]] ?? "utf-8";
  return new TextDecoder(encoding).decode(bytes, { stream: !isAll });
}

/* CSV */

function records(text, given, isAll) {
  const said = /^[\s,;|"]*?"?sep=([,;\t|])"?\r?\n/i.exec(text)?.[1];
  const tries = (given ? [given] : said ? [said] : DELIMITERS).map((each) => parse(text, each, isAll));
  const found = tries.find(([header]) => header?.cells.some((name) => name.trim() === "id")) ?? widest(tries);
  const [header, ...rows] = found;
  if (!header) return { problem: "The first line is too long to be shown here. The file can be sent; every row is checked then." };
  const isOurs = header.cells.some((name) => name.trim() === IGNORED); // then formulas are guarded
  const value = (cell) => (isOurs ? cell.replace(GUARD, "") : cell);
  return {
    columns: header.cells.map((name) => value(name.trim())),
    rows: rows.slice(0, MOST_ROWS).map(({ number, cells }) => ({ number, cells: cells.map(value) })),
    isTable: true,
  };
}

const widest = (tries) => tries.reduce((one, other) => ((other[0]?.cells.length ?? 0) > (one[0]?.cells.length ?? 0) ? other : one));

/** The records of CSV `text` that are whole, by RFC 4180, without blank ones and Excel's `sep=`; the header first. */
function parse(text, delimiter, isAll) {
  const found = [];
  let cells = [], cell = "", number = 1, isQuoted = false;
  const end = () => {
    const row = [...cells, cell];
    const isSep = !found.length && /^sep=.?$/i.test(row.join(""));
    if (!isSep && !row.every((each) => BLANK.test(each))) found.push({ number, cells: row });
    cells = []; cell = ""; number += 1;
  };
  for (let at = 0; at < text.length && found.length <= MOST_ROWS; at += 1) {
    const character = text[at];
    if (isQuoted && character === '"' && text[at + 1] === '"') { cell += '"'; at += 1; }
    else if (character === '"' && (isQuoted || cell === "")) isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === "\n" || character === "\r") { if (character === "\r" && text[at + 1] === "\n") at += 1; end(); }
    else if (character === delimiter) { cells.push(cell); cell = ""; }
    else cell += character;
  }
  if (isAll && (cell || cells.length) && found.length <= MOST_ROWS) end();
  return found;
}

/* JSON */

function objects(text) {
  const values = [];
  let depth = 0, start = -1, isText = false;
  for (let at = 0; at < text.length && values.length < MOST_ROWS; at += 1) {
    const character = text[at];
    if (isText) { if (character === "\\") at += 1; else if (character === '"') isText = false; }
    else if (character === '"') isText = true;
    else if (character === "{" || character === "[") { depth += 1; if (depth === 2) start = at; }
    else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 1) values.push(text.slice(start, at + 1));
    }
  }
  const parsed = values.map(parsedObject);
  if (!text.trimStart().startsWith("[") || !parsed.length || parsed.includes(null)) {
    return { problem: "This does not read as an array of objects, like [{\"id\": \"abc12345\"}]." };
  }
  const columns = [...new Set(parsed.flatMap(Object.keys))];
  const rows = parsed.map((row, at) => ({ number: at + 1, cells: columns.map((name) => shownValue(row[name])) }));
  return { columns, rows, isTable: false };
}

function parsedObject(text) {
  try {
    return text.startsWith("{") ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

const shownValue = (value) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
