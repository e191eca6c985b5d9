// Proctortrack.exe signed with a certificate that this test makes: what Windows would check, osslsigncode does here. And the
// archive for Linux, with a key that it makes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { SOURCE, temporaryFolder } from '../support/server.mjs';
import { has } from './display.mjs';
import { EXE } from './exe.mjs';

const SIGN = join(SOURCE, 'apps', 'desktop', 'windows', 'sign');

// An authority of its own, and a certificate for signing programs whose key has a password.
function makeCertificate(folder, name) {
  const at = (file) => join(folder, `${name}-${file}`);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(at('password'), 'a password\n');
  writeFileSync(at('use'), 'extendedKeyUsage=codeSigning\nkeyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:false\n');
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name} authority`, '-days', '2', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-newkey', 'rsa:2048', '-passout', `file:${at('password')}`, '-subj', `/CN=${name}`, '-keyout', at('key.pem'), '-out', at('request'));
  openssl('x509', '-req', '-in', at('request'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('use'), '-out', at('cert.pem'));
  return { authority: at('ca.pem'), env: { PROCTORTRACK_SIGN_CERT: at('cert.pem'), PROCTORTRACK_SIGN_KEY: at('key.pem'), PROCTORTRACK_SIGN_PASSWORD: at('password') } };
}

test('desktop, Linux: Proctortrack.exe is signed with the operator\'s certificate, and not without one', async (t) => {
  for (const program of ['osslsigncode', 'openssl']) if (!has(program)) skip(`${program} is not installed`);
  if (!existsSync(EXE)) skip('Proctortrack.exe is not built');
  const folder = temporaryFolder(t);
  const signed = join(folder, 'signed.exe');
  const own = makeCertificate(folder, 'University'), other = makeCertificate(folder, 'Somebody');
  const sign = (env) => spawnSync(SIGN, [EXE, signed], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });
  const verifies = (file, { authority }) => spawnSync('osslsigncode', ['verify', '-CAfile', authority, '-in', file], { encoding: 'utf8' }).status === 0;

  const { PROCTORTRACK_SIGN_KEY, ...half } = own.env;
  const refused = sign(half);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /PROCTORTRACK_SIGN_KEY is not set/);
  assert.equal(sign({ ...own.env, PROCTORTRACK_SIGN_PASSWORD: own.env.PROCTORTRACK_SIGN_CERT }).status, 1, 'a wrong password');
  assert.equal(sign({ ...own.env, PROCTORTRACK_SIGN_KEY: other.env.PROCTORTRACK_SIGN_KEY, PROCTORTRACK_SIGN_PASSWORD: other.env.PROCTORTRACK_SIGN_PASSWORD }).status, 1, 'a key of another certificate');
  assert.equal(existsSync(signed), false, 'nothing is left of what failed');

  assert.equal(sign(own.env).stderr, '');
  assert.ok(verifies(signed, own));
  assert.ok(!verifies(EXE, own), 'one that nobody signed');
  assert.ok(!verifies(signed, other), 'one of another authority');
  const bytes = readFileSync(signed);
  bytes[bytes.length >> 1] ^= 1;
  const changed = join(folder, 'changed.exe');
  writeFileSync(changed, bytes);
  assert.ok(!verifies(changed, own), 'one that was changed');
  assert.equal(sign(own.env).status, 0, 'again, over the one before');
}, { seconds: 60 });

test('desktop, Linux: the archive is signed with the operator\'s key, as anybody can check, and not with another', async (t) => {
  if (!has('openssl')) skip('openssl is not installed');
  const folder = temporaryFolder(t);
  const at = (name) => join(folder, name);
  const openssl = (...args) => spawnSync('openssl', args, { encoding: 'utf8' }).status === 0;
  const archive = at('proctortrack-linux-x86_64.tar.gz');
  writeFileSync(archive, 'an archive');
  writeFileSync(at('password'), 'a password\n');
  assert.ok(openssl('genpkey', '-algorithm', 'ed25519', '-aes256', '-pass', `file:${at('password')}`, '-out', at('key.pem')));
  assert.ok(openssl('pkey', '-in', at('key.pem'), '-passin', `file:${at('password')}`, '-pubout', '-out', at('public.pem')));
  assert.ok(openssl('genpkey', '-algorithm', 'rsa', '-out', at('rsa.pem')));
  const sign = (env) => spawnSync(join(SOURCE, 'apps', 'desktop', 'linux', 'sign'), [archive], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });
  const verifies = () => openssl('pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', at('public.pem'), '-sigfile', `${archive}.sig`, '-in', archive);

  assert.equal(sign({}).status, 2);
  assert.equal(sign({ PROCTORTRACK_SIGN_LINUX_KEY: at('rsa.pem') }).status, 1, 'a key of another kind');
  assert.equal(sign({ PROCTORTRACK_SIGN_LINUX_KEY: at('key.pem'), PROCTORTRACK_SIGN_LINUX_PASSWORD: at('public.pem') }).status, 1, 'a wrong password');
  assert.deepEqual(readdirSync(folder).filter((name) => name.includes('.sig')), [], 'nothing is left of what failed');
  const signed = sign({ PROCTORTRACK_SIGN_LINUX_KEY: at('key.pem'), PROCTORTRACK_SIGN_LINUX_PASSWORD: at('password') });
  assert.deepEqual([signed.status, signed.stderr], [0, '']);
  assert.ok(verifies());
  writeFileSync(archive, 'another one');
  assert.ok(!verifies(), 'one that was changed');
}, { seconds: 30 });
