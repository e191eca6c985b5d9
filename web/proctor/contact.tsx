/* "Contact the One-Stop Center" of the proctored window: whom to call, and help with the step at hand.
 * `chat` is the slot of the live chat (web/ui/support). */
import type { ComponentChildren } from "preact";
import { Contact } from "../ui/contact";
import { texts } from "../ui/texts";
import type { Session } from "./api";

const { steps, general } = texts.contact;

export function helpFor(step: string): readonly string[] {
  return step in steps ? steps[step as keyof typeof steps] : general;
}

export function ContactButton(props: { session: Session; chat?: ComponentChildren }) {
  const { support } = props.session.checkin;
  return (
    <Contact
      help={helpFor(props.session.step)}
      {...(support === null ? {} : { phone: support.phone, hours: support.hours, name: support.name })}
    >
      {props.chat}
    </Contact>
  );
}
