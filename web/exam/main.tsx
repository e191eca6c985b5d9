/* The exam of one attempt: /exam/?attempt=ID, shown inside the proctored window. */
import { render } from "preact";
import "../ui/base.css";
import "./exam.css";
import { createApi } from "../ui/api";
import { Notice } from "../ui/notice";
import { texts } from "../ui/texts";
import { createExamApi } from "./api";
import { ExamPage } from "./exam-page";
import { createExam } from "./model";

const root = document.getElementById("app");
const attempt = new URLSearchParams(window.location.search).get("attempt") ?? "";
if (root !== null) {
  if (/^\d{1,15}$/.test(attempt)) {
    const api = createApi();
    render(<ExamPage api={api} model={createExam(api, createExamApi(api, Number(attempt)))} />, root);
  } else render(<Notice tone="bad">{texts.exam.noAttempt}</Notice>, root);
}
