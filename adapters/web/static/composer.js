// Where a person writes: text, pictures (files, drop or paste), and which picture the wish is about.

import { byId, make, pixels, setText } from "./dom.js";

export class Composer {
  limits = { max_upload_bytes: Infinity, max_pictures: Infinity, wish_characters: Infinity };
  #form = byId("composer");
  #text = byId("text");
  #files = [];
  #fileUrl = null;
  #replyTo = null;
  #head = null;
  #imageUrl;
  #onSend;
  #onError;

  /** `onSend({text, files, replyTo})` when a person sends, `onError(sentence)` when that can't be. */
  constructor({ imageUrl, onSend, onError }) {
    this.#imageUrl = imageUrl;
    this.#onSend = onSend;
    this.#onError = onError;
    this.#listenToForm();
    this.#listenToFiles();
    this.#changed();
  }

  focus() {
    this.#text.focus();
  }

  setText(text) {
    this.#text.value = text;
    this.#changed();
    this.focus();
  }

  choose() {
    byId("file").click();
  }

  /** Put back what could not be sent, unless the person has begun anew. */
  restore({ text, files, replyTo }) {
    if (this.#text.value || this.#files.length > 0) return;
    this.#text.value = text;
    this.replyTo(replyTo);
    this.#attach(files);
  }

  /** The wish is about this older picture; null: about the current one. */
  replyTo(message) {
    this.#replyTo = message;
    this.#showCurrent();
    if (message) this.focus();
  }

  /** `head` is the message with the current picture, or null. */
  setHead(head) {
    this.#head = head;
    this.#showCurrent();
  }

  /** Whether the bot's last words were a question. */
  setAsked(asked) {
    this.#text.placeholder = asked ? "Your answer" : "What should change?";
  }

  #showCurrent() {
    const message = this.#replyTo ?? this.#head;
    byId("current").hidden = !message;
    byId("current").classList.toggle("older", Boolean(this.#replyTo));
    byId("reply-cancel").hidden = !this.#replyTo;
    byId("tools").hidden = Boolean(this.#replyTo);
    if (!message) return;
    const room = byId("current-picture");
    const url = this.#imageUrl(message.image.sha256);
    if (room.firstChild?.getAttribute("src") !== url) room.replaceChildren(make("img", { src: url, alt: "" }));
    room.setAttribute("aria-label", this.#replyTo ? "Show the picture to edit" : "Show the current picture");
    setText(byId("current-title"), this.#replyTo ? "Editing this" : "Current picture");
    setText(byId("current-size"), pixels(message.image));
    room.onclick = () => {
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      document.querySelector(`[data-id="${CSS.escape(message.id)}"]`)?.scrollIntoView({ block: "center", behavior });
    };
  }

  #listenToForm() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener("input", () => this.#changed());
    byId("attach").addEventListener("click", () => this.choose());
    byId("attached-remove").addEventListener("click", () => {
      this.#attach([]);
      this.focus();
    });
    byId("reply-cancel").addEventListener("click", () => {
      this.replyTo(null);
      this.focus();
    });
  }

  #listenToFiles() {
    byId("file").addEventListener("change", ({ target }) => {
      this.#take([...target.files]);
      target.value = ""; // choosing the same file again must count as a change
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.#take(files);
    });
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const drop = byId("drop");
    document.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) drop.hidden = true; // null: the pointer left the window
    });
    document.addEventListener("drop", (event) => {
      drop.hidden = true;
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#take([...event.dataTransfer.files]);
    });
  }

  #take(files) {
    if (files.length === 0) return;
    if (files.some((file) => file.size > this.limits.max_upload_bytes)) {
      const most = this.limits.max_upload_bytes / 1e6;
      this.#onError(`That picture is larger than ${most} MB; please choose a smaller one.`);
      return;
    }
    if (files.length > this.limits.max_pictures) {
      this.#onError(`Please choose at most ${this.limits.max_pictures} pictures at once.`);
      return;
    }
    this.#attach(files);
    this.focus();
  }

  #attach(files) {
    if (this.#fileUrl) URL.revokeObjectURL(this.#fileUrl);
    this.#files = files;
    const [file] = files; // of several the first is shown
    this.#fileUrl = file && URL.createObjectURL(file);
    const words = files.length > 1 ? `${files.length} pictures, ${size(files)}` : size(files);
    const picture = byId("attached-picture");
    picture.hidden = false;
    picture.onerror = () => (picture.hidden = true); // HEIC and the like: most browsers can't show them
    picture.onload = () => {
      if (files.length === 1) setText(byId("attached-words"), `${words} · ${pixels(natural(picture))}`);
    };
    byId("attached").hidden = !file;
    if (file) {
      setText(byId("attached-words"), words);
      picture.src = this.#fileUrl;
    }
    this.#changed();
  }

  #over() {
    return [...this.#text.value.trim()].length - this.limits.wish_characters; // signs, not UTF-16 units
  }

  #changed() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
    const over = this.#over();
    const near = over > -0.1 * this.limits.wish_characters;
    setText(byId("counter"), over > 0 ? `${over} too many` : near ? `${-over} left` : "");
    this.#text.ariaInvalid = String(over > 0);
    byId("send").disabled = over > 0 || !(this.#text.value.trim() || this.#files.length > 0);
  }

  #send() {
    const text = this.#text.value.trim();
    if (this.#over() > 0) {
      this.#onError(`Please say it in at most ${this.limits.wish_characters} characters.`);
      return;
    }
    if (!text && this.#files.length === 0) return;
    const sent = { text, files: this.#files, replyTo: this.#replyTo };
    this.#text.value = "";
    this.#replyTo = null;
    this.#attach([]);
    this.#showCurrent();
    this.focus();
    this.#onSend(sent);
  }
}

const natural = ({ naturalWidth, naturalHeight }) => ({ width: naturalWidth, height: naturalHeight });
const size = (files) => {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};
