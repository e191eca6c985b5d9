// A CRX of version 3, as Chromium's components/crx_file/crx3.proto has it, and the update manifest that a managed
// browser asks for. The key is RSA; what it signs is the archive with the id that the browser makes of the key.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

// Made at the first use, readable by its owner alone: whoever has it can publish a new version under this id.
export function loadKey(file) {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  return createPrivateKey(readFileSync(file));
}

const publicDer = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' });
const idBytes = (key) => createHash('sha256').update(publicDer(key)).digest().subarray(0, 16);

export const manifestKey = (key) => publicDer(key).toString('base64');
// Each half byte is a letter from a to p.
export const idOf = (key) => [...idBytes(key).toString('hex')].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join('');

function varint(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return Buffer.from([...bytes, n]);
}
// A protobuf field of bytes: its number with wire type 2, the length, the bytes.
const field = (number, bytes) => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

function uint32(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
}

export function crx(zip, key) {
  const signedData = field(1, idBytes(key)); // SignedData.crx_id
  const signature = sign('sha256', Buffer.concat([Buffer.from('CRX3 SignedData\0'), uint32(signedData.length), signedData, zip]), key);
  const proof = Buffer.concat([field(1, publicDer(key)), field(2, signature)]);
  const header = Buffer.concat([field(2, proof), field(10000, signedData)]); // sha256_with_rsa, signed_header_data
  return Buffer.concat([Buffer.from('Cr24'), uint32(3), uint32(header.length), header, zip]);
}

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export const updateManifest = ({ id, url, version }) => `<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid="${escape(id)}">
    <updatecheck codebase="${escape(url)}" version="${escape(version)}"/>
  </app>
</gupdate>
`;
