/* "This tab is not part of the exam": what was opened, why that is no good, and the way back. */
import { ownToWire } from "../shared/messages";
import { byId, fillTexts, text } from "./texts";

const asked = new URLSearchParams(location.search);

fillTexts();
document.title = text("warningTitle");
byId("host").textContent = asked.get("host") ?? "";
byId("why").textContent = text("warningWhy", asked.get("exam") ?? "");

function go(close: boolean): void {
  void chrome.runtime.sendMessage(ownToWire({ target: "worker", type: "back", close }));
}
byId("back").addEventListener("click", () => go(false));
byId("close").addEventListener("click", () => go(true));
byId("back").focus();
