// Step 2, what: the fields; each keeps its input in the draft at once, each error stands beside its field.
import { $, t } from "./page.js";
import { isYear, tells } from "./draft.js";
import { mediaFields } from "./media.js";

const TEXTS = ["name", "title", "words", "transcript", "from_year", "to_year", "year", "told_by", "activity", "told_lang", "website2"];
const RADIOS = ["kind", "about", "step_free"];
const form = $("what");

export function whatStep(draft, { changed, named }) {
  const media = mediaFields(draft, changed);

  function show() {
    const story = draft.mode === "story" || Boolean(draft.storyOnly);
    form.dataset.mode = story ? "story" : "place";
    for (const node of form.querySelectorAll("[data-for]")) node.hidden = node.dataset.for !== (story ? "story" : "place");
    for (const name of TEXTS) form.elements[name].value = draft[name] || "";
    for (const name of RADIOS) for (const radio of form.querySelectorAll(`[name=${name}]`)) radio.checked = radio.value === draft[name];
    if (["from_year", "to_year", "year", "activity", "told_by"].some((name) => draft[name]) || draft.step_free !== "unknown") $("more").open = true;
    media.showPhotos();
  }

  form.addEventListener("input", (event) => {
    const { name, value } = event.target;
    if (TEXTS.includes(name) || RADIOS.includes(name)) {
      draft[name] = value;
      clear(name);
      changed();
    }
    if (name === "name") named();
  });
  form.addEventListener("change", (event) => {
    if (TEXTS.includes(event.target.name)) { draft[event.target.name] = event.target.value; changed(); }
  });

  function errorOf(name) {
    return $(`${{ from_year: "years", to_year: "years", year: "years", title: "words" }[name] || name}-error`);
  }

  function clear(name) {
    const node = errorOf(name);
    if (node) node.textContent = "";
    for (const field of form.querySelectorAll(`[name=${name}]`)) field.removeAttribute("aria-invalid");
  }

  function wrong(name, text) {
    errorOf(name).textContent = text;
    const field = form.querySelector(`[name=${name}]`);
    field.setAttribute("aria-invalid", "true");
    return field;
  }

  // The first field that must be corrected, null when all is well.
  function check() {
    for (const name of [...TEXTS, ...RADIOS]) clear(name);
    const fields = [];
    if (form.dataset.mode === "place") {
      if (!draft.kind) fields.push(wrong("kind", t("kind_missing")));
      if (!draft.name.trim()) fields.push(wrong("name", t("name_missing")));
    } else if (!tells(draft) && !draft.photos.length) fields.push(wrong("words", t("story_missing")));
    const years = form.dataset.mode === "place" ? ["from_year", "to_year"] : ["year"];
    for (const name of years) if (!isYear(draft[name])) fields.push(wrong(name, t("year_wrong")));
    if (!fields.length && years.length === 2 && draft.from_year && draft.to_year && Number(draft.from_year) > Number(draft.to_year)) {
      fields.push(wrong("from_year", t("years_wrong")));
    }
    if (fields.some((field) => ["from_year", "to_year", "year"].includes(field.name))) $("more").open = true;
    $("what-error").textContent = fields.length ? t("correct") : "";
    return fields[0] || null;
  }

  show();
  return { show, check, wrong };
}
