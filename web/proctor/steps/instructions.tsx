/* Instructions and rules: "Go to Next Step" wants the text scrolled to its end and the box ticked. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/field";
import { ErrorNotice } from "../../ui/notice";
import { texts } from "../../ui/texts";
import { useAction } from "./action";
import { DocumentText } from "./document-text";
import type { StepProps } from "./step";

const t = texts.proctor.instructions;
const NEAR_END_PX = 8; // zoom makes scroll positions fractions

export function InstructionsStep({ sitting, session }: StepProps) {
  const document = session.documents.instructions;
  const box = useRef<HTMLDivElement>(null);
  const [readToEnd, setReadToEnd] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const next = useAction(() => sitting.accept("instructions", document));

  function check() {
    const it = box.current;
    if (it !== null && it.scrollTop + it.clientHeight >= it.scrollHeight - NEAR_END_PX)
      setReadToEnd(true);
  }
  useEffect(() => {
    check(); // a short text, or a tall window: there is nothing to scroll
    window.addEventListener("resize", check);
    return () => window.removeEventListener("resize", check);
  }, []);

  return (
    <section class="card">
      <h1>{document.title}</h1>
      <div
        ref={box}
        class="document"
        tabIndex={0}
        role="region"
        aria-label={t.regionLabel}
        lang="en"
        onScroll={check}
      >
        <DocumentText paragraphs={document.paragraphs} sections={document.sections} />
      </div>
      <Checkbox checked={confirmed} onChange={setConfirmed}>
        {t.read}
      </Checkbox>
      {next.error !== null ? <ErrorNotice error={next.error} /> : null}
      <div class="row">
        <Button
          kind="primary"
          large
          disabled={!readToEnd || !confirmed}
          busy={next.busy}
          describedBy="instructions-state"
          onClick={next.run}
        >
          {t.next}
        </Button>
        <span id="instructions-state" class="muted" role="status">
          {!readToEnd ? t.scroll : !confirmed ? t.tick : t.ready}
        </span>
      </div>
    </section>
  );
}
