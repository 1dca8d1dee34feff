// What is told at a stop: words, voices, photos then and now; read aloud by the browser's own voice.
import { make, state, t } from "../js/pin/page.js";
import { paragraphs } from "../js/pin/texts.js";
import thenAndNow from "../js/parts/then_and_now.js";

const address = (photo) => `${state.base}/photos/${encodeURIComponent(photo.id)}/960.webp`;

function picture(photo) {
  const image = make("img", { src: address(photo), alt: photo.alt, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "no-picture" }, t("photo_missing"))));
  return make("figure", {}, image, photo.credit ? make("figcaption", {}, photo.credit) : null);
}

function shots(photos) {
  return photos.length ? make("div", { class: "shots" }, ...photos.map(picture)) : null;
}

function pairOf({ then, now }) {
  const holder = make("div", { class: "pair-of-photos" });
  const label = (word, photo) => (photo.year === null ? t(word) : String(photo.year));
  thenAndNow({
    parentElement: holder,
    data: {
      then: { src: address(then), alt: then.alt, label: label("then_label", then) }, now: { src: address(now), alt: now.alt, label: label("now_label", now) },
      texts: { slider: t("slider"), value: t("slider_value"), missing: t("photo_missing"), credit: [then.credit, now.credit].filter(Boolean).join(" / ") },
    },
  });
  return holder;
}

// A button that reads `parts` ({text, lang}) aloud, and stops.
export function readButton(parts) {
  const voices = window.speechSynthesis;
  const said = parts.filter((part) => part.text.trim());
  if (!voices || !said.length) return null;
  const note = make("span", { class: "status" });
  const button = make("button", { type: "button", class: "button read", "aria-pressed": "false" }, t("read"));
  const rest = () => { button.textContent = t("read"); button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    const reading = button.getAttribute("aria-pressed") === "true";
    voices.cancel();
    if (reading) { rest(); return; }
    for (const other of document.querySelectorAll('.read[aria-pressed="true"]')) { other.textContent = t("read"); other.setAttribute("aria-pressed", "false"); }
    const known = voices.getVoices();
    const voiceOf = (lang) => known.find((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(lang));
    const missing = said.find((part) => known.length && !voiceOf(part.lang));
    note.textContent = missing ? t("no_voice", { language: new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(missing.lang) }) : "";
    if (missing) return;
    said.flatMap((part) => part.text.split(/\n\s*\n/).map((text) => ({ ...part, text }))).forEach((part, index, all) => {
      const spoken = new SpeechSynthesisUtterance(part.text);
      spoken.lang = part.lang;
      spoken.voice = voiceOf(part.lang) || null;
      if (index === all.length - 1) spoken.addEventListener("end", rest);
      spoken.addEventListener("error", rest);
      voices.speak(spoken);
    });
    button.textContent = t("read_stop");
    button.setAttribute("aria-pressed", "true");
  });
  return make("p", { class: "ways" }, button, note);
}

export const hush = () => window.speechSynthesis && window.speechSynthesis.cancel();

function storyOf(story) {
  const told = [story.toldBy ? t("told_by", { name: story.toldBy }) : "", story.year === null ? "" : String(story.year), story.translated ? t("translated") : ""].filter(Boolean).join(" · ");
  const parts = [{ text: story.title, lang: story.lang }, { text: story.text || story.transcript, lang: story.lang }];
  const voice = story.audio ? make("figure", { class: "voice" }, make("figcaption", {}, t("recording")), make("audio", { controls: true, preload: "metadata", src: `${state.base}/audio/${encodeURIComponent(story.audio)}` })) : null;
  const words = story.transcript ? make("details", { class: "more", lang: story.audioLang }, make("summary", {}, t("words_of")), ...paragraphs(story.transcript)) : null;
  return make("article", { class: "tale" },
    story.title ? make("h2", { lang: story.lang }, story.title) : null, shots(story.photos), voice, words,
    make("div", { lang: story.lang }, ...paragraphs(story.text)), told ? make("footer", {}, told) : null, readButton(parts));
}

export function toldAt(stop, tell) {
  const about = stop.about.text.trim();
  const steps = { yes: "steps_yes", limited: "steps_limited", no: "steps_no" }[stop.stepFree];
  return [
    steps ? make("p", { class: "chips" }, make("span", { class: "chip" }, t(steps))) : null,
    stop.pair ? pairOf(stop.pair) : shots(stop.photos),
    about ? make("div", { class: "tale lead", lang: stop.about.lang }, ...paragraphs(about), readButton([stop.about])) : null,
    ...stop.stories.map(storyOf),
    make("div", { class: "box" }, stop.stories.length ? null : make("p", {}, t("no_story")), make("p", { class: "ways" }, make("button", { type: "button", class: "button", onclick: tell }, t("tell")))),
  ].filter(Boolean);
}
