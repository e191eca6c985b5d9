/* The agreement on the recording. What is accepted is the text of exactly this version and hash. */
import { asApiError } from "../../ui/api";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice } from "../../ui/notice";
import { texts } from "../../ui/texts";
import type { Terms } from "../api";
import { useAction } from "./action";
import { DocumentText } from "./document-text";
import type { StepProps } from "./step";

const t = texts.proctor.agreement;

/* Beside the text, which is the same for all: what holds for this test. */
function TermsBox({ terms }: { terms: Terms }) {
  const k = t.terms;
  return (
    <section class="stack" aria-labelledby="terms-title">
      <h2 id="terms-title">{k.title}</h2>
      <ul class="list">
        <li>{k.recordings(terms.recordingsDays)}</li>
        <li>{k.derived(terms.derivedDays)}</li>
        <li>{k.identity(terms.identityDays)}</li>
        <li>{terms.appealDays === 0 ? k.noAppeal : k.appeal(terms.appealDays)}</li>
      </ul>
    </section>
  );
}

export function AgreementStep({ sitting, session }: StepProps) {
  const document = session.documents.agreement;
  const submit = useAction(async () => {
    try {
      await sitting.accept("agreement", document);
    } catch (thrown) {
      if (asApiError(thrown).status === 409) await sitting.refresh(); // shows the text of now
      throw thrown;
    }
  });
  return (
    <section class="card">
      <h1>{document.title}</h1>
      <div class="document" lang="en" tabIndex={0} role="region" aria-label={t.regionLabel}>
        <DocumentText paragraphs={document.paragraphs} />
        <p class="muted small">{t.version(document.version)}</p>
      </div>
      {session.terms === null ? null : <TermsBox terms={session.terms} />}
      {submit.error === null ? null : asApiError(submit.error).status === 409 ? (
        <Notice tone="warning">{t.changed}</Notice>
      ) : (
        <ErrorNotice error={submit.error} />
      )}
      <div class="row">
        <Button kind="primary" large busy={submit.busy} onClick={submit.run}>
          {t.submit}
        </Button>
      </div>
    </section>
  );
}
