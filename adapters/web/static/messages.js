// The conversation as it is in the store: one list item a message, kept by id so that nothing flickers.

import { byId, icon, make, pixels, setText } from "./dom.js";

const DOWNLOAD = "M12 4v11m-5-5 5 5 5-5M5 20h14";
const OFFERS = {
  again: { label: "Again", title: "Give this edit another try" },
  stronger: { label: "Stronger", title: "Do this edit a little stronger" },
  subtler: { label: "Subtler", title: "Do this edit a little subtler" },
  compare: { label: "Compare", title: "See before and after side by side" },
  original: { label: "From the original", title: "Make all the edits anew from the picture that you sent" },
};
const ANSWERS = { retry: "Try again", all: "All of them", pick: "This one", set: "Change", delete: "Delete" };
const STARS = ["star1", "star2", "star3", "star4", "star5"];
const REPLY = "M10 8 5 13l5 5M5 13h9a5 5 0 0 0 5-5V6";

export class Messages {
  #list = byId("messages");
  #items = new Map();
  #actions;

  /** `actions`: imageUrl(sha256), open(image, url), undo(message, undone), press(message, action) resolving to
   * {said}, reply(message), undoEmoji(). */
  constructor(actions) {
    this.#actions = actions;
  }

  /** Make the list equal to `messages` (the transcript, then what is still on its way). */
  show(messages) {
    const first = firstOfVersions(messages);
    const head = messages.findLast((message) => message.state === "head" && message.image)?.id;
    const keep = new Set(messages.map((message) => message.id));
    for (const [id, item] of this.#items) {
      if (!keep.has(id)) {
        item.node.remove();
        this.#items.delete(id);
      }
    }
    messages.forEach((message, place) => {
      const answers = answersOf(message).map(({ target }) => target);
      const shape = JSON.stringify([message.text, message.decision, message.image?.sha256, message.pending, answers]);
      let item = this.#items.get(message.id);
      if (item?.shape !== shape) {
        const node = this.#build(message, first.get(message.version) === message.id);
        item?.node.replaceWith(node);
        item = { node, shape };
        this.#items.set(message.id, item);
      }
      if (this.#list.children[place] !== item.node) this.#list.insertBefore(item.node, this.#list.children[place]);
      this.#mark(item.node, message, message.id === head);
    });
  }

  #build(message, owns) {
    const { id, speaker, text, decision, image } = message;
    const who = make("span", { class: "spoken" }, speaker === "bot" ? "DialogPaint: " : "You: ");
    const words = text && make("p", { class: "words", "data-testid": "message-text" }, who, text);
    const node = make("li", {
      class: owns || !image || decision === "view" ? `message ${speaker}` : `message ${speaker} again`,
      "data-testid": "message",
      "data-id": id,
      "data-speaker": speaker,
      "data-decision": decision ?? "",
    });
    const picture = (image || message.pending?.picture) && this.#picture(message, owns);
    node.append(...(speaker === "bot" ? [words, picture, this.#answers(message)] : [picture, words]).filter(Boolean));
    if (message.pending) node.append(make("small", { class: "note", "data-testid": "pending" }, "Sending …"));
    if (message.at) node.title = new Date(message.at * 1000).toLocaleString();
    return node;
  }

  #picture(message, owns) {
    const { image, speaker, text, decision, pending } = message;
    const shown = decision === "view" ? text : `Edited picture: ${text || "no words"}`;
    const alt = speaker === "user" ? "The picture that you sent" : shown;
    if (!image) {
      const waiting = make("img", { class: "pending-picture", src: pending.picture, alt });
      waiting.onerror = () => waiting.remove(); // HEIC and the like: most browsers can't show them
      return make("figure", { class: "picture" }, waiting);
    }
    const url = this.#actions.imageUrl(image.sha256);
    const picture = make("img", { src: url, alt, width: image.width, height: image.height, decoding: "async" });
    const open = make(
      "button",
      { class: "frame", type: "button", "data-testid": "picture", click: () => this.#actions.open(image, url, alt) },
      picture,
      make("span", { class: "spoken" }, "Open at full size"),
    );
    const badge = make("span", { class: "badge", "data-testid": "head-badge", hidden: true }, "Current");
    const choices = choicesOf(message).length > 0 ? this.#choices(message) : null;
    const figure = make("figure", { class: "picture" }, open, badge, choices, this.#caption(message, url, owns));
    if (starsOf(message).length > 0) figure.append(...this.#stars(message));
    figure.style.setProperty("--width", image.width);
    figure.style.setProperty("--height", image.height);
    return figure;
  }

  #caption(message, url, owns) {
    const { image, speaker, version } = message;
    const undo = make("button", {
      class: "pill undo",
      type: "button",
      "data-testid": "picture-undo",
      click: ({ currentTarget }) => this.#actions.undo(message, currentTarget.ariaPressed === "true"),
    });
    const reply = make(
      "button",
      { class: "pill", type: "button", "data-testid": "picture-reply", click: () => this.#actions.reply(message) },
      icon(REPLY),
      "Edit this",
    );
    const download = make(
      "a",
      { class: "pill", href: url, download: true, "data-testid": "picture-download" },
      icon(DOWNLOAD),
      make("span", { class: "spoken" }, "Download, "),
      pixels(image),
    );
    const isEdit = speaker === "bot" && version && owns;
    const offers = isEdit ? this.#offers(message) : [];
    return make("figcaption", {}, isEdit ? undo : null, ...offers, version ? reply : null, download);
  }

  /** The buttons of what the bot says without a picture: try again, which of several pictures, settings. */
  #answers(message) {
    const answers = answersOf(message).map((action) => {
      const click = () => this.#actions.press(message, action);
      const look = { class: "pill", type: "button", "data-testid": action.name, click };
      return make("button", look, action.label || ANSWERS[action.name]);
    });
    return answers.length > 0 && make("div", { class: "choices", role: "group", "aria-label": "Answers" }, ...answers);
  }

  #offers(message) {
    const offered = message.actions.filter(({ name }) => name in OFFERS);
    return offered.map((action) => {
      const { label, title } = OFFERS[action.name];
      const click = () => this.#actions.press(message, action);
      return make(
        "button",
        { class: "pill", type: "button", title, "data-testid": `picture-${action.name}`, click },
        label,
      );
    });
  }

  /** The numbers of the sheet above, each with its words for a pointer and for those who can't see it. */
  #choices(message) {
    const row = make("div", { class: "choices", role: "group", "aria-label": "Go on from picture" }, "Go on from");
    for (const action of choicesOf(message)) {
      const title = `${action.number}. ${action.label}`;
      const click = () => this.#actions.press(message, action);
      const look = { class: "pill", type: "button", title, "aria-label": title, "data-testid": "choice", click };
      row.append(make("button", look, String(action.number)));
    }
    return row;
  }

  /** The row of stars, and the line that thanks for one. */
  #stars(message) {
    const thanks = make("small", { class: "note thanks", role: "status", "data-testid": "rated" });
    const row = make("div", { class: "stars", role: "group", "aria-label": "How good is this picture?" });
    for (const action of starsOf(message)) {
      const stars = STARS.indexOf(action.name) + 1;
      const label = `${stars} of 5 stars`;
      const click = async () => {
        const answer = await this.#actions.press(message, action);
        thanks.textContent = answer?.said ?? "";
      };
      const look = { type: "button", title: label, "aria-label": label, "data-testid": action.name, click };
      row.append(make("button", look, "★"));
    }
    return [row, thanks];
  }

  #mark(node, message, isHead) {
    node.dataset.state = message.state ?? "";
    node.classList.toggle("head", isHead);
    const badge = node.querySelector(".badge");
    if (badge) badge.hidden = !isHead;
    const stars = node.querySelector(".stars");
    if (stars) stars.hidden = starsOf(message).length === 0;
    const undo = node.querySelector(".undo");
    if (!undo) return;
    const undone = message.state === "undone";
    undo.ariaPressed = String(undone);
    undo.title = undone ? "Press again to bring this edit back" : "Take this edit back";
    setText(undo, `${this.#actions.undoEmoji()} ${undone ? "Undone" : "Undo"}`);
  }
}

const choicesOf = ({ actions }) => actions.filter(({ name }) => name === "select");
const starsOf = ({ actions }) => actions.filter(({ name }) => STARS.includes(name));

/** An undo may show a version again; its buttons belong to the message that made it. */
function firstOfVersions(messages) {
  const first = new Map();
  for (const { version, id } of messages) if (version && !first.has(version)) first.set(version, id);
  return first;
}

const answersOf = ({ actions }) => (actions ?? []).filter(({ name }) => name in ANSWERS);
