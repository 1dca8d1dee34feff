// Who comes back sees the town of last time first marked: kept on this device only, never sent.
(function () {
  "use strict";
  const KEY = "mm-last-town";
  const list = document.querySelector(".towns");
  let last = null;
  try {
    last = localStorage.getItem(KEY);
  } catch (error) {
    console.info("nothing is kept on this device", error);
  }
  const links = [...list.querySelectorAll("a[data-town]")];
  const known = links.find((link) => link.dataset.town === last);
  if (known) {
    const note = document.createElement("b");
    note.textContent = list.dataset.last;
    known.append(note);
  }
  for (const link of links) {
    const keep = () => {
      try {
        localStorage.setItem(KEY, link.dataset.town);
      } catch (error) {
        console.info("nothing is kept on this device", error);
      }
    };
    link.addEventListener("click", keep);
    link.addEventListener("auxclick", keep);
  }
})();
