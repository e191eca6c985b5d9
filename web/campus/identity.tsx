/* On the Profile page of a candidate: what is known of who they are, until when, and why not. */
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { ErrorNotice, Spinner } from "../ui/notice";
import { fields, parseInteger, parseText, type Parse } from "../ui/parse";
import { texts } from "../ui/texts";
import { formatDate } from "../ui/time";
import { useLoaded } from "./load";

const t = texts.portal.identity;
const STATES = ["none", "pending", "approved", "rejected", "expired"] as const;
const PARTS = ["none", "kept", "rejected"] as const;

export interface Identity {
  state: (typeof STATES)[number];
  face: (typeof PARTS)[number];
  idCard: (typeof PARTS)[number];
  name: string | null;
  expiresUs: number | null;
  reasons: string[];
}

export const parseIdentity: Parse<Identity> = (value, path) => {
  const f = fields(value, path);
  return {
    state: f.oneOf("state", STATES),
    face: f.oneOf("face", PARTS),
    idCard: f.oneOf("id_card", PARTS),
    name: f.nullable("name", parseText),
    expiresUs: f.nullable("expires_us", parseInteger),
    reasons: f.list("reasons", parseText),
  };
};

const TONES: Record<Identity["state"], Tone> = {
  none: "neutral",
  pending: "warning",
  approved: "good",
  rejected: "bad",
  expired: "warning",
};

export function IdentityCard({ api }: { api: Api }) {
  const [identity, reload] = useLoaded(() => api.get("/api/campus/identity", parseIdentity));
  return (
    <section class="card">
      <h2>{t.title}</h2>
      {identity.state === "loading" ? <Spinner /> : null}
      {identity.state === "failed" ? <ErrorNotice error={identity.error} onRetry={reload} /> : null}
      {identity.state === "ready" ? <Content identity={identity.value} /> : null}
    </section>
  );
}

function Content({ identity }: { identity: Identity }) {
  return (
    <>
      <p>
        <Badge tone={TONES[identity.state]}>{t.states[identity.state]}</Badge> {t.meaning[identity.state]}
      </p>
      <dl class="facts">
        <dt>{t.face}</dt>
        <dd>{t.parts[identity.face]}</dd>
        <dt>{t.idCard}</dt>
        <dd>{t.parts[identity.idCard]}</dd>
        {identity.name === null ? null : (
          <>
            <dt>{t.name}</dt>
            <dd>{identity.name}</dd>
          </>
        )}
        {identity.expiresUs === null ? null : (
          <>
            <dt>{t.expires}</dt>
            <dd>{formatDate(identity.expiresUs)}</dd>
          </>
        )}
      </dl>
      {identity.reasons.length === 0 || identity.state === "approved" ? null : (
        <>
          <h3>{t.reasons}</h3>
          <ul>
            {identity.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
