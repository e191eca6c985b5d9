// Runs the unit tests: every *.test.ts(x) beside the code (the extension's as well) is compiled by esbuild into one folder and
// given to Node's own test runner, so they need neither a browser nor a test framework.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(web);
const folders = ["ui", "campus", "exam", "proctor", "review", "support"].map((name) => `web/${name}`);
folders.push("extension");
const wanted = process.argv.slice(2);

function* tests(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* tests(path);
    else if (/\.test\.tsx?$/.test(entry.name)) yield path;
  }
}

const entries = folders
  .flatMap((folder) => [...tests(folder)])
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (entries.length === 0) {
  console.error("no test matches");
  process.exit(1);
}

const out = mkdtempSync(join(tmpdir(), "pt-web-test-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: out,
    outbase: ".",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfig: join(web, "tsconfig.json"),
    loader: { ".css": "empty" },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = entries.map((path) => join(out, path.replace(/\.tsx?$/, ".mjs")));
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
    stdio: "inherit",
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
