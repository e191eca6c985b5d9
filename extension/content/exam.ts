/* In the exam's page: that something was copied, cut, pasted or printed, or the context menu opened, and
 * how many characters; never the text. Does nothing unless a session is being watched. */
import { ownToWire, type Deed } from "../shared/messages";

let watching = false;
let ownCopy = ""; // what was copied from the exam last: pasting that again is not from elsewhere

function tell(deed: Deed, chars = 0, own = false): void {
  if (!watching) return;
  /* Rejects when the plugin was removed meanwhile, and this script is of the one before. */
  chrome.runtime.sendMessage(ownToWire({ target: "worker", type: "did", deed, chars, own })).catch(() => undefined);
}

function selected(event: Event): string {
  const at = event.target;
  if (at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement)
    return at.value.slice(at.selectionStart ?? 0, at.selectionEnd ?? 0);
  return document.getSelection()?.toString() ?? "";
}

function took(deed: Deed): (event: ClipboardEvent) => void {
  return (event) => {
    if (!event.isTrusted || !watching) return;
    ownCopy = selected(event);
    tell(deed, Array.from(ownCopy).length, true);
  };
}

const options = { capture: true, passive: true };
document.addEventListener("copy", took("copied"), options);
document.addEventListener("cut", took("cut"), options);
document.addEventListener(
  "paste",
  (event) => {
    if (!event.isTrusted || !watching) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const plain = (of: string) => of.replace(/\r\n/g, "\n");
    tell("pasted", Array.from(text).length, text !== "" && plain(text) === plain(ownCopy));
  },
  options,
);
document.addEventListener("contextmenu", (event) => event.isTrusted && tell("context-menu"), options);
/* Whoever prints, every frame is told. In an exam the exam is a frame of the proctored page, where this
 * script is not; a frame within the exam leaves it to the one around it. */
function isOutermost(): boolean {
  if (window.parent === window) return true;
  try {
    return !window.parent.location.pathname.startsWith("/exam/");
  } catch {
    return true; // of another origin
  }
}
window.addEventListener("beforeprint", () => {
  if (isOutermost()) tell("printed");
});

void chrome.storage.local.get("watching").then((kept) => {
  watching = kept.watching === true;
});
chrome.storage.onChanged.addListener((changes, area) => {
  if (area !== "local" || changes.watching === undefined) return;
  watching = changes.watching.newValue === true;
  if (!watching) ownCopy = "";
});
