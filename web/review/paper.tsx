/* The report of a session and the summary of an exam as documents, in a language of the reader's choice. */
import { useState } from "preact/hooks";
import { LinkButton } from "../ui/button";
import { SelectField } from "../ui/field";
import { isLanguage, language, LANGUAGE_NAMES, LANGUAGES, type Language } from "../ui/language";
import { Card } from "../ui/page";
import { paperTexts as t } from "./paper-texts";
import { examPaperApi, examPaperCsvApi, paperApi, paperSignatureApi } from "./route";

function LanguageField(props: { value: Language; onChange: (value: Language) => void }) {
  return (
    <div class="paper-language">
      <SelectField
        label={t.language}
        value={props.value}
        options={LANGUAGES.map((value) => ({ value, text: LANGUAGE_NAMES[value] }))}
        onChange={(value) => isLanguage(value) && props.onChange(value)}
      />
    </div>
  );
}

export function PaperCard(props: { session: string; started: boolean }) {
  const [lang, setLang] = useState<Language>(language);
  const { session } = props;
  return (
    <Card title={t.title}>
      {props.started ? (
        <>
          <p class="small">{t.intro}</p>
          <LanguageField value={lang} onChange={setLang} />
          <div class="row">
            <LinkButton href={paperApi(session, "pdf", lang)}>{t.pdf}</LinkButton>
            <LinkButton href={paperApi(session, "html", lang)} newTab>
              {t.page}
            </LinkButton>
          </div>
          <div class="row">
            <a href={paperSignatureApi(session, "pdf", lang)}>{t.signature}</a>
            <a href={paperSignatureApi(session, "html", lang)}>{t.pageSignature}</a>
          </div>
          <p class="small muted">{t.check}</p>
        </>
      ) : (
        <p class="muted">{t.notBegun}</p>
      )}
    </Card>
  );
}

export function ExamPaperCard(props: { exam: string }) {
  const [lang, setLang] = useState<Language>(language);
  const { exam } = props;
  return (
    <Card title={t.exam}>
      <p class="small">{t.examIntro}</p>
      <LanguageField value={lang} onChange={setLang} />
      <div class="row">
        <LinkButton href={examPaperApi(exam, "pdf", lang)}>{t.pdf}</LinkButton>
        <LinkButton href={examPaperApi(exam, "html", lang)} newTab>
          {t.page}
        </LinkButton>
        <LinkButton href={examPaperCsvApi(exam)}>{t.csv}</LinkButton>
      </div>
    </Card>
  );
}
