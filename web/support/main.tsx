/* The support desk: /support-desk/. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "../ui/base.css";
import "../ui/support/support.css";
import "./desk.css";
import { asApiError, createApi, type Api } from "../ui/api";
import { Button, LinkButton } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Header, Main } from "../ui/page";
import { browserSupport } from "../ui/support/platform";
import { browserConnect } from "../ui/support/stream";
import { texts } from "../ui/texts";
import { supportTexts } from "../ui/texts-support";
import { fetchMe, mayHelp, signOut, type User } from "../ui/user";
import { createDesk } from "./desk";
import { DeskPage } from "./page";

const t = supportTexts.desk;

type Who = { state: "loading" } | { state: "in"; user: User } | { state: "out" } | { state: "failed"; error: unknown };

function App({ api }: { api: Api }) {
  const [who, setWho] = useState<Who>({ state: "loading" });
  useEffect(() => {
    document.title = t.product;
    api.onUnauthorized(() => setWho({ state: "out" }));
    fetchMe(api).then(
      (user) => setWho({ state: "in", user }),
      (error: unknown) =>
        setWho(asApiError(error).status === 401 ? { state: "out" } : { state: "failed", error }),
    );
  }, [api]);
  return (
    <>
      <Header product={t.product}>
        {who.state === "in" ? (
          <>
            <span>{who.user.fullName}</span>
            <Button onClick={() => void signOut(api).finally(() => location.assign("/"))}>
              {texts.common.logOut}
            </Button>
          </>
        ) : null}
      </Header>
      <Main wide>
        <Content api={api} who={who} />
      </Main>
    </>
  );
}

function Content({ api, who }: { api: Api; who: Who }) {
  switch (who.state) {
    case "loading":
      return <Spinner />;
    case "failed":
      return <ErrorNotice error={who.error} onRetry={() => location.reload()} />;
    case "out":
      return <Dead title={t.signInTitle} />;
    case "in":
      return mayHelp(who.user) ? <Open api={api} /> : <Dead title={t.refusedTitle} />;
  }
}

function Dead(props: { title: string }) {
  return (
    <div class="stack">
      <h1>{props.title}</h1>
      <Notice tone="info">
        <LinkButton href="/" kind="primary">
          {t.toPortal}
        </LinkButton>
      </Notice>
    </div>
  );
}

function Open({ api }: { api: Api }) {
  const [desk] = useState(() =>
    createDesk(api, { connect: browserConnect, newId: browserSupport.newId, waiter: browserSupport.waiter }),
  );
  return <DeskPage api={api} desk={desk} />;
}

const root = document.getElementById("app");
if (root) render(<App api={createApi()} />, root);
