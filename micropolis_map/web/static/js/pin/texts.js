// Texts people wrote, as elements.
import { make } from "./page.js";

export function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).filter(Boolean).map((block) => make("p", {}, block));
}
