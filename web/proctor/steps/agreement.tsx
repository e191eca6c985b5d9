/* The agreement on the recording. What is accepted is the text of exactly this version and hash. */
import { asApiError } from "../../ui/api";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice } from "../../ui/notice";
import { texts } from "../../ui/texts";
import { useAction } from "./action";
import { DocumentText } from "./document-text";
import type { StepProps } from "./step";

const t = texts.proctor.agreement;

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
