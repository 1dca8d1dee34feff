// Texts whose contrast with what lies behind them is below 4.5: [contrast, text, class, ink, ground] each.
// Left out: what is disabled or hidden, signs drawn by a font, and what stands on a picture.
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const SKIP = "script, style, noscript, option, template, title, [data-testid=stIconMaterial], :disabled, [aria-disabled=true]";

  function rgba(colour) {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);

  function luminance(colour) {
    const [r, g, b] = colour.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  // The colour behind the middle of a box: of those around the text that reach there; null on a picture.
  function ground(element, box) {
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const layers = [];
    for (let around = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      const its = around.getBoundingClientRect();
      if (style.display !== "contents" && (y < its.top || y > its.bottom || x < its.left || x > its.right)) continue;
      if (style.backgroundImage !== "none" && !style.backgroundImage.includes("data:image/svg")) return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] > 0.995) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
    return layers.reverse().reduce((below, top) => over(top, below), rgba(dark ? "#121212" : "#fff"));
  }

  // How much of an element is seen, 0 to 1.
  function seen(element) {
    let much = 1;
    for (let around = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.clipPath !== "none") return 0;
      much *= Number(style.opacity);
    }
    return much;
  }

  const poor = new Map();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.data.trim();
    if (!text || element.closest(SKIP)) continue;
    const style = getComputedStyle(element);
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    if (style.visibility !== "visible" || parseFloat(style.fontSize) < 2 || box.width < 3 || box.height < 3) continue;
    const much = seen(element);
    const behind = much > 0.05 && ground(element, box);
    if (!behind) continue;
    const [r, g, b, a] = rgba(element instanceof SVGElement ? style.fill : style.color);
    const found = contrast(over([r, g, b, a * much], behind), behind);
    const name = String((element.closest("[class]") || element).getAttribute("class")).slice(0, 60);
    if (found < 4.5) poor.set(name, [found.toFixed(2), text.slice(0, 40), name, style.color, behind.map(Math.round).join()]);
  }
  return [...poor.values()];
}
