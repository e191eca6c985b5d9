/* The Profile page: who one is here, and what to do next. */
import type { Api } from "../ui/api";
import { Button, LinkButton } from "../ui/button";
import { texts } from "../ui/texts";
import { isStaff, type User } from "../ui/user";
import { IdentityCard } from "./identity";
import { CorrectName } from "./names";

const t = texts.portal.profile;

export function ProfilePage(props: { api: Api; user: User; openProctor: () => void }) {
  const { api, user, openProctor } = props;
  return (
    <div class="stack stretch">
      <section class="card">
        <h1>{t.title}</h1>
        <dl class="facts">
          <dt>{t.fullName}</dt>
          <dd>{user.fullName}</dd>
          <dt>{t.username}</dt>
          <dd>{user.username}</dd>
          <dt>{t.email}</dt>
          <dd>{user.email === "" ? "-" : user.email}</dd>
          <dt>{t.role}</dt>
          <dd>{t.roles[user.role]}</dd>
        </dl>
        {user.role === "candidate" ? <p class="muted">{t.idName}</p> : null}
      </section>
      {user.role === "candidate" ? (
        <section class="card">
          <h2>{t.next}</h2>
          <p>{t.nextText}</p>
          <div class="row">
            <Button kind="primary" onClick={openProctor}>
              {texts.portal.assessments.open}
            </Button>
          </div>
        </section>
      ) : null}
      {user.role === "candidate" ? <IdentityCard api={api} /> : null}
      {user.role === "candidate" ? <CorrectName api={api} /> : null}
      {isStaff(user) ? (
        <section class="card">
          <h2>{t.next}</h2>
          <p>{t.reviewText}</p>
          <div class="row">
            <LinkButton kind="primary" href="/review/">
              {t.openReview}
            </LinkButton>
          </div>
        </section>
      ) : null}
    </div>
  );
}
