// Where a JPEG was taken, read from its own bytes in the browser: [lon, lat], or null when it does not say.
export function gpsOf(buffer) {
  const view = new DataView(buffer);
  try {
    const start = exifStart(view);
    return start < 0 ? null : gps(view, start);
  } catch (error) {
    if (error instanceof RangeError) return null; // cut short
    throw error;
  }
}

// The offset of the TIFF header inside the APP1 segment.
function exifStart(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return -1;
  for (let at = 2; at + 4 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff || marker === 0xffda) return -1;
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
  }
  return -1;
}

function entries(view, start, offset, little) {
  const found = new Map();
  const count = view.getUint16(start + offset, little);
  for (let i = 0; i < count; i += 1) {
    const at = start + offset + 2 + 12 * i;
    found.set(view.getUint16(at, little), at);
  }
  return found;
}

function gps(view, start) {
  const order = view.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const first = entries(view, start, view.getUint32(start + 4, little), little);
  if (!first.has(0x8825)) return null;
  const tags = entries(view, start, view.getUint32(first.get(0x8825) + 8, little), little);
  const degrees = (tag) => {
    const at = start + view.getUint32(tags.get(tag) + 8, little);
    const part = (i) => view.getUint32(at + 8 * i, little) / view.getUint32(at + 8 * i + 4, little);
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  if (![1, 2, 3, 4].every((tag) => tags.has(tag))) return null;
  const letter = (tag) => String.fromCharCode(view.getUint8(tags.get(tag) + 8));
  const lat = degrees(2) * (letter(1) === "S" ? -1 : 1);
  const lon = degrees(4) * (letter(3) === "W" ? -1 : 1);
  const good = Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lon || lat);
  return good ? [lon, lat] : null;
}
