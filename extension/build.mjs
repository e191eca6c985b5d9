// Builds the plugin for one deployment: a zip to load by hand (and to hand in at the Web Store), a signed CRX and its
// update manifest for managed browsers, and what the server must know. `./dev extension` calls this.
//
//   node extension/build.mjs --key FILE --out DIR ORIGIN...
//
// The first ORIGIN is where the CRX is fetched from. "http://127.0.0.1:*" is any port, for trying it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { manifest, VERSION } from './manifest.mjs';
import { crx, idOf, loadKey, manifestKey, updateManifest } from './pack.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '..', 'web', 'package.json'));
const { build } = require('esbuild');
const { strToU8, zipSync } = require('fflate');

const ORIGIN = /^(https:\/\/[0-9a-z.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5}|:\*)?)$/;

function fail(problem) {
  console.error(`extension: ${problem}`);
  process.exit(2);
}

const { values, positionals: origins } = parseArgs({
  options: { key: { type: 'string' }, out: { type: 'string' } },
  allowPositionals: true,
});
if (!values.key || !values.out || origins.length === 0) fail('usage: build.mjs --key FILE --out DIR ORIGIN...');
for (const origin of origins)
  if (!ORIGIN.test(origin)) fail(`${origin}: must be as in https://exam.example.org; http only for 127.0.0.1 and localhost`);

async function scripts() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: { worker: 'worker/main.ts', exam: 'content/exam.ts', 'pages/plugin': 'pages/plugin.ts', 'pages/warning': 'pages/warning.ts' },
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm', // a content script is none, and this one exports nothing
    target: 'chrome120',
    charset: 'utf8',
    define: { ORIGINS: JSON.stringify(origins) },
    logLevel: 'warning',
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [path.slice(1), contents]));
}

function* plainFiles(folder = '') {
  for (const entry of readdirSync(join(here, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* plainFiles(path);
    else if (/^(_locales|icons|pages)\/.*\.(json|png|html|css)$/.test(path)) yield path;
  }
}

const key = loadKey(values.key);
const id = idOf(key);
const files = await scripts();
for (const path of plainFiles()) files[path] = readFileSync(join(here, path));

const server = origins[0].replace(/:\*$/, '');
const withManifest = (options) => ({ ...files, 'manifest.json': strToU8(`${JSON.stringify(manifest({ origins, key: manifestKey(key), ...options }), null, 2)}\n`) });
// The same files give the same archive.
const zip = (all, folder) =>
  zipSync(Object.fromEntries(Object.keys(all).sort().map((path) => [`${folder}${path}`, [all[path], { mtime: '1980-01-01T12:00:00', level: 9 }]])));

const byHand = withManifest({});
const managed = withManifest({ managed: true, updateUrl: `${server}/plugin/updates.xml` });
mkdirSync(values.out, { recursive: true });
const put = (name, bytes) => writeFileSync(join(values.out, name), bytes);
put('proctortrack-plugin.zip', zip(byHand, 'proctortrack-plugin/')); // a folder of its own where it is unpacked
put('proctortrack-plugin.crx', crx(Buffer.from(zip(managed, '')), key));
put('proctortrack-plugin.xml', updateManifest({ id, version: VERSION, url: `${server}/plugin/proctortrack-plugin.crx` }));
put('proctortrack-plugin.json', `${JSON.stringify({ id, version: VERSION, origins })}\n`);
// The same unpacked: what a browser loads in developer mode, and the tests.
const unpacked = join(values.out, 'proctortrack-plugin');
rmSync(unpacked, { recursive: true, force: true });
for (const [path, bytes] of Object.entries(byHand)) {
  mkdirSync(dirname(join(unpacked, path)), { recursive: true });
  writeFileSync(join(unpacked, path), bytes);
}
console.log(`${id} ${VERSION}`);
