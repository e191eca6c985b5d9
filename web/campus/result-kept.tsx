/* What is kept of a sitting, until when, and the receipts of what was deleted. */
import { Fragment } from "preact";
import { texts } from "../ui/texts";
import { formatDate, formatDateTime } from "../ui/time";
import { deletionUrl, PARTS, type Kept } from "./result-api";

const t = texts.result;

function partsOf(what: string): string {
  return PARTS.filter((part) => what.split(", ").includes(part))
    .map((part) => t.receiptParts[part])
    .join(", ");
}

export function Receipts({ session, keep }: { session: string; keep: Kept }) {
  if (keep.deletions.length === 0) return null;
  return (
    <ul class="list small">
      {keep.deletions.map((one) => (
        <li key={one.id}>
          {one.signed ? (
            <a href={deletionUrl(session, one.id)} download="deletion.json">
              {t.receipt(partsOf(one.what), formatDateTime(one.timeUs))}
            </a>
          ) : (
            <>
              {partsOf(one.what)}: {t.receiptSoon}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

export function KeptCard({ session, keep }: { session: string; keep: Kept }) {
  return (
    <section class="card kept">
      <h2>{t.kept}</h2>
      <p class="muted">{t.keptIntro}</p>
      <dl class="facts">
        {PARTS.map((part) => {
          const { untilUs, goneUs } = keep.parts[part];
          return (
            <Fragment key={part}>
              <dt>{t.parts[part]}</dt>
              <dd>{goneUs === null ? t.until(formatDate(untilUs)) : t.deleted(formatDate(goneUs))}</dd>
            </Fragment>
          );
        })}
      </dl>
      {keep.held ? <p>{t.held}</p> : null}
      {keep.deletions.length > 0 ? (
        <>
          <h3>{t.receipts}</h3>
          <Receipts session={session} keep={keep} />
        </>
      ) : null}
    </section>
  );
}
