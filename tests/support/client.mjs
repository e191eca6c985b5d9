// A candidate's (or reviewer's) program: the protocol of docs/protocol.md with plain fetch.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from './server.mjs';

export class HttpError extends Error {
  constructor(method, path, status, body, headers) {
    super(`${method} ${path}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
    Object.assign(this, { status, body, headers });
  }
}

const base64 = (text) => Buffer.from(String(text)).toString('base64');
export const metadata = (fields) =>
  Object.entries(fields).map(([key, value]) => `${key} ${base64(value)}`).join(',');
export const sha256 = (bytes, encoding = 'hex') => createHash('sha256').update(bytes).digest(encoding);

export class Client {
  constructor(server) {
    this.server = server;
    this.cookie = '';
  }

  async send(method, path, { body, headers = {}, accept = [] } = {}) {
    const json = body !== undefined && !(body instanceof Uint8Array);
    const response = await fetch(this.server.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...(json ? { 'Content-Type': 'application/json' } : {}),
        ...headers,
      },
      body: json ? JSON.stringify(body) : body,
    });
    const endless = response.headers.get('content-type') === 'text/event-stream'; // EventStream reads those
    if (endless) await response.body.cancel();
    const bytes = endless ? Buffer.alloc(0) : Buffer.from(await response.arrayBuffer());
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    const answer = isJson && bytes.length ? JSON.parse(bytes.toString('utf8')) : bytes;
    if (!response.ok && !accept.includes(response.status)) {
      throw new HttpError(method, path, response.status, answer, response.headers);
    }
    return { status: response.status, headers: response.headers, body: answer };
  }

  async get(path, options) { return (await this.send('GET', path, options)).body; }
  async post(path, body = {}, options = {}) { return (await this.send('POST', path, { body, ...options })).body; }

  async signIn(username, password = PASSWORD) {
    const { headers, body } = await this.send('POST', '/api/sign-in', { body: { username, password } });
    this.cookie = headers.get('set-cookie').split(';')[0]; // the only one
    return body.user;
  }

  // Opens the exam: {attempt, session} in state "created", or what is there already.
  async launch(kind = 'exam') {
    const { assessments } = await this.get('/api/campus/assessments');
    const { exam_id } = assessments.find((one) => one.kind === kind);
    const { attempt_id, session_url } = await this.post(`/api/campus/exams/${exam_id}/launch`);
    return { attempt: attempt_id, session: session_url.split('/').pop(), url: session_url };
  }

  async acceptDocuments(session) {
    const { documents } = await this.get(`/api/proctor/sessions/${session}`);
    for (const document of ['instructions', 'agreement']) {
      const { version, sha256: hash } = documents[document];
      await this.post(`/api/proctor/sessions/${session}/consents`, { document, version, sha256: hash });
    }
  }

  check(session, point, claim = { state: 'passed' }) {
    return this.post(`/api/proctor/sessions/${session}/checks`, { point, detail: {}, problem: null, mend: null, ...claim });
  }

  // The steps that need nothing but a page, as far as the session has them: up to "Start Proctoring".
  async checkIn(session) {
    const at = `/api/proctor/sessions/${session}`;
    const { plugin, screen } = await this.get(at);
    if (plugin.required) await this.post(`${at}/plugin`, { version: '1.0.0', id: 'abcdefghijklmnop' });
    await this.acceptDocuments(session);
    for (const point of ['camera', 'microphone', 'displays', 'network', 'machine', 'programs', 'browser']) await this.check(session, point);
    if (screen.required) await this.post(`${at}/screen-consent`, { surface: 'monitor', label: 'screen:0:0' });
  }

  // From sign-in to a session in state "recording": {attempt, session}. For exams without scans.
  async openSession(kind = 'exam') {
    const { attempt, session } = await this.launch(kind);
    await this.checkIn(session);
    await this.post(`/api/proctor/sessions/${session}/start`);
    return { attempt, session };
  }

  // One face scan, three looks a second: `see(scan, n)` gives the picture for what is asked now, or null to stop.
  async scanFace(session, see, { camera = 'Integrated Camera' } = {}) {
    const at = `/api/proctor/sessions/${session}/face-scans`;
    let scan = await this.post(at, { camera });
    for (let n = 0; scan.state === 'scanning' && n < 200; n++) {
      const picture = see(scan, n);
      if (picture === null) return scan;
      const sent = await this.send('POST', `${at}/${scan.id}/frames`, {
        body: picture, headers: { 'Content-Type': 'image/jpeg', 'X-Captured-Ms': String(Math.round(performance.now())) }, accept: [423, 429, 503],
      });
      if (sent.status === 200) scan = sent.body;
      await sleep(sent.status === 503 ? 1000 : 130);
    }
    return scan;
  }

  async createUpload(session, { fields = { kind: 'camera', mime: 'video/webm' }, headers = {}, body } = {}) {
    const { headers: answer } = await this.send('POST', `/api/proctor/sessions/${session}/uploads`, {
      body: body ?? new Uint8Array(0),
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Defer-Length': '1', 'Upload-Metadata': metadata(fields), ...headers },
    });
    return answer.get('location');
  }

  patch(url, offset, bytes, { headers = {}, accept = [], checksum = true } = {}) {
    return this.send('PATCH', url, {
      body: bytes,
      accept,
      headers: {
        'Tus-Resumable': '1.0.0',
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': String(offset),
        ...(checksum ? { 'Upload-Checksum': `sha256 ${sha256(bytes, 'base64')}` } : {}),
        ...headers,
      },
    });
  }

  async offset(url) {
    const { headers } = await this.send('HEAD', url, { headers: { 'Tus-Resumable': '1.0.0' } });
    return Number(headers.get('upload-offset'));
  }
}
