/* Which page is whose. Of an address only the host is ever kept. */
import type { Extension } from "./platform";

/* "" for a page without an address: a new tab. Of the browser's own pages the name: "chrome:settings". */
export function hostOf(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "";
  }
  const { protocol, hostname } = parsed;
  if (protocol === "http:" || protocol === "https:") return hostname;
  if (protocol === "about:") return "";
  if (/^(chrome|edge|brave|opera|vivaldi)(-search)?:$/.test(protocol))
    return /^(newtab|new-tab-page(-third-party)?|startpage|start-page)$/.test(hostname) ? "" : `${protocol}${hostname}`;
  return protocol; // file:, data:, chrome-extension:
}

/* As in the policy: "words.example", "*.uni.example" (which is uni.example, too). */
export function isAllowed(host: string, allow: readonly string[]): boolean {
  return allow.some((entry) =>
    entry.startsWith("*.")
      ? host === entry.slice(2) || (host.endsWith(entry.slice(1)) && host.length > entry.length - 1)
      : host === entry,
  );
}

export function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}

/* Is `origin` one of those that this plugin was built for? An entry may leave the port open, for a
 * server on one's own machine: "http://127.0.0.1:*". */
export function isOurs(origin: string, built: readonly string[]): boolean {
  return built.some((entry) =>
    entry.endsWith(":*")
      ? origin === entry.slice(0, -2) || /^:\d{1,5}$/.test(origin.slice(entry.length - 2)) && origin.startsWith(entry.slice(0, -2))
      : origin === entry,
  );
}

const SCREEN = ["desktopCapture", "tabCapture", "pageCapture", "debugger"];

/* What another extension could do during an exam: by its permissions, which say nothing of what it does. */
export function riskOf(extension: Extension, origin: string): "screen" | "pages" | null {
  if (!extension.enabled) return null;
  if (extension.permissions.some((name) => SCREEN.includes(name))) return "screen";
  const { protocol, hostname } = new URL(origin);
  const everywhere = ["<all_urls>", "*://*/*", `${protocol}//*/*`];
  const here = [`*://${hostname}/*`, `${protocol}//${hostname}/*`, `${origin}/*`];
  return extension.hosts.some((pattern) => everywhere.includes(pattern) || here.includes(pattern))
    ? "pages"
    : null;
}
