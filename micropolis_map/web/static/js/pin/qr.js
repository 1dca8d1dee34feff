// QR codes (ISO/IEC 18004), byte mode, level M, versions 1–10: enough for a link of 213 bytes.
// Drawn here, so that the private link never travels to be drawn elsewhere.
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
const CHECK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26]; // check words of a block at level M
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const ALIGN = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

const EXP = [];
const LOG = [];
for (let i = 0, x = 1; i < 255; i += 1) {
  EXP[i] = x;
  LOG[x] = i;
  x = x & 128 ? (x << 1) ^ 0x11d : x << 1;
}
const times = (a, b) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

function checkWords(data, count) {
  let divisor = [1];
  for (let i = 0; i < count; i += 1) {
    const next = [...divisor, 0];
    divisor.forEach((value, at) => { next[at + 1] ^= times(value, EXP[i]); });
    divisor = next;
  }
  const rest = [...data, ...new Array(count).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const factor = rest[i];
    if (factor) divisor.forEach((value, at) => { rest[i + at] ^= times(value, factor); });
  }
  return rest.slice(data.length);
}

function codewords(bytes, version) {
  const total = CODEWORDS[version - 1];
  const blocks = BLOCKS[version - 1];
  const check = CHECK[version - 1];
  const room = total - blocks * check;
  const bits = [];
  const put = (value, length) => { for (let i = length - 1; i >= 0; i -= 1) bits.push((value >> i) & 1); };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let i = 0; i < bits.length; i += 8) data.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const parts = [];
  const short = Math.floor(room / blocks);
  for (let i = 0, at = 0; i < blocks; i += 1) {
    const length = short + (i >= blocks - (room % blocks) ? 1 : 0);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const sums = parts.map((part) => checkWords(part, check));
  const out = [];
  for (let i = 0; i <= short; i += 1) for (const part of parts) if (i < part.length) out.push(part[i]);
  for (let i = 0; i < check; i += 1) for (const sum of sums) out.push(sum[i]);
  return out;
}

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function frame(version) {
  const size = version * 4 + 17;
  const dark = Array.from({ length: size }, () => new Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => new Array(size).fill(false));
  const set = (x, y, value) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y][x] = value;
    fixed[y][x] = true;
  };
  for (let i = 0; i < size; i += 1) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let dy = -4; dy <= 4; dy += 1) for (let dx = -4; dx <= 4; dx += 1) {
      const far = Math.max(Math.abs(dx), Math.abs(dy));
      set(cx + dx, cy + dy, far !== 2 && far !== 4);
    }
  }
  const align = ALIGN[version - 1];
  const last = align.length - 1;
  align.forEach((cx, i) => align.forEach((cy, j) => {
    if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
    for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) {
      set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }
  }));
  return { size, dark, fixed, set };
}

function writeFormat({ size, set }, mask, version) {
  let rest = mask; // level M is 00
  for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (i) => ((bits >> i) & 1) !== 0;
  for (let i = 0; i <= 5; i += 1) set(8, i, bit(i));
  set(8, 7, bit(6)); set(8, 8, bit(7)); set(7, 8, bit(8));
  for (let i = 9; i < 15; i += 1) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i += 1) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i += 1) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
  if (version < 7) return;
  let check = version;
  for (let i = 0; i < 12; i += 1) check = (check << 1) ^ ((check >> 11) * 0x1f25);
  const told = (version << 12) | check;
  for (let i = 0; i < 18; i += 1) {
    const value = ((told >> i) & 1) !== 0;
    set(size - 11 + (i % 3), Math.floor(i / 3), value);
    set(Math.floor(i / 3), size - 11 + (i % 3), value);
  }
}

function writeData({ size, dark, fixed }, words, mask) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (let j = 0; j < 2; j += 1) {
        const x = right - j;
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (fixed[y][x]) continue;
        const value = at < words.length * 8 && ((words[at >> 3] >> (7 - (at & 7))) & 1) === 1;
        at += 1;
        dark[y][x] = value !== MASKS[mask](x, y);
      }
    }
  }
}

// How hard a pattern is to read: runs, squares, finder look-alikes, too much dark.
function penalty({ size, dark }) {
  let sum = 0;
  let count = 0;
  const look = ["10111010000", "00001011101"];
  for (let turned = 0; turned < 2; turned += 1) {
    for (let i = 0; i < size; i += 1) {
      let row = "";
      for (let j = 0; j < size; j += 1) row += (turned ? dark[j][i] : dark[i][j]) ? "1" : "0";
      for (const run of row.match(/0+|1+/g)) if (run.length >= 5) sum += run.length - 2;
      for (let j = 0; j + 11 <= size; j += 1) if (look.includes(row.slice(j, j + 11))) sum += 40;
    }
  }
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
    const value = dark[y][x];
    if (value) count += 1;
    if (y + 1 < size && x + 1 < size && dark[y][x + 1] === value && dark[y + 1][x] === value && dark[y + 1][x + 1] === value) sum += 3;
  }
  return sum + Math.floor(Math.abs((count * 20) / (size * size) - 10)) * 10;
}

// The pattern of `text`: rows of booleans, true is dark; `only` takes that mask instead of the best.
export function qrMatrix(text, only = null) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = CODEWORDS.findIndex((total, i) => bytes.length + (i < 9 ? 2 : 3) <= total - BLOCKS[i] * CHECK[i]) + 1;
  if (!version) throw new RangeError(`${bytes.length} bytes are too many for a QR code here; shorten the text`);
  const words = codewords(bytes, version);
  let best = null;
  for (let mask = 0; mask < 8; mask += 1) {
    if (only !== null && mask !== only) continue;
    const code = frame(version);
    writeFormat(code, mask, version);
    writeData(code, words, mask);
    const cost = penalty(code);
    if (!best || cost < best.cost) best = { cost, dark: code.dark };
  }
  return best.dark;
}

export function qrSvg(text, label) {
  const rows = qrMatrix(text);
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const size = rows.length + 8;
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  const paper = document.createElementNS(ns, "path");
  paper.setAttribute("d", `M0 0h${size}v${size}H0z`);
  paper.setAttribute("fill", "#fff");
  const ink = document.createElementNS(ns, "path");
  let d = "";
  rows.forEach((row, y) => row.forEach((value, x) => { if (value) d += `M${x + 4} ${y + 4}h1v1h-1z`; }));
  ink.setAttribute("d", d);
  ink.setAttribute("fill", "#1d2b30");
  svg.append(paper, ink);
  return svg;
}
