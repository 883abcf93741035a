// One picture over the whole window; a click shows it pixel by pixel.

import { byId, pixels } from "./dom.js";

const viewer = byId("viewer");
const room = byId("viewer-room");
const picture = byId("viewer-picture");

export function openViewer(image, url, alt) {
  picture.src = url;
  picture.alt = alt;
  picture.width = image.width;
  picture.height = image.height;
  byId("viewer-size").textContent = pixels(image);
  byId("viewer-download").href = url;
  room.classList.remove("real");
  viewer.showModal();
}

const toggle = () => room.classList.toggle("real");

picture.addEventListener("click", toggle);
room.addEventListener("keydown", (event) => {
  if (event.key === "Enter") toggle();
});
room.addEventListener("click", (event) => {
  if (event.target === room) viewer.close();
});
byId("viewer-close").addEventListener("click", () => viewer.close());
viewer.addEventListener("close", () => picture.removeAttribute("src"));
