// A half-written pin: kept on the device at each input, turned into a GeoJSON Feature when it is sent.
import { newId, newSecret, read, write } from "./device.js";

const EMPTY = {
  step: "where", shape: "point", corners: [], kind: "", name: "", title: "", words: "", transcript: "", about: "",
  from_year: "", to_year: "", year: "", step_free: "unknown", activity: "", told_lang: "", told_by: "",
  photos: [], audio: null, otherPlace: [], started: 0, website2: "",
};

export function draftName(slug, place, edit, given = null) {
  const about = given && (given.osm || [given.name, given.at].join(":")); // each has a draft of its own
  return `mm-draft:${slug}:${edit ? `edit:${edit}` : place ? `place:${place}` : about ? `given:${about}` : ""}`;
}

// Begin with what the page's address told: a name, a spot, what people do there, and whose knowledge it is.
export function begin(draft, given) {
  Object.assign(draft, { given, name: given.name, activity: given.activity, corners: given.at ? [given.at] : [] });
}

// Whose knowledge the name or the spot still is; nobody's once both were changed.
function sourceOf({ given, shape, corners, name }) {
  if (!given || !given.source) return "";
  const there = shape === "point" && corners.length === 1 && String(corners[0]) === String(given.at);
  return there || (given.name && name.trim() === given.name) ? given.source : "";
}

// The draft kept under `name`, or a new one; `mode` is place, story or edit.
export function openDraft(name, slug, lang, mode) {
  const kept = read(name, null);
  if (kept && kept.id && kept.secret) return { ...EMPTY, ...kept };
  return {
    ...EMPTY, slug, mode, base: null, id: newId("s"), secret: newSecret(), placeId: newId("p"), told_lang: lang,
    about: mode === "story" ? "past" : "", step: mode === "place" ? "where" : "what", started: Date.now(),
  };
}

export const saveDraft = (name, draft) => write(name, draft);
export const dropDraft = (name) => write(name, null);

export function hasContent(draft) {
  return Boolean(draft.corners.length || draft.name || draft.words || draft.title || draft.photos.length || draft.audio || draft.kind);
}

export function geometry(draft) {
  const corners = draft.corners;
  if (draft.shape === "line") return { type: "LineString", coordinates: corners };
  if (draft.shape === "area") return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
  return { type: "Point", coordinates: corners[0] };
}

// What the map shows of it: where it is, and of which kind.
export function seen(draft) {
  if (draft.mode === "story" || draft.storyOnly) return draft.base;
  return { type: "Feature", geometry: draft.fixedShape || geometry(draft), properties: { kind: draft.kind, activity: draft.activity } };
}

// Corners and shape of a geometry; null for one that this page cannot draw (several parts, holes).
export function fromGeometry(g) {
  if (g.type === "Point") return { shape: "point", corners: [g.coordinates] };
  if (g.type === "LineString") return { shape: "line", corners: g.coordinates };
  if (g.type === "Polygon" && g.coordinates.length === 1) return { shape: "area", corners: g.coordinates[0].slice(0, -1) };
  return null;
}

const year = (text) => (/^\s*-?\d{1,4}\s*$/.test(text) ? parseInt(text, 10) : null);
export const isYear = (text) => !text.trim() || year(text) !== null;

function photosOf(draft) {
  return draft.photos.map((photo) => ({
    id: photo.id, alt: photo.alt.trim() ? { ...photo.alts, [draft.told_lang]: photo.alt.trim() } : photo.alts || {},
    credit: draft.told_by.trim(), licence: photo.licence || "",
  }));
}

function kindOfStory(draft) {
  if (draft.about) return draft.about;
  return draft.kind === "historical" ? "past" : "present";
}

function storyOf(draft, before) {
  return {
    ...before, id: draft.storyId || `st-${draft.id}`, title: draft.title.trim(), text: draft.words.trim(), lang: draft.told_lang,
    told_by: draft.told_by.trim(), about: kindOfStory(draft), year: year(draft.year),
    photos: draft.photosOnPlace ? (before && before.photos) || [] : photosOf(draft),
    audio: draft.audio ? draft.audio.id : null, transcript: draft.audio ? draft.transcript.trim() : "",
  };
}

export const tells = (draft) => Boolean(draft.words.trim() || draft.audio || draft.title.trim());

// The place as it will be: the whole Feature, with what others wrote left as it is.
export function feature(draft) {
  const base = draft.base;
  const before = base ? base.properties : {};
  const stories = before.stories || [];
  const mine = draft.storyId || `st-${draft.id}`;
  const properties = { ...before, community: draft.slug };
  const onPlace = draft.mode !== "story" && (draft.photosOnPlace ?? true);
  const known = stories.find((one) => one.id === mine);
  const story = storyOf({ ...draft, photosOnPlace: onPlace }, known);
  const some = tells(draft) || story.photos.length;
  properties.stories = known ? stories.flatMap((one) => (one.id !== mine ? [one] : some ? [story] : [])) : some ? [...stories, story] : stories;
  if (draft.mode === "story") return { type: "Feature", id: base.id, geometry: base.geometry, properties: { stories: [story] } };
  if (draft.storyOnly) return { ...base, properties };
  const [from, to] = [year(draft.from_year), year(draft.to_year)];
  Object.assign(properties, {
    kind: draft.kind, name: { ...before.name, [draft.nameLang || draft.told_lang]: draft.name.trim() },
    activity: draft.activity || null, period: from === null && to === null ? null : { from, to },
    access: { ...before.access, step_free: draft.step_free },
  });
  if (onPlace) properties.photos = photosOf(draft);
  if (!base && sourceOf(draft)) properties.source = sourceOf(draft);
  return { type: "Feature", id: base ? base.id : draft.placeId, geometry: draft.fixedShape || geometry(draft), properties };
}

// The Feature with only what this person wrote, for looking through it before anything is sent.
export function ownWords(draft) {
  const drawn = draft.fixedShape || !draft.corners.length ? draft.fixedShape : geometry(draft);
  const named = (draft.photos || []).map((photo) => ({ ...photo, id: photo.id || photo.key }));
  const story = storyOf({ ...draft, photos: named, photosOnPlace: draft.mode === "place" }, null);
  const whole = { ...draft, photos: named };
  const properties = { stories: tells(draft) || story.photos.length ? [{ ...story, audio: draft.audio ? "kept" : null }] : [], photos: draft.mode === "place" ? photosOf(whole) : [] };
  if (draft.mode === "place") Object.assign(properties, { kind: draft.kind || "co-created", name: draft.name.trim() ? { [draft.told_lang]: draft.name.trim() } : {} });
  return { type: "Feature", geometry: drawn, properties };
}

// Fill the draft from what was sent before: `content` the whole Feature, `storyIds` those this person told.
export function fill(draft, content, storyIds, storyOnly) {
  const p = content.properties;
  const story = p.stories.find((one) => storyIds.includes(one.id));
  const drawn = fromGeometry(content.geometry);
  const lang = (story && story.lang) || Object.keys(p.name)[0] || draft.told_lang;
  const text = (value) => (value === null || value === undefined ? "" : String(value));
  const photos = ((storyOnly ? story && story.photos : p.photos) || []).map((photo) => ({
    id: photo.id, alts: photo.alt, alt: photo.alt[lang] || Object.values(photo.alt)[0] || "", licence: photo.licence,
  }));
  Object.assign(draft, {
    base: content, storyOnly, storyId: story ? story.id : "", nameLang: p.name[lang] ? lang : Object.keys(p.name)[0],
    kind: p.kind, name: p.name[lang] || Object.values(p.name)[0] || "", shape: drawn ? drawn.shape : "point",
    corners: drawn ? drawn.corners : [], fixedShape: drawn ? null : content.geometry, photosOnPlace: !storyOnly, photos,
    title: story ? story.title : "", words: story ? story.text : "", about: story ? story.about : "", year: story ? text(story.year) : "",
    told_by: story ? story.told_by : "", audio: story && story.audio ? { id: story.audio } : null,
    transcript: story ? story.transcript : "", told_lang: lang, activity: p.activity || "",
    step_free: (p.access && p.access.step_free) || "unknown", from_year: p.period ? text(p.period.from) : "", to_year: p.period ? text(p.period.to) : "",
  });
}
