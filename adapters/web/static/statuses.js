// What is being painted right now: place in the queue, progress, a preview that sharpens, and Cancel.

import { byId, make, setText } from "./dom.js";

export class Statuses {
  #room = byId("statuses");
  #spoken = byId("spoken");
  #shown = new Map();
  #gone = new Set();
  #cancel;

  /** `cancel(statusId, action)` is called when the person presses Cancel. */
  constructor(cancel) {
    this.#cancel = cancel;
  }

  get count() {
    return this.#shown.size;
  }

  ids() {
    return new Set(this.#shown.keys());
  }

  /** Show a status or bring it up to date; one that was replaced by its reply does not come back.
   * `shape` {width, height} is the picture's that will most likely take its place. */
  update(status, shape) {
    if (this.#gone.has(status.id)) return;
    let parts = this.#shown.get(status.id);
    if (!parts) {
      parts = this.#build(status, shape);
      this.#shown.set(status.id, parts);
      this.#room.append(parts.node);
      setText(this.#spoken, status.text); // said once; the countdown is for the eyes
    }
    setText(parts.words, status.text);
    if (status.progress === null) parts.progress.removeAttribute("value");
    else parts.progress.value = status.progress;
    if (status.preview) {
      parts.preview.src = status.preview;
      parts.preview.style.setProperty("--blur", `${Math.round(14 * (1 - (status.progress ?? 0)))}px`);
    }
    parts.cancel.hidden = status.actions.every((action) => action.name !== "cancel");
  }

  /** Take a status away for good. */
  remove(id) {
    this.#gone.add(id);
    this.drop(id);
  }

  /** Take a status away that the server does not show any more. */
  drop(id) {
    this.#shown.get(id)?.node.remove();
    this.#shown.delete(id);
  }

  #build(status, shape) {
    const words = make("p", { class: "words", "data-testid": "status-text" });
    const progress = make("progress", { max: 1, "aria-label": "Progress", "data-testid": "status-progress" });
    const preview = make("img", { alt: "Preview of the picture being painted", "data-testid": "status-preview" });
    const frame = make("figure", { class: "picture preview" }, make("div", { class: "frame" }, preview));
    frame.style.setProperty("--width", shape.width);
    frame.style.setProperty("--height", shape.height);
    const cancel = make("button", { class: "button quiet", type: "button", "data-testid": "status-cancel" }, "Cancel");
    cancel.addEventListener("click", () => {
      cancel.disabled = true;
      const action = status.actions.find(({ name }) => name === "cancel");
      this.#cancel(status.id, action).catch(() => (cancel.disabled = false));
    });
    const row = make("div", { class: "status-row" }, progress, cancel);
    const node = make("section", { class: "status", "data-testid": "status", "aria-label": "In the making" });
    node.append(words, frame, row);
    return { node, words, progress, preview, cancel };
  }
}
