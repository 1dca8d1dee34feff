// Where the walker is and which way the phone points. Nothing of it leaves this module's listeners and the page.
export const place = { fix: null, heading: null, denied: false };

let watching = null;

// Tell `moved` of each position; `place.denied` when the browser may not tell.
export function watch(moved) {
  if (watching !== null || !navigator.geolocation) {
    place.denied ||= !navigator.geolocation;
    moved();
    return;
  }
  watching = navigator.geolocation.watchPosition(
    ({ coords }) => {
      place.denied = false;
      place.fix = { at: [coords.longitude, coords.latitude], accuracy_m: coords.accuracy };
      if (place.compass === undefined && coords.speed > 0.5 && Number.isFinite(coords.heading)) place.heading = coords.heading;
      moved();
    },
    (error) => {
      place.denied = error.code === error.PERMISSION_DENIED;
      if (place.denied) { place.fix = null; unwatch(); }
      moved();
    },
    { enableHighAccuracy: true, maximumAge: 2000, timeout: 30000 },
  );
}

export function unwatch() {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

const asks = () => typeof DeviceOrientationEvent !== "undefined" && typeof DeviceOrientationEvent.requestPermission === "function";
export const compassAsks = asks;

function listen(turned) {
  const heard = (event) => {
    const heading = event.webkitCompassHeading ?? (event.absolute && event.alpha !== null ? 360 - event.alpha : null);
    if (heading === null || !Number.isFinite(heading)) return;
    const turn = screen.orientation ? screen.orientation.angle : 0;
    place.compass = true;
    place.heading = (heading + turn) % 360;
    turned();
  };
  addEventListener("deviceorientationabsolute" in window ? "deviceorientationabsolute" : "deviceorientation", heard);
}

// Listen to the compass; where the phone must be asked first, only when `byTap`.
export async function compass(turned, byTap = false) {
  if (!asks()) { listen(turned); return true; }
  if (!byTap) return false;
  try {
    if ((await DeviceOrientationEvent.requestPermission()) !== "granted") return false;
  } catch (error) {
    console.warn("compass", error);
    return false;
  }
  listen(turned);
  return true;
}

// Keep the screen on while walking, where the browser can.
let lock = null;
export async function stayAwake() {
  if (!navigator.wakeLock || document.hidden || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch (error) {
    console.info("the screen may go dark", error);
  }
}

export const vibrate = (pattern) => navigator.vibrate && navigator.vibrate(pattern);
