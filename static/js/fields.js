/** The upload form's fields: what is wrong with each, and the options they say. */

import { say } from "./words.js";

const SCM_KEY = /^[a-z][a-z0-9_]{0,63}$/;

export const form = document.querySelector("#upload");
export const part = (name) => form.querySelector(`#${name}`);
const page = form.closest(".upload");

/** Whether the files change codes that exist, rather than bring new ones. */
export const changesCodes = () => page.dataset.kind === "changes";

/** Take every message away. */
export function clearErrors() {
  for (const text of form.querySelectorAll(".wrong")) { text.hidden = true; text.textContent = ""; }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  part("failure").hidden = true;
}

/** Show `message` below the field `name` and give what should get the focus. */
export function showError(name, message) {
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

/** Show the API's `messages` about the field `name`, each where it belongs; gives what should get the focus. */
export function showMessages(name, messages) {
  const texts = Array.isArray(messages) ? messages.map(String) : [JSON.stringify(messages)];
  return texts.map((text) => (name === "default_scm_data" ? showScmError(text) : showError(name, text)))[0];
}

let scmRowsMade = 0;
const scmRows = () => [...part("scm-rows").children];
const scmOf = (row) => ({
  key: row.querySelector("[name=scm_key]").value.trim(),
  value: row.querySelector("[name=scm_value]").value,
});

/** One more pair of field name and value; gives its first field. */
function addScmRow(key = "", value = "") {
  const row = part("scm-row").content.firstElementChild.cloneNode(true);
  const number = scmRowsMade += 1;
  for (const field of row.querySelectorAll(".field")) {
    const control = field.querySelector("input");
    control.id = `${control.name}-${number}`;
    field.querySelector("label").htmlFor = control.id;
    const wrong = field.querySelector(".wrong");
    if (wrong) { wrong.id = `${control.id}-error`; control.setAttribute("aria-describedby", wrong.id); }
  }
  row.querySelector("[name=remove]").addEventListener("click", () => { row.remove(); part("add-scm").focus(); });
  part("scm-rows").append(row);
  const [first, second] = row.querySelectorAll("input");
  Object.assign(first, { value: key });
  Object.assign(second, { value });
  return first;
}

/** Whether the extra fields can be sent; what cannot is shown. */
export function checkScmRows() {
  const seen = new Set();
  const wrong = scmRows().flatMap((row) => {
    const { key, value } = scmOf(row);
    if (!key && !value) return [];
    const message = !SCM_KEY.test(key) ? say("Begin with a small letter, then use small letters, digits and _ only.")
      : seen.has(key) || ["id", "product", "activation_status"].includes(key) ? say("{key} is given already.", { key }) : "";
    seen.add(key);
    return message ? [showRowError(row, message)] : [];
  });
  wrong[0]?.focus();
  return wrong.length === 0;
}

/** The options of a file that changes codes. */
function changeOptions() {
  const { data_key: key, many, empty_marker: removes, delimiter, id_format: format } = form.elements;
  return {
    data_key: key.value.trim(),
    many: many.checked,
    empty_marker: removes.checked,
    delimiter: delimiter.value,
    id_format: format.value,
  };
}

/** What the API's `process` takes beside the record. */
export function options() {
  if (changesCodes()) return changeOptions();
  const { product, activation_status: status, url_prefix: prefix, reference, allow_posted_duplicates: ignore, delimiter, id_format: format } = form.elements;
  const extra = scmRows().map(scmOf).filter(({ key }) => key).map(({ key, value }) => [key, value]);
  const defaults = Object.fromEntries(extra);
  if (product.value) defaults.product = product.value.trim();
  if (status.value !== "0") defaults.activation_status = Number(status.value);
  return {
    default_scm_data: defaults,
    workorder: Number(workorder()?.value) || null,
    url_prefix: prefix.disabled ? "" : prefix.value.trim(),
    reference: reference.disabled ? "" : reference.value.trim(),
    allow_posted_duplicates: ignore.checked,
    delimiter: delimiter.value,
    id_format: format.value,
  };
}

/** Set the fields that a template fills, as the server names them. */
export function fill({ scm = "[]", ...values }) {
  for (const [name, field, value] of fieldsOf(values)) {
    if (name === "product" && field.options && ![...field.options].some((option) => option.value === value)) field.add(new Option(value));
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
  for (const [key, value] of JSON.parse(scm)) {
    const row = scmRows().find((each) => scmOf(each).key === key);
    if (row) row.querySelector("[name=scm_value]").value = value;
    else addScmRow(key, value);
  }
  part("options").open = true;
  showExample();
}

/** Empty those of the fields that a template filled which were not changed since. */
export function empty({ scm = "[]", ...values }) {
  for (const [, field, value] of fieldsOf(values)) {
    if (field.type === "checkbox") field.checked = false;
    else if (field.value === String(value)) field.value = field.options?.[0].value ?? "";
  }
  for (const [key, value] of JSON.parse(scm)) scmRows().find((row) => scmOf(row).key === key && scmOf(row).value === value)?.remove();
  showExample();
}

const fieldsOf = (values) => Object.entries(values).map(([name, value]) => [name, form.elements[name], value]).filter(([, field]) => field);

/** The field of the workorder that the codes join; null where there is none to choose. */
export const workorder = () => part("workorder");

/** A workorder that is there has a URL prefix and a name of its own. */
function showExample() {
  const field = part("url_prefix");
  const own = workorder()?.selectedOptions[0].dataset.prefix;
  field.disabled = part("reference").disabled = Boolean(own);
  part("url_example").textContent = own ?? (field.value.trim() || field.placeholder);
  part("url_prefix-doubt").hidden = !/[A-Za-z0-9]$/.test(own ?? field.value.trim());
  part("id_example").textContent = part("id_format").selectedOptions[0].dataset.example;
}

part("add-scm").addEventListener("click", () => addScmRow().focus());
for (const pair of JSON.parse(form.dataset.scm ?? "[]")) addScmRow(...pair);
part("url_prefix").addEventListener("input", showExample);
part("id_format").addEventListener("change", showExample);
workorder()?.addEventListener("change", showExample);
showExample();
