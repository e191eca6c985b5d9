/* Reports on paper. */
export const paperTexts = {
  title: "Report to keep or pass on",
  intro:
    "All of this page as one document, with the numbers behind each flag and what people said of it. That you made it is noted in the session's evidence, with its hash.",
  notBegun: "There is a report once the session has begun.",
  language: "Language of the report",
  pdf: "Download as PDF",
  page: "Open as a page (new tab)",
  signature: "Signature of the PDF",
  pageSignature: "Signature of the page",
  check:
    "Download a signature after its report: it is for the very bytes that you got last. Whoever has the deployment's public key checks both with: proctortrack verify --key KEY --signature FILE REPORT",
  exam: "Summary of this exam",
  examIntro:
    "How many sessions stand where, what was noticed, and how often people said that a flag was none. No candidate is named in it.",
  csv: "Download the summary as CSV",
};
