/* What every review page has around it: who we are, who is signed in, the way back up. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button, LinkButton } from "../ui/button";
import { Notice } from "../ui/notice";
import { Header, Main } from "../ui/page";
import { texts } from "../ui/texts";
import { signOut, type User } from "../ui/user";
import { examsUrl } from "./route";
import { reviewTexts as t } from "./texts";

export function Frame(props: {
  api: Api | null;
  user: User | null;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const { api, user } = props;
  const [busy, setBusy] = useState(false);
  async function leave() {
    if (!api) return;
    setBusy(true);
    try {
      await signOut(api);
    } finally {
      location.assign("/");
    }
  }
  return (
    <>
      <Header product={t.product}>
        {user ? <span class="header-detail">{user.fullName}</span> : null}
        {user && api ? (
          <Button kind="quiet" busy={busy} onClick={() => void leave()}>
            {texts.common.logOut}
          </Button>
        ) : null}
      </Header>
      <Main wide={props.wide ?? false}>
        <div class="review-page">{props.children}</div>
      </Main>
    </>
  );
}

/* The name of the window or tab. */
export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, t.product].join(" - ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/* Exams > an exam > a candidate; the last one is the page itself. */
export function Trail(props: { links: readonly { href: string; text: string }[]; here: string }) {
  return (
    <nav aria-label={t.trail} class="trail">
      <ol>
        {props.links.map((link) => (
          <li key={link.href}>
            <a href={link.href}>{link.text}</a>
          </li>
        ))}
        <li aria-current="page">{props.here}</li>
      </ol>
    </nav>
  );
}

function Dead(props: { title: string; text: string; link: string; href: string }) {
  return (
    <div class="stack">
      <h1>{props.title}</h1>
      <Notice tone="info">
        <p>{props.text}</p>
        <LinkButton href={props.href} kind="primary">
          {props.link}
        </LinkButton>
      </Notice>
    </div>
  );
}

export const SignedOut = () => <Dead {...t.signedOut} href="/" />;
export const Refused = () => <Dead {...t.forbidden} href="/" />;
export const NotFound = () => <Dead {...t.notFound} href={examsUrl} />;
