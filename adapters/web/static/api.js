// Talking to the server. What a person did carries an id made here, so a repeated request is handled once.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** 128 random bits and more, letters that are safe in a URL. (randomUUID is missing on plain HTTP.) */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** The server said no; the message is its sentence for the person. */
export class Refused extends Error {}

export class Api {
  #base;

  constructor(conversation) {
    this.#base = `/api/conversations/${conversation}`;
  }

  /** Get or renew this browser's session; resolves to what the page must know (limits, the undo emoji). */
  session() {
    return fetchJson("/api/session", { method: "POST" });
  }

  show() {
    return fetchJson(this.#base);
  }

  imageUrl(sha256) {
    return `${this.#base}/images/${sha256}`;
  }

  /** Post a message. A lost connection is no error: it is sent again, with the same id, until it arrives. */
  message(eventId, text, pictures, replyTo) {
    const form = new FormData();
    form.append("event_id", eventId);
    form.append("text", text);
    if (replyTo) form.append("reply_to", replyTo);
    for (const picture of pictures) form.append("picture", picture, "picture"); // a file's own name stays here
    return this.#post("messages", { body: form });
  }

  reaction(message, emoji, added) {
    return this.#json("reactions", { message, emoji, added });
  }

  /** Resolves to {said}: a line for this person alone, or null. */
  button(message, name, target) {
    return this.#json("buttons", { message, name, target });
  }

  /** `argument`: what was written after it: "on", "pictures" or "off" for /share, "1" to "5" for /rate … */
  command(name, argument) {
    return this.#json("commands", { name, argument });
  }

  #json(what, body) {
    const headers = { "Content-Type": "application/json" };
    return this.#post(what, { headers, body: JSON.stringify({ event_id: newId(), ...body }) });
  }

  async #post(what, options) {
    for (let attempt = 0; ; attempt++) {
      try {
        return await fetchJson(`${this.#base}/${what}`, { method: "POST", ...options });
      } catch (error) {
        if (error instanceof Refused) throw error;
        await wait(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
      }
    }
  }

  /** Keep a WebSocket open for good; `onOpen` is called after every (re)connection, to fetch what was missed. */
  async listen({ onOpen, onPush, onLost }) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    for (let attempt = 0; ; attempt++) {
      try {
        await this.session();
        await new Promise((resolve) => {
          const socket = new WebSocket(`${scheme}://${location.host}${this.#base}/socket`);
          socket.onopen = () => {
            attempt = 0;
            onOpen();
          };
          socket.onmessage = (event) => onPush(JSON.parse(event.data));
          socket.onclose = resolve;
        });
      } catch {
        // the server is away: the same as a socket that closed
      }
      onLost();
      await wait(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
    }
  }
}

async function fetchJson(url, options = {}) {
  const response = await fetch(url, { cache: "no-store", ...options });
  if (response.ok) return response.json();
  const body = await response.json().catch(() => ({}));
  throw new Refused(body.error ?? "That did not work; please try again in a moment.");
}
