// The chat page: the server's transcript is the truth, pushes only say that it has changed.

import { Api, newId, Refused } from "./api.js";
import { Composer } from "./composer.js";
import { byId, make } from "./dom.js";
import { Messages } from "./messages.js";
import { Statuses } from "./statuses.js";
import { openViewer } from "./viewer.js";

const POLL_MS = 4000; // while a job is under way, in case a push got lost
// written into the text field
const COMMAND =
  /^\/(undo|redo|reset|cancel|again|stronger|subtler|original|compare|history|help|share|rate|pause|resume|stats)(?:\s+(\S{1,32}))?$/;
const WORDY = /^\/(settings|privacy)(?:\s+(\S.{0,63}))?$/; // takes several words
const EDIT = /^\/edit\b\s*/i; // "/edit make it night" is a wish like any other
const NEAR_PX = 160; // this close to the end, the view follows what is new

const conversation = conversationOfThisTab();
const api = new Api(conversation);
const sending = new Map(); // messages on their way, by event id
let transcript = [];
let busy = [];
let undoEmoji = "↩️";
let following = true;

const imageUrl = (sha256) => api.imageUrl(sha256);
const composer = new Composer({ imageUrl, onSend: send, onError: showError });
const statuses = new Statuses((id, action) => act(() => api.button(id, action.name, action.target)));
const messages = new Messages({
  imageUrl,
  open: openViewer,
  undo: (message, undone) => act(() => api.reaction(message.id, undoEmoji, !undone)),
  reply: (message) => composer.replyTo(message),
  press,
  undoEmoji: () => undoEmoji,
});

/** A tab without an id begins a conversation; the id stays in the address, so a reload comes back to it. */
function conversationOfThisTab() {
  const id = location.hash.slice(1);
  if (/^[\w-]{22,64}$/.test(id)) return id;
  const fresh = newId();
  history.replaceState(null, "", `#${fresh}`);
  return fresh;
}

// ---------------------------------------------------------------- showing

function render() {
  const arrived = new Set(transcript.map((message) => message.id));
  const pending = [...sending.values()].filter((message) => !arrived.has(message.id));
  const all = [...transcript, ...pending];
  messages.show(all);
  byId("empty").hidden = all.length > 0;
  byId("typing").hidden = statuses.count > 0 || (busy.length === 0 && pending.length === 0);
  const head = headMessage();
  const origin = head && transcript.find((message) => message.version === head.version);
  composer.setHead(head);
  byId("undo").disabled = byId("start-over").disabled = !origin || origin.speaker === "user";
  const offersRedo = head?.actions.some(({ name }) => name === "redo");
  byId("redo").disabled = !offersRedo && !transcript.some((message) => message.state === "undone");
  byId("history").disabled = !origin;
  composer.setAsked(all.at(-1)?.decision === "ask");
}

const scroll = byId("scroll");

function toEnd() {
  following = true;
  scroll.scrollTop = scroll.scrollHeight;
}

let lastTop = 0;
let lastHeight = 0;

scroll.addEventListener("scroll", () => {
  const near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
  if (near) following = true;
  // Only a person goes up: what is new pushes down. But where a line gives way to a lower one, the browser goes up, too.
  else if (scroll.scrollTop < lastTop && scroll.scrollHeight === lastHeight) following = false;
  lastTop = scroll.scrollTop;
  lastHeight = scroll.scrollHeight;
});
const resized = new ResizeObserver(() => following && transcript.length > 0 && toEnd());
resized.observe(scroll); // the keyboard of a phone, a growing text field
resized.observe(scroll.firstElementChild);

function showError(sentence) {
  byId("errors").replaceChildren(make("p", { class: "words error", "data-testid": "error" }, sentence));
  toEnd();
}

const clearErrors = () => byId("errors").replaceChildren();

/** The newest current picture: an undo may have shown it again. */
const headMessage = () => transcript.findLast((message) => message.state === "head" && message.image) ?? null;
const shape = () => headMessage()?.image ?? { width: 4, height: 3 };

// ---------------------------------------------------------------- fetching

let fetching = false;
let stale = false;
let poll;

/** Fetch the transcript; asked for again meanwhile, once more after it, so that the last word is the newest. */
async function refresh(replaced = null) {
  if (replaced) replacing.add(replaced);
  stale = true;
  if (fetching) return;
  fetching = true;
  try {
    while (stale) {
      stale = false;
      await fetchOnce();
    }
  } catch (error) {
    if (error instanceof Refused) showError(error.message); // else the connection is lost; it comes back
  } finally {
    fetching = false;
  }
}

const replacing = new Set(); // statuses whose reply has come: they go when it is shown

async function fetchOnce() {
  clearTimeout(poll);
  const before = statuses.ids();
  const done = [...replacing];
  const snapshot = await api.show();
  transcript = snapshot.messages;
  busy = snapshot.busy;
  for (const id of done) {
    statuses.remove(id);
    replacing.delete(id);
  }
  const current = new Set(snapshot.statuses.map((status) => status.id));
  for (const id of before) if (!current.has(id)) statuses.drop(id);
  for (const status of snapshot.statuses) statuses.update(status, shape());
  render();
  if (busy.length > 0) poll = setTimeout(refresh, POLL_MS);
}

function onPush(push) {
  if (push.type === "status") {
    statuses.update(push, shape());
    render();
  } else if (push.type === "status_gone") {
    statuses.remove(push.id);
    refresh();
  } else {
    refresh(push.status);
  }
}

// ---------------------------------------------------------------- doing

async function send({ text, files, replyTo }) {
  const typed = files.length === 0 ? text.toLowerCase() : "";
  const [, command, argument] = COMMAND.exec(typed) ?? WORDY.exec(typed) ?? [];
  if (command) return act(() => api.command(command, argument));
  text = text.replace(EDIT, "");
  clearErrors();
  const id = newId();
  const picture = files.length > 0 && URL.createObjectURL(files[0]);
  sending.set(id, { id, speaker: "user", text, pending: { picture } });
  render();
  toEnd();
  try {
    await api.message(id, text, files, replyTo?.id);
    await refresh();
  } catch (error) {
    showError(error.message);
    composer.restore({ text, files, replyTo });
  } finally {
    sending.delete(id);
    if (picture) URL.revokeObjectURL(picture);
    render();
  }
}

/** A press; what the bot says to it for this person alone is shown here, but for the thanks for stars. */
async function press(message, { name, target }) {
  const answer = await act(() => api.button(message.id, name, target));
  if (answer?.said && !name.startsWith("star")) showError(answer.said);
  return answer;
}

/** Do what a person asked for and show what came of it; resolves to the server's answer, if there is one. */
async function act(request) {
  clearErrors();
  let answer = null;
  try {
    answer = await request();
  } catch (error) {
    showError(error.message);
  }
  await refresh();
  return answer;
}

byId("undo").addEventListener("click", () => act(() => api.command("undo")));
byId("redo").addEventListener("click", () => act(() => api.command("redo")));
byId("history").addEventListener("click", () => act(() => api.command("history")));
byId("start-over").addEventListener("click", () => act(() => api.command("reset")));
byId("choose").addEventListener("click", () => composer.choose());
byId("examples").addEventListener("click", ({ target }) => {
  if (target.closest("button")) composer.setText(target.textContent);
});
byId("new-conversation").addEventListener("click", () => {
  location.hash = newId();
});
addEventListener("hashchange", () => location.reload()); // "back" returns to the conversation before

// ---------------------------------------------------------------- starting

let lost;

async function start() {
  const config = await api.session();
  [undoEmoji] = config.undo_emoji;
  composer.limits = config;
  byId("empty-undo").textContent = undoEmoji;
  api.listen({
    onOpen() {
      clearTimeout(lost);
      lost = undefined;
      byId("banner").hidden = true;
      refresh();
    },
    onPush,
    onLost() {
      lost ??= setTimeout(() => (byId("banner").hidden = false), 800); // a blink is not worth a word
    },
  });
  composer.focus();
}

start().catch((error) => showError(error.message));
