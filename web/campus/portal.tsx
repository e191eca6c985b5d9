/* myCamu: the sign-in page, then the menu with its pages. */
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Header, Main } from "../ui/page";
import { SignInForm } from "../ui/sign-in";
import { useStore, type Store } from "../ui/store";
import { pageSupport } from "../ui/support/platform";
import { texts } from "../ui/texts";
import { supportTexts } from "../ui/texts-support";
import { isStaff, mayHelp, type User } from "../ui/user";
import { AssessmentsPage } from "./assessments";
import { AttemptsPage } from "./attempts";
import { NamesPage } from "./names";
import { ProfilePage } from "./profile";
import { openProctorWindow, PROCTOR_PATH } from "./proctor-window";
import { ResultPage } from "./result-page";
import { ResultsPage } from "./results";
import type { PortalModel } from "./state";
import { SupportPage } from "./support";

const t = texts.portal;
const RESULT = /^results\/([0-9A-Za-z_-]{1,64})$/; // of one session
const DESK_PATH = "/support-desk/"; // where a support agent works

export interface PortalProps {
  api: Api;
  model: PortalModel;
  route: Store<string>;
}

export function PortalPage(props: PortalProps) {
  const portal = useStore(props.model.portal);
  useEffect(() => void props.model.load(), [props.model]);
  const user = portal.state === "signed-in" ? portal.user.id : 0;
  useEffect(() => {
    if (user !== 0) void pageSupport.get()?.load();
    else if (portal.state === "signed-out") pageSupport.get()?.forget();
  }, [user, portal.state]);
  switch (portal.state) {
    case "loading":
      return (
        <Plain>
          <Spinner />
        </Plain>
      );
    case "failed":
      return (
        <Plain>
          <ErrorNotice error={portal.error} onRetry={() => void props.model.load()} />
        </Plain>
      );
    case "signed-out":
      return (
        <Plain>
          <section class="card sign-in">
            <h1>{texts.signIn.title}</h1>
            <p class="muted">{texts.signIn.intro}</p>
            <SignInForm
              api={props.api}
              onSignedIn={(who) => {
                if (who.role === "support") window.location.assign(DESK_PATH);
                else props.model.signedIn(who);
              }}
            />
          </section>
        </Plain>
      );
    case "signed-in":
      return <SignedIn {...props} user={portal.user} />;
  }
}

function Plain(props: { children: preact.ComponentChildren }) {
  return (
    <>
      <Header product={t.product} />
      <Main>{props.children}</Main>
    </>
  );
}

function SignedIn(props: PortalProps & { user: User }) {
  const { user, api, model } = props;
  const route = useStore(props.route);
  const [blocked, setBlocked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [leaving, setLeaving] = useState(false);
  const candidate = user.role === "candidate";
  const openProctor = () => setBlocked(!openProctorWindow());
  const staff = isStaff(user);
  const page =
    (candidate && ["assessments", "results"].includes(route)) ||
    (candidate && RESULT.test(route)) ||
    (staff && ["attempts", "names"].includes(route)) ||
    route === "support"
      ? route
      : "profile";

  const resultOf = RESULT.exec(page)?.[1] ?? null;
  const menu = resultOf === null ? page : "results";

  useEffect(() => {
    const names: Record<string, string> = {
      ...t.menuItems,
      attempts: texts.player.staff.menu,
      names: texts.player.names.menu,
    };
    document.title = `${names[menu] ?? t.profile.title} - ${t.product}`;
  }, [menu]);

  async function logOut() {
    setLeaving(true);
    setError(null);
    try {
      await model.logOut();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setLeaving(false);
    }
  }

  return (
    <>
      <Header product={t.product}>
        <span>{user.fullName}</span>
        <Button busy={leaving} onClick={() => void logOut()}>
          {texts.common.logOut}
        </Button>
      </Header>
      <div class="portal">
        <nav class="menu" aria-label={t.menu}>
          <MenuLink page="profile" current={menu} text={t.menuItems.profile} />
          {candidate ? (
            <>
              <MenuLink page="assessments" current={menu} text={t.menuItems.assessments} />
              <a
                class="menu-item"
                href={PROCTOR_PATH}
                target="Proctortrack"
                onClick={(event) => {
                  event.preventDefault();
                  openProctor();
                }}
              >
                {t.menuItems.proctortrack}
                <span class="menu-window" aria-hidden="true">
                  ↗
                </span>
                <span class="visually-hidden">({t.opensWindow})</span>
              </a>
              <MenuLink page="results" current={menu} text={t.menuItems.results} />
            </>
          ) : null}
          {staff ? (
            <>
              <a class="menu-item" href="/review/">
                {t.menuItems.review}
              </a>
              <MenuLink page="attempts" current={menu} text={texts.player.staff.menu} />
              <MenuLink page="names" current={menu} text={texts.player.names.menu} />
            </>
          ) : null}
          {mayHelp(user) ? (
            <a class="menu-item" href={DESK_PATH}>
              {supportTexts.desk.menu}
            </a>
          ) : null}
          <MenuLink page="support" current={menu} text={t.menuItems.support} />
          <button type="button" class="menu-item" onClick={() => void logOut()}>
            {texts.common.logOut}
          </button>
        </nav>
        <Main>
          {error !== null ? <ErrorNotice error={error} /> : null}
          {blocked ? (
            <Notice tone="warning">
              <p>{t.popupBlocked}</p>
              <a href={PROCTOR_PATH}>{t.openHere}</a>
            </Notice>
          ) : null}
          {page === "profile" ? <ProfilePage api={api} user={user} openProctor={openProctor} /> : null}
          {page === "attempts" ? <AttemptsPage api={api} /> : null}
          {page === "names" ? <NamesPage api={api} /> : null}
          {page === "assessments" ? <AssessmentsPage api={api} openProctor={openProctor} /> : null}
          {page === "results" ? <ResultsPage api={api} /> : null}
          {resultOf !== null ? <ResultPage key={resultOf} api={api} session={resultOf} /> : null}
          {page === "support" ? <SupportPage /> : null}
        </Main>
      </div>
    </>
  );
}

function MenuLink(props: { page: string; current: string; text: string }) {
  return (
    <a
      class="menu-item"
      href={`#/${props.page}`}
      {...(props.page === props.current ? { "aria-current": "page" as const } : {})}
    >
      {props.text}
    </a>
  );
}
