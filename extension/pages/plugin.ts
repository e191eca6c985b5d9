/* The popup, and the same page in a tab: whether a session is watched, all that is read, and what more may
 * be read where the candidate says so. */
import { READINGS, ownToWire, type Reading } from "../shared/messages";
import { PERMISSION } from "../worker/browser";
import { loadWatch } from "../worker/watch";
import { byId, fillTexts, text } from "./texts";

const READS = ["readDisplays", "readTabs", "readFocus", "readExam", "readWindow"];

async function granted(reading: Reading): Promise<boolean> {
  return chrome.permissions.contains({ permissions: [PERMISSION[reading]] });
}

async function drawStatus(): Promise<void> {
  const watch = loadWatch((await chrome.storage.local.get("watch")).watch);
  const status = byId("status");
  status.textContent = watch === null ? text("statusOff") : text("statusOn");
  status.classList.toggle("status-on", watch !== null);
  byId("detail").textContent =
    watch === null ? text("detailOff") : text("detailOn", watch.title, text(`mode_${watch.policy.mode}`));
}

async function drawReads(): Promise<void> {
  const lines = [...READS];
  for (const reading of READINGS) if (await granted(reading)) lines.push(`read_${reading}`);
  byId("reads").replaceChildren(
    ...lines.map((name) => {
      const item = document.createElement("li");
      item.textContent = text(name);
      return item;
    }),
  );
}

/* chrome.permissions.request() wants a click in a page of ours. */
async function drawMore(): Promise<void> {
  const required = chrome.runtime.getManifest().permissions ?? [];
  const rows: HTMLElement[] = [];
  for (const reading of READINGS) {
    const row = document.createElement("li");
    const what = document.createElement("span");
    what.textContent = text(`more_${reading}`);
    row.append(what);
    const name = PERMISSION[reading];
    const button = document.createElement("button");
    button.type = "button";
    const has = await granted(reading);
    button.textContent = text(has ? "takeBack" : "allow");
    button.setAttribute("aria-label", `${button.textContent}: ${what.textContent}`);
    button.disabled = (required as string[]).includes(name);
    if (button.disabled) button.textContent = text("byAdministrator");
    button.addEventListener("click", () => {
      const asking = has
        ? chrome.permissions.remove({ permissions: [name] })
        : chrome.permissions.request({ permissions: [name] });
      void asking.then(async () => {
        await chrome.runtime.sendMessage(ownToWire({ target: "worker", type: "granted" })).catch(() => undefined);
        await draw();
      });
    });
    row.append(button);
    rows.push(row);
  }
  byId("more").replaceChildren(...rows);
}

async function draw(): Promise<void> {
  await Promise.all([drawStatus(), drawReads(), drawMore()]);
}

fillTexts();
byId("version").textContent = text("version", chrome.runtime.getManifest().version);
chrome.storage.onChanged.addListener((changes) => changes.watch !== undefined && void drawStatus());
void draw();
