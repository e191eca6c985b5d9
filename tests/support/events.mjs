// A reader of event streams (text/event-stream) on a connection of its own, as EventSource is.
import assert from 'node:assert/strict';
import http from 'node:http';

export class EventStream {
  static async open(t, client, path, lastId = 0) {
    const stream = new EventStream();
    const url = new URL(path, client.server.origin);
    stream.request = http.get(url, {
      agent: false,
      headers: { Cookie: client.cookie, Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': String(lastId) } : {}) },
    });
    const response = await new Promise((done, failed) => stream.request.on('response', done).on('error', failed));
    stream.request.on('error', () => undefined); // a server that was killed
    assert.equal(response.statusCode, 200, path);
    assert.equal(response.headers['content-type'], 'text/event-stream');
    stream.ended = new Promise((done) => response.on('close', done).on('error', done));
    response.setEncoding('utf8');
    response.on('data', (text) => stream.#take(text));
    t.after(() => stream.request.destroy());
    return stream;
  }

  events = []; // {id, event, data}
  comments = 0;
  #text = '';
  #waiting = new Set();

  #take(text) {
    this.#text += text;
    for (let end; (end = this.#text.indexOf('\n\n')) >= 0; this.#text = this.#text.slice(end + 2)) {
      const found = {};
      for (const line of this.#text.slice(0, end).split('\n')) {
        if (line.startsWith(':')) this.comments += 1;
        const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (name) found[name] = value;
      }
      if (found.event) {
        this.events.push({ id: Number(found.id ?? 0), event: found.event, data: JSON.parse(found.data) });
      }
    }
    for (const look of [...this.#waiting]) look();
  }

  messagesSeen() { return this.events.filter(({ event }) => event === 'message'); }

  async until(what, holds) { await this.#when(what, () => this.events.some(holds)); }
  async messages(count) { await this.#when(`${count} messages`, () => this.messagesSeen().length >= count); }

  async #when(what, holds) {
    if (holds()) return;
    await new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`${what}: not within 5 s; seen: ${JSON.stringify(this.events)}`)), 5000);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        done();
      };
      this.#waiting.add(look);
    });
  }

  cut() { this.request.destroy(); }
}
