// Where somebody is on a line: metres along it, metres beside it, which way is ahead. Pairs are [lon, lat].
const EARTH_M = 6371008.8;
const RAD = Math.PI / 180;

export function metres([lon1, lat1], [lon2, lat2]) {
  const x = (lon2 - lon1) * RAD * Math.cos(((lat1 + lat2) / 2) * RAD);
  return EARTH_M * Math.hypot(x, (lat2 - lat1) * RAD);
}

// Compass bearing in degrees, 0 is north.
export function bearing([lon1, lat1], [lon2, lat2]) {
  const x = (lon2 - lon1) * Math.cos(((lat1 + lat2) / 2) * RAD);
  return (Math.atan2(x, lat2 - lat1) / RAD + 360) % 360;
}

// The line with the metres from its start at each corner.
export function measured(line) {
  const along = [0];
  for (let i = 1; i < line.length; i += 1) along.push(along[i - 1] + metres(line[i - 1], line[i]));
  return { line, along, length_m: along[along.length - 1] };
}

// The point of the line nearest to `at`; of several passes of the line the one nearest to `near_m` along it.
export function nearest({ line, along }, at, near_m = null) {
  const east = Math.cos(at[1] * RAD) * EARTH_M * RAD;
  const north = EARTH_M * RAD;
  const flat = line.map(([lon, lat]) => [(lon - at[0]) * east, (lat - at[1]) * north]);
  let best = { off_m: Infinity, along_m: 0, at: line[0], cost: Infinity };
  for (let i = 1; i < flat.length; i += 1) {
    const [[x, y], [x2, y2]] = [flat[i - 1], flat[i]];
    const [dx, dy] = [x2 - x, y2 - y];
    const share = Math.min(1, Math.max(0, -(x * dx + y * dy) / Math.max(dx * dx + dy * dy, 1e-9)));
    const off_m = Math.hypot(x + share * dx, y + share * dy);
    const along_m = along[i - 1] + share * (along[i] - along[i - 1]);
    const cost = off_m + (near_m === null ? 0 : Math.abs(along_m - near_m) * 0.1);
    if (cost < best.cost) best = { off_m, along_m, at: between(line[i - 1], line[i], share), cost };
  }
  return best;
}

export function pointAt({ line, along, length_m }, m) {
  const wanted = Math.min(Math.max(m, 0), length_m);
  let i = 1;
  while (i < along.length - 1 && along[i] < wanted) i += 1;
  if (line.length < 2) return line[0];
  return between(line[i - 1], line[i], (wanted - along[i - 1]) / Math.max(along[i] - along[i - 1], 1e-9));
}

function between([lon1, lat1], [lon2, lat2], share) {
  return [lon1 + (lon2 - lon1) * share, lat1 + (lat2 - lat1) * share];
}
