/* /review/profiles: the identity profiles that a person has to look at, and the others. */
import { useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { SelectField } from "../ui/field";
import { Card } from "../ui/page";
import { Table } from "../ui/table";
import { formatDateTime } from "../ui/time";
import { Trail, useTitle } from "./frame";
import { Loaded } from "./loaded";
import { parseProfiles, type ProfileRow, type ProfileState } from "./profile-parse";
import { createRefresher } from "./refresh";
import { examsUrl, profilesApi, profileUrl } from "./route";
import { reviewTexts } from "./texts";

const t = reviewTexts.profiles;
const PAGE = 50; // as many as the server gives unless it is asked for more
const CHOICES = ["pending", "approved", "rejected", "expired", ""] as const;

const TONES: Record<ProfileState, Tone> = {
  none: "neutral",
  pending: "warning",
  approved: "good",
  rejected: "bad",
  expired: "neutral",
};

export const ProfileBadge = ({ state }: { state: ProfileState }) => (
  <Badge tone={TONES[state]}>{t.states[state]}</Badge>
);

export const scoreText = (score: number | null): string =>
  score === null ? t.notCompared : score.toFixed(2);

export function ProfilesPage(props: { api: Api }) {
  const { api } = props;
  const [state, setState] = useState<string>("pending");
  const [after, setAfter] = useState("");
  useTitle(t.title);
  const profiles = useMemo(
    () =>
      createRefresher(
        () => api.get(profilesApi(state, after), parseProfiles),
        () => state === "pending",
      ),
    [api, state, after],
  );
  return (
    <>
      <Trail links={[{ href: examsUrl, text: reviewTexts.exams.title }]} here={t.title} />
      <h1>{t.title}</h1>
      <p class="muted">{t.intro}</p>
      <form class="filters" aria-label={t.which} onSubmit={(event) => event.preventDefault()}>
        <SelectField
          label={t.state}
          value={state}
          options={CHOICES.map((value) => ({ value, text: value === "" ? t.all : t.states[value] }))}
          onChange={(value) => {
            setAfter("");
            setState(value);
          }}
        />
      </form>
      <Loaded refresher={profiles} keepLast>
        {(rows) => (
          <Card>
            <Rows rows={rows} empty={state === "pending" ? t.nonePending : t.none} />
            {rows.length === PAGE || after !== "" ? (
              <div class="row">
                <Button disabled={after === ""} onClick={() => setAfter("")}>
                  {t.first}
                </Button>
                <Button
                  disabled={rows.length < PAGE}
                  onClick={() => setAfter(rows[rows.length - 1]?.id ?? "")}
                >
                  {t.more}
                </Button>
              </div>
            ) : null}
          </Card>
        )}
      </Loaded>
    </>
  );
}

function Rows(props: { rows: readonly ProfileRow[]; empty: string }) {
  return (
    <Table
      caption={t.caption}
      captionHidden
      empty={props.empty}
      rows={props.rows}
      rowKey={(row) => row.id}
      columns={[
        {
          title: t.candidate,
          rowHeader: true,
          cell: (row) => (
            <a class="nowrap" href={profileUrl(row.id)}>
              {row.candidate}
            </a>
          ),
        },
        { title: t.state, cell: (row) => <ProfileBadge state={row.state} /> },
        { title: t.faceScore, align: "end", cell: (row) => scoreText(row.faceScore) },
        { title: t.nameScore, align: "end", cell: (row) => scoreText(row.nameScore) },
        { title: t.why, cell: (row) => row.reasons.join("; ") },
        { title: t.changed, cell: (row) => <span class="nowrap">{formatDateTime(row.updatedUs)}</span> },
      ]}
    />
  );
}
