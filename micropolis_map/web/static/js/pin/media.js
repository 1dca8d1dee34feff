// Photos and the recorded voice: kept on the device, sent only with the pin.
import { $, figure, make, state, t } from "./page.js";
import { dropBlob, getBlob, keepBlob } from "./device.js";

const MOST = 5;
const LARGEST = 15 * 1024 * 1024;
const LONGEST_S = 600;
const ascii = (bytes, from, to) => String.fromCharCode(...bytes.slice(from, to));

// What a file is by its first bytes, whatever its name says; empty when it is no photo.
export function photoType(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (bytes[0] === 0x89 && ascii(bytes, 1, 4) === "PNG") return "image/png";
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP") return "image/webp";
  const brand = ascii(bytes, 4, 8) === "ftyp" ? ascii(bytes, 8, 12) : "";
  return ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"].includes(brand) ? "image/heic" : "";
}

const urls = new Map(); // blob key -> object URL

// The address of a kept file, or of one that was sent: what only its author may see is asked for with the key.
export async function mediaUrl(file, address, secret) {
  if (!file.key) {
    if (!secret) return address;
    if (!urls.has(address)) {
      const answer = await fetch(address, { headers: { "X-Micropolis-Key": secret } });
      if (!answer.ok) return "";
      urls.set(address, URL.createObjectURL(await answer.blob()));
    }
    return urls.get(address);
  }
  if (!urls.has(file.key)) {
    const blob = await getBlob(file.key);
    if (blob) urls.set(file.key, URL.createObjectURL(blob));
  }
  return urls.get(file.key) || "";
}

const photoUrl = (photo, secret) => mediaUrl(photo, `${state.base}/photos/${encodeURIComponent(photo.id)}/960.webp`, secret);
export const audioUrl = (audio, secret) => mediaUrl(audio, `${state.base}/audio/${encodeURIComponent(audio.id)}`, secret);

export function picture(photo, alt, secret) {
  const image = make("img", { alt, decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "no-picture" }, t("photo_no_preview"))));
  photoUrl(photo, secret).then((url) => { image.src = url; });
  return image;
}

export function mediaFields(draft, changed) {
  function showPhotos() {
    $("photo-list").replaceChildren(...draft.photos.map((photo, index) => {
      const id = `alt-${index}`;
      return make("li", {},
        picture(photo, photo.alt || t("photo_n", { n: index + 1 }), draft.secret),
        make("p", { class: "field" }, make("label", { for: id }, t("photo_alt")),
          make("input", { id, value: photo.alt, maxLength: 500, autocomplete: "off", oninput: (event) => { photo.alt = event.target.value; changed(); } })),
        make("button", { type: "button", class: "button small", "aria-label": `${t("photo_remove")}: ${t("photo_n", { n: index + 1 })}`, onclick: () => remove(photo) }, "✕"));
    }));
  }

  function remove(photo) {
    draft.photos = draft.photos.filter((one) => one !== photo);
    if (photo.key) dropBlob(photo.key);
    showPhotos();
    changed();
    $("photos").focus();
  }

  async function take(file) {
    const name = file.name || t("photos");
    if (draft.photos.length >= MOST) return t("photo_too_many", { name });
    if (file.size > LARGEST) return t("photo_too_large", { name, mb: figure(file.size / 1048576, 1) });
    const type = photoType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
    if (!type || (type !== "image/heic" && !(await opens(file)))) return t("photo_no_photo", { name });
    draft.photos.push({ key: await keepBlob(file.slice(0, file.size, type)), alt: "" });
    return "";
  }

  async function opens(file) {
    try {
      (await createImageBitmap(file)).close();
      return true;
    } catch (error) {
      console.info(`${file.name} does not open`, error);
      return false;
    }
  }

  $("photos").addEventListener("change", async () => {
    const files = [...$("photos").files];
    const problems = [];
    for (const file of files) problems.push(await take(file));
    $("photos").value = "";
    $("photos-error").textContent = problems.filter(Boolean).join(" ");
    showPhotos();
    changed();
  });

  voice(draft, changed);
  showPhotos();
  return { showPhotos };
}

function voice(draft, changed) {
  let recorder = null;
  let since = 0;
  const clock = () => {
    const s = Math.floor((Date.now() - since) / 1000);
    $("record-status").textContent = t("recording", { s: `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}` });
    if (s >= LONGEST_S && recorder) stop(t("record_full"));
  };
  let ticking = 0;

  async function show() {
    $("recording").hidden = !draft.audio;
    $("record").hidden = Boolean(draft.audio) || !window.MediaRecorder || !navigator.mediaDevices;
    if (draft.audio) $("playback").src = await audioUrl(draft.audio, draft.secret);
  }

  function stop(message = "") {
    clearInterval(ticking);
    recorder.stop();
    recorder = null;
    $("record").lastChild.textContent = t("record");
    $("record").classList.remove("on");
    $("record-status").textContent = message;
  }

  async function start() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      console.info("no microphone", error);
      $("record-status").textContent = t("record_denied");
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = async () => {
      stream.getTracks().forEach((track) => track.stop());
      const type = (parts[0] && parts[0].type) || "audio/webm";
      draft.audio = { key: await keepBlob(new Blob(parts, { type })) };
      changed();
      await show();
      $("playback").focus();
    };
    recorder.start(1000);
    since = Date.now();
    ticking = setInterval(clock, 250);
    $("record").lastChild.textContent = t("record_stop");
    $("record").classList.add("on");
  }

  $("record").addEventListener("click", () => (recorder ? stop() : start()));
  $("unrecord").addEventListener("click", async () => {
    const { audio } = draft;
    draft.audio = null;
    draft.transcript = "";
    $("transcript").value = "";
    if (audio && audio.key) await dropBlob(audio.key);
    changed();
    await show();
    $("record").focus();
  });
  show();
}
