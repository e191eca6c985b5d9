/* The frame of a page: who we are at the top, who is signed in, a menu, and the content. */
import type { ComponentChildren } from "preact";
import { LanguageMenu } from "./language-menu";
import { SupportButton } from "./support/panel";
import { texts } from "./texts";

export function Header(props: {
  product: string;
  detail?: ComponentChildren;
  children?: ComponentChildren; // at the right
  languageFixed?: boolean; // nothing may load this page again just now
}) {
  return (
    <header class="header">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault(); // the part behind "#" is the route of some pages
          document.getElementById("main")?.focus();
        }}
      >
        {texts.common.skip}
      </a>
      <span class="brand">
        <span class="brand-mark" aria-hidden="true" />
        {props.product}
      </span>
      {props.detail ? <span class="header-detail">{props.detail}</span> : null}
      <div class="header-end">
        <SupportButton />
        {props.children}
        {props.languageFixed ? null : <LanguageMenu />}
      </div>
    </header>
  );
}

export function Main(props: { children: ComponentChildren; wide?: boolean }) {
  return (
    <main id="main" class={props.wide ? "main main-wide" : "main"} tabIndex={-1}>
      {props.children}
    </main>
  );
}

export function Card(props: { title?: string; children: ComponentChildren }) {
  return (
    <section class="card">
      {props.title ? <h2>{props.title}</h2> : null}
      {props.children}
    </section>
  );
}
