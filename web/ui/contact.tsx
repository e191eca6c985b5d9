/* "Contact the One-Stop Center": a button in the header and a dialog with telephone, hours, help for the
 * place at hand, and room for the chat. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { texts } from "./texts";

const t = texts.contact;

export interface ContactProps {
  help?: readonly string[];
  phone?: string;
  hours?: string;
  name?: string;
  children?: ComponentChildren; // the chat
}

/* "1 (844) 753-2020" is tel:+18447532020: a number that begins with its country. */
export function phoneLink(phone: string): string {
  return `tel:+${phone.replace(/\D/g, "")}`;
}

export function Contact(props: ContactProps) {
  const [open, setOpen] = useState(false);
  const phone = props.phone || t.phoneUsual;
  const close = () => setOpen(false);
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        {t.open}
      </Button>
      <Dialog
        open={open}
        title={props.name || t.title}
        onClose={close}
        actions={
          <Button kind="primary" onClick={close}>
            {texts.common.close}
          </Button>
        }
      >
        <p>{t.intro}</p>
        <dl class="facts">
          <dt>{t.phone}</dt>
          <dd>
            <a href={phoneLink(phone)}>{phone}</a>
          </dd>
          <dt>{t.hours}</dt>
          <dd>{props.hours || t.hoursUsual}</dd>
        </dl>
        <h3>{t.helpTitle}</h3>
        <ul class="list">
          {(props.help ?? t.general).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {props.children}
      </Dialog>
    </>
  );
}
