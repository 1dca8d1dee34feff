// Two photos of one place, one above the other; a range input draws the curtain: by finger, mouse or keys.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".mm-then-now") || parentElement.appendChild(document.createElement("div"));
  root.className = "mm-then-now";
  const known = JSON.stringify(data);
  if (root.dataset.known === known) return;
  root.dataset.known = known;
  root.replaceChildren();
  const make = (tag, properties, inside) => inside.appendChild(Object.assign(document.createElement(tag), properties));

  const frame = make("div", { className: "mm-curtain" }, root);
  const picture = (one, name) => {
    const image = make("img", { src: one.src, alt: one.alt, className: `mm-${name}`, draggable: false }, frame);
    image.addEventListener("error", () => { image.alt = data.texts.missing; image.classList.add("is-missing"); });
    make("span", { className: `mm-date mm-date-${name}`, textContent: one.label }, frame);
    return image;
  };
  picture(data.now, "now");
  const then = picture(data.then, "then");
  const line = make("span", { className: "mm-line", ariaHidden: "true" }, frame);
  const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50, ariaLabel: data.texts.slider }, frame);
  const draw = () => {
    then.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    line.style.left = `${slider.value}%`;
    slider.setAttribute("aria-valuetext", data.texts.value.replace("{n}", slider.value));
  };
  slider.addEventListener("input", draw);
  draw();
  make("p", { className: "mm-quiet", textContent: data.texts.credit }, root);
}
