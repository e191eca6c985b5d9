import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, LANGUAGES } from "./language";
import { de } from "./texts/de";
import { en } from "./texts/en";

test("the language of the menu goes before the browser's", () => {
  assert.equal(chooseLanguage("en", ["de-AT"], LANGUAGES), "en");
  assert.equal(chooseLanguage(null, ["fr", "de-AT", "en"], LANGUAGES), "de");
  assert.equal(chooseLanguage("xx", ["EN-us"], LANGUAGES), "en");
});

test("a page speaks only what it has, and English when nothing fits", () => {
  assert.equal(chooseLanguage("de", ["de"], ["en"]), "en");
  assert.equal(chooseLanguage("de", ["de"], []), "en");
  assert.equal(chooseLanguage(null, ["fr", "tlh"], LANGUAGES), "en");
});

/* The type says that a key is there; only a look at the value says that something is in it. */
function sameShape(a: unknown, b: unknown, path: string): void {
  assert.equal(typeof b, typeof a, path);
  if (typeof a === "function") {
    assert.equal((b as Function).length, (a as Function).length, `${path}: another number of parameters`);
  } else if (Array.isArray(a)) {
    assert.ok(Array.isArray(b) && b.length === a.length, `${path}: another number of lines`);
    a.forEach((entry, index) => sameShape(entry, (b as unknown[])[index], `${path}[${index}]`));
  } else if (typeof a === "object" && a !== null) {
    assert.deepEqual(Object.keys(b as object).sort(), Object.keys(a).sort(), path);
    for (const [key, entry] of Object.entries(a))
      sameShape(entry, (b as Record<string, unknown>)[key], `${path}.${key}`);
  } else {
    assert.ok(String(b).trim() !== "" || String(a) === "", `${path} is empty`);
  }
}

test("the second language says everything that the first does", () => {
  sameShape(en, de, "texts");
});
