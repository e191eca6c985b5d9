import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf, isAllowed, isOurs, riskOf } from "./hosts";

test("of an address only the host is kept", () => {
  assert.equal(hostOf("https://user:secret@chat.example:8443/c/123?q=answers#x"), "chat.example");
  for (const blank of ["", "about:blank", "chrome://newtab/", "chrome://new-tab-page/", "chrome://new-tab-page-third-party/", "not an address"]) assert.equal(hostOf(blank), "");
  assert.equal(hostOf("chrome://settings/passwords"), "chrome:settings");
  assert.equal(hostOf("file:///home/someone/notes.pdf"), "file:");
  assert.equal(hostOf("data:text/html,secret"), "data:");
});

test("the policy's list names hosts and whole domains", () => {
  const list = ["words.example", "*.uni.example"];
  for (const host of ["words.example", "uni.example", "library.uni.example"]) assert.ok(isAllowed(host, list), host);
  for (const host of ["", "swords.example", "x.words.example", "evil-uni.example", ".uni.example".slice(1) + ".evil"])
    assert.ok(!isAllowed(host, list), host);
});

test("only the origins that were built in are ours", () => {
  const built = ["https://exam.example.org", "http://127.0.0.1:*"];
  for (const origin of ["https://exam.example.org", "http://127.0.0.1", "http://127.0.0.1:8080"]) assert.ok(isOurs(origin, built), origin);
  for (const origin of [
    "http://exam.example.org",
    "https://exam.example.org:444",
    "https://exam.example.org.evil.example",
    "https://evil.example",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1:80@evil.example",
    "https://127.0.0.1",
    "http://localhost:8080",
    "null",
    "",
  ])
    assert.ok(!isOurs(origin, built), origin);
});

test("an extension is a risk by what it may do, and only while it is on", () => {
  const one = { id: "x", name: "X", enabled: true, permissions: [] as string[], hosts: [] as string[] };
  const origin = "https://exam.example.org";
  assert.equal(riskOf(one, origin), null);
  assert.equal(riskOf({ ...one, hosts: ["https://mail.example/*"] }, origin), null);
  assert.equal(riskOf({ ...one, hosts: ["<all_urls>"] }, origin), "pages");
  assert.equal(riskOf({ ...one, hosts: ["https://exam.example.org/*"] }, origin), "pages");
  assert.equal(riskOf({ ...one, permissions: ["desktopCapture"], hosts: ["<all_urls>"] }, origin), "screen");
  assert.equal(riskOf({ ...one, enabled: false, permissions: ["desktopCapture"] }, origin), null);
});
