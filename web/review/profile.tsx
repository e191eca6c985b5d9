/* /review/profiles/ID: face scan and photo ID side by side, what was read, and the decision of a person. */
import { useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { ErrorNotice } from "../ui/notice";
import { formatDate, formatDateTime } from "../ui/time";
import { Trail, useTitle } from "./frame";
import { Loaded } from "./loaded";
import { parseProfile, type Profile } from "./profile-parse";
import { ProfileBadge, scoreText } from "./profiles";
import { createRefresher } from "./refresh";
import {
  examsUrl,
  profileApi,
  profileDecisionApi,
  profilePictureApi,
  profilesUrl,
} from "./route";
import { reviewTexts } from "./texts";

const t = reviewTexts.profiles;
const REASON_MAX = 500; // bytes at the server; letters with accents are fewer

export function ProfilePage(props: { api: Api; profile: string }) {
  const { api } = props;
  useTitle(t.one);
  const profile = useMemo(
    () =>
      createRefresher(
        () => api.get(profileApi(props.profile), parseProfile),
        () => false,
      ),
    [api, props.profile],
  );
  return (
    <Loaded refresher={profile}>
      {(value) => (
        <>
          <Trail
            links={[
              { href: examsUrl, text: reviewTexts.exams.title },
              { href: profilesUrl, text: t.title },
            ]}
            here={value.candidate}
          />
          <div class="row row-between">
            <h1>{value.candidate}</h1>
            <ProfileBadge state={value.state} />
          </div>
          <div class="profile-pictures">
            <Picture profile={value} part="face" there={value.face !== "none"} title={t.face} />
            <Picture profile={value} part="id" there={value.idCard !== "none"} title={t.idCard} />
          </div>
          <Machine profile={value} />
          <Decision api={api} profile={value} onDecided={() => profile.again()} />
          <History profile={value} />
        </>
      )}
    </Loaded>
  );
}

function Picture(props: { profile: Profile; part: "face" | "id"; there: boolean; title: string }) {
  return (
    <section class="card" aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.there ? (
        <img
          class="profile-picture"
          src={profilePictureApi(props.profile.id, props.part)}
          alt={t.pictureOf(props.title, props.profile.candidate)}
        />
      ) : (
        <p class="muted">{t.notScanned}</p>
      )}
    </section>
  );
}

/* What the machine read and measured: it decides nothing here. */
function Machine({ profile }: { profile: Profile }) {
  const { reading } = profile;
  return (
    <section class="card">
      <h2>{t.machine}</h2>
      <dl class="facts">
        <dt>{t.account}</dt>
        <dd>{profile.candidate}</dd>
        <dt>{t.read}</dt>
        <dd>{reading?.name ?? t.notRead}</dd>
        <dt>{t.nameScore}</dt>
        <dd>
          {scoreText(profile.nameScore)}{" "}
          <span class="muted">{reading === null ? "" : reading.nameReason}</span>
        </dd>
        <dt>{t.faceScore}</dt>
        <dd>
          {scoreText(profile.faceScore)} <span class="muted">{t.faceHint}</span>
        </dd>
        <dt>{t.document}</dt>
        <dd>
          {reading?.document ?? t.notRead}
          {reading?.zone ? `, ${t.zone}` : ""}
          {reading?.barcode ? `, ${t.barcode}` : ""}
        </dd>
        <dt>{t.expires}</dt>
        <dd>{reading?.expires ?? t.notRead}</dd>
        {profile.expiresUs === null ? null : (
          <>
            <dt>{t.until}</dt>
            <dd>{formatDate(profile.expiresUs)}</dd>
          </>
        )}
      </dl>
      {profile.reasons.length === 0 ? null : (
        <>
          <h3>{t.why}</h3>
          <ul>
            {profile.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      <p class="small muted">{t.pictureNote}</p>
    </section>
  );
}

function Decision(props: { api: Api; profile: Profile; onDecided: () => void }) {
  const { api, profile } = props;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const whole = profile.face !== "none" && profile.idCard !== "none";

  async function decide(decision: "approved" | "rejected") {
    setBusy(true);
    setProblem(null);
    try {
      await api.post(profileDecisionApi(profile.id), { decision, reason: reason.trim() }, parseProfile);
      setReason("");
      props.onDecided();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class="card by-people" aria-label={t.decide}>
      <h2>{t.decide}</h2>
      {whole ? (
        <form onSubmit={(event) => event.preventDefault()}>
          <TextField
            label={t.reason}
            hint={t.reasonHint}
            value={reason}
            onInput={setReason}
            maxLength={REASON_MAX}
          />
          {problem !== null ? <ErrorNotice error={problem} /> : null}
          <div class="row">
            <Button
              kind="primary"
              busy={busy}
              disabled={reason.trim() === "" || profile.state === "approved"}
              onClick={() => void decide("approved")}
            >
              {t.approve}
            </Button>
            <Button
              kind="danger"
              busy={busy}
              disabled={reason.trim() === "" || profile.state === "rejected"}
              onClick={() => void decide("rejected")}
            >
              {t.reject}
            </Button>
          </div>
          <p class="small muted">{t.reversible}</p>
        </form>
      ) : (
        <p class="muted">{t.notWhole}</p>
      )}
    </section>
  );
}

function History({ profile }: { profile: Profile }) {
  return (
    <section class="card">
      <h2>{t.history}</h2>
      <ol class="plain-list">
        {profile.history.map((event, i) => (
          <li key={i}>
            <span class="muted nowrap">{formatDateTime(event.timeUs)}</span>{" "}
            {t.events[event.kind] ?? event.kind}
            {event.by === "" ? "" : `, ${event.by}`}
            {event.detail === "" ? null : <>: “{event.detail}”</>}
          </li>
        ))}
      </ol>
    </section>
  );
}
