/** Ingestion templates on the upload page: filling the form by one, and keeping its options as one. */
import { clearErrors, empty, fill, form, options, part } from "./fields.js";
import { keep } from "./preview.js";
import { say } from "./words.js";
import { call } from "./transfer.js";

const chooser = document.querySelector("#choose-template");
const NONE = { fields: {}, faults: [] };
let chosen = chooser?.elements.template.value;

async function filledBy(template) {
  if (!template) return NONE;
  const response = await fetch(`${chooser.dataset.optionsUrl}?template=${template}`, { headers: { Accept: "application/json" } });
  return response.ok && !response.redirected ? response.json() : { fields: {}, faults: [say("It cannot be read now. Choose it again.")] };
}

function tell(faults) {
  const said = part("template-faults");
  said.hidden = !faults.length;
  said.querySelector("ul").replaceChildren(...faults.map((fault) => Object.assign(document.createElement("li"), { textContent: fault })));
}

/** Fill the form by the template that is chosen: what was typed into other fields stays, and the chosen files do. */
async function choose(previews) {
  const { value } = chooser.elements.template;
  const [before, now] = await Promise.all([filledBy(chosen), filledBy(value)]);
  if (chooser.elements.template.value !== value) return; // another was chosen meanwhile
  chosen = value;
  const isRead = ({ fields }) => "columns" in fields || "reading" in fields;
  empty(before.fields);
  fill(now.fields);
  tell(now.faults);
  if (isRead(before) || isRead(now)) keep(now.fields);
  for (const preview of previews()) {
    if (isRead(before) || isRead(now)) preview.lookAnew();
    else preview.lookSoon();
  }
}

/** Keep the options of the form, and those of the first file, under the name that was typed. */
async function keepOptions(preview, show) {
  const { default_scm_data, url_prefix, allow_posted_duplicates, delimiter, id_format } = options();
  const name = part("name").value;
  const said = { name, default_scm_data, url_prefix, allow_posted_duplicates, delimiter, id_format, ...preview?.said() };
  part("kept").textContent = "";
  try {
    const template = await call(form.dataset.templatesUrl, said);
    part("kept").textContent = say("{name} is kept. It is offered at the top of the upload page.", { name: template.name });
    part("name").value = "";
    chooser?.elements.template.add(new Option(template.name, template.id));
  } catch (refusal) {
    show(refusal);
  }
}

/** Have the page's templates work: `previews` gives those of the chosen files, `show` shows a Refusal. */
export function takeTemplates(previews, show) {
  chooser?.addEventListener("change", () => choose(previews));
  part("keep").hidden = false;
  document.querySelector("#keep-template").addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors();
    keepOptions(previews()[0], show);
  });
}
