/* A conversation: its messages and the field for the next one. Both sides use it. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Button } from "../button";
import { supportTexts as t } from "../texts-support";
import { formatTime } from "../time";
import { bytesOf, plainText, TEXT_MAX, type Message } from "./api";
import type { Pending } from "./outbox";

const NEAR = 500; // bytes from the end the room is told

export interface ChatProps {
  side: "candidate" | "center";
  messages: readonly Message[];
  pending: readonly Pending[];
  label: string;
  over?: boolean; // nothing can be written any more
  onSend: (text: string) => void;
  onDiscard: (clientId: string) => void;
}

export function Chat(props: ChatProps) {
  const log = useRef<HTMLDivElement>(null);
  const waiting = props.pending.map((one) => `${one.clientId}${one.held ? "!" : ""}`).join();
  const last = `${props.messages.at(-1)?.id ?? 0} ${waiting}`;
  useEffect(() => {
    log.current?.scrollTo(0, log.current.scrollHeight);
  }, [last]);
  return (
    <div class="chat">
      <div ref={log} class="chat-log" role="log" aria-label={t.log} tabIndex={0}>
        {props.messages.map((message) => (
          <Line key={message.id} message={message} own={message.from === props.side} />
        ))}
        {props.pending.map((one) => (
          <Waiting key={one.clientId} one={one} onDiscard={props.onDiscard} />
        ))}
      </div>
      {props.over ? null : <Composer label={props.label} onSend={props.onSend} />}
    </div>
  );
}

function Line({ message, own }: { message: Message; own: boolean }) {
  return (
    <div class={own ? "chat-line chat-own" : "chat-line"}>
      <p class="chat-who">
        <strong>{own ? t.you : message.author}</strong>{" "}
        <span class="numeric">{formatTime(message.timeUs).slice(0, 5)}</span>
      </p>
      <p class="chat-text">{message.text}</p>
    </div>
  );
}

function Waiting(props: { one: Pending; onDiscard: (clientId: string) => void }) {
  const { one } = props;
  return (
    <div class="chat-line chat-own chat-waiting">
      <p class="chat-text">{one.text}</p>
      <p class="chat-who">
        {one.problem !== null ? t.refused(one.problem) : one.held ? t.waiting : t.sending}
      </p>
      {one.problem === null ? null : (
        <Button kind="quiet" onClick={() => props.onDiscard(one.clientId)}>
          {t.discard}
        </Button>
      )}
    </div>
  );
}

function Composer(props: { label: string; onSend: (text: string) => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const plain = plainText(text);
  const left = TEXT_MAX - bytesOf(plain);
  function send() {
    if (plain === "" || left < 0) return;
    props.onSend(plain);
    setText("");
  }
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        class="input"
        rows={2}
        value={text}
        aria-describedby={`${id}-hint`}
        aria-invalid={left < 0}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="row row-between">
        <p class={left < 0 ? "field-problem" : "field-hint"} id={`${id}-hint`}>
          {left < 0 ? t.tooLong : left < NEAR ? t.left(left) : t.hint}
        </p>
        <Button type="submit" kind="primary">
          {t.send}
        </Button>
      </div>
    </form>
  );
}
