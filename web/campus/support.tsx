/* Whom to ask, and help for what usually goes wrong. */
import { texts } from "../ui/texts";

const t = texts.portal.support;

export function SupportPage() {
  return (
    <div class="stack stretch">
      <section class="card">
        <h1>{t.title}</h1>
        <h2>{t.contactTitle}</h2>
        <p>{t.contact}</p>
        <dl class="facts">
          <dt>{t.phone}</dt>
          <dd>
            <a href={t.phoneLink}>{t.phoneNumber}</a>
          </dd>
          <dt>{t.web}</dt>
          <dd>
            <a href={t.webLink} target="_blank" rel="noreferrer">
              {t.webText}
            </a>
          </dd>
        </dl>
      </section>
      <section class="card">
        <h2>{t.needTitle}</h2>
        <ul class="list">
          {t.need.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t.howTitle}</h2>
        <ol class="list">
          {t.how.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      </section>
      <section class="card">
        <h2>{t.troubleTitle}</h2>
        {t.trouble.map((entry) => (
          <div key={entry.title}>
            <h3>{entry.title}</h3>
            <p>{entry.text}</p>
          </div>
        ))}
      </section>
    </div>
  );
}
