/* "Contact the One-Stop Center": a button that every page of a candidate has in its header, and a panel
 * at the side of the page: telephone, hours, help with the step at hand, and the chat. It is not modal: the
 * exam goes on beside it. A message that comes in is announced and counted on the button; the focus stays
 * where the candidate is. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Button } from "../button";
import { useStore } from "../store";
import { supportTexts as t } from "../texts-support";
import { Chat } from "./chat";
import type { Support } from "./model";
import { pageSupport } from "./platform";
import "./support.css";

export function SupportButton(props: { short?: boolean }) {
  const support = useStore(pageSupport);
  return support === null ? null : <Place support={support} short={props.short ?? false} />;
}

function Place({ support, short }: { support: Support; short: boolean }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const conversation = useStore(support.conversation);
  const news = useStore(support.news);
  const unread = conversation.state === "ready" ? conversation.unread : 0;
  function close() {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  }
  return (
    <div class="support" ref={box}>
      <button
        type="button"
        class="button button-quiet"
        aria-expanded={open}
        aria-haspopup="dialog"
        {...(short ? { "aria-label": shortLabel(unread) } : {})}
        onClick={() => (open ? close() : setOpen(true))}
      >
        <span>{short ? t.openShort : t.open}</span>
        {unread > 0 ? (
          <>
            <span class="support-count" aria-hidden="true">
              {unread}
            </span>
            <span class="visually-hidden">({t.unread(unread)})</span>
          </>
        ) : null}
      </button>
      <span class="visually-hidden" role="status">
        {news === null || open ? "" : t.announce(news.author, news.text)}
      </span>
      {open ? <Panel support={support} onClose={close} /> : null}
    </div>
  );
}

/* It begins with what is written on the button, for those who speak to their computer. */
function shortLabel(unread: number): string {
  const name = `${t.openShort}: ${t.open}`;
  return unread > 0 ? `${name}, ${t.unread(unread)}` : name;
}

function phoneLink(phone: string): string {
  return `tel:+${phone.replaceAll(/\D/g, "")}`;
}

function Panel({ support, onClose }: { support: Support; onClose: () => void }) {
  const id = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const contact = useStore(support.contact);
  const { step } = useStore(support.place);
  const help = (step === null ? undefined : t.help.steps[step]) ?? t.help.general;
  useEffect(() => {
    title.current?.focus();
    support.look(true);
    void support.load();
    return () => support.look(false);
  }, [support]);
  return (
    <section
      class="support-panel"
      role="dialog"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="row row-between">
        <h2 id={id} ref={title} tabIndex={-1}>
          {contact?.name ?? "One-Stop Center"}
        </h2>
        <Button kind="quiet" onClick={onClose}>
          {t.close}
        </Button>
      </div>
      {contact === null ? null : (
        <dl class="facts">
          <dt>{t.phone}</dt>
          <dd>
            <a href={phoneLink(contact.phone)}>{contact.phone}</a>
          </dd>
          <dt>{t.hours}</dt>
          <dd>{contact.hours}</dd>
        </dl>
      )}
      <h3>{t.helpTitle}</h3>
      <ul class="support-help">
        {help.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <h3>{t.chat}</h3>
      <Talk support={support} />
    </section>
  );
}

function Talk({ support }: { support: Support }) {
  const conversation = useStore(support.conversation);
  const pending = useStore(support.pending);
  if (conversation.state !== "ready")
    return <p class="muted">{conversation.state === "nobody" ? t.chatSignIn : "..."}</p>;
  return (
    <>
      {conversation.messages.length === 0 ? <p class="muted">{t.chatIntro}</p> : null}
      {conversation.connected ? null : (
        <p class="muted" role="status">
          {t.offline}
        </p>
      )}
      <Chat
        side="candidate"
        messages={conversation.messages}
        pending={pending}
        label={t.message}
        onSend={support.send}
        onDiscard={support.discard}
      />
      {conversation.closed ? (
        <p class="muted" role="status">
          {t.ended}
        </p>
      ) : null}
    </>
  );
}
