/* The addresses of the review pages. Pure. */
export type Route =
  | { page: "exams" }
  | { page: "sessions"; exam: string }
  | { page: "report"; session: string }
  | { page: "live"; exam: string }
  | { page: "staff"; exam: string }
  | { page: "profiles" }
  | { page: "profile"; profile: string }
  | { page: "none" };

const ID = /^[0-9A-Za-z_-]{1,64}$/;

export function routeOf(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "");
  const [top, kind, id, more] = parts;
  if (top !== "review" && top !== "review.html") return { page: "none" };
  if (kind === undefined) return { page: "exams" };
  if (kind === "profiles" && id === undefined) return { page: "profiles" };
  if (id === undefined || more !== undefined || !ID.test(id)) return { page: "none" };
  if (kind === "exams") return { page: "sessions", exam: id };
  if (kind === "sessions") return { page: "report", session: id };
  if (kind === "staff") return { page: "staff", exam: id };
  if (kind === "live") return { page: "live", exam: id };
  if (kind === "profiles") return { page: "profile", profile: id };
  return { page: "none" };
}

export const examsUrl = "/review/";
export const examUrl = (id: string): string => `/review/exams/${id}`;
export const liveUrl = (exam: string): string => `/review/live/${exam}`;
export const staffUrl = (exam: string): string => `/review/staff/${exam}`;
export const staffApi = (exam: string): string => `/api/review/exams/${exam}/staff`;
export const staffMemberApi = (exam: string, person: number): string =>
  `/api/review/exams/${exam}/staff/${person}`;
export const peopleApi = (q: string): string =>
  `/api/review/people?${new URLSearchParams({ q }).toString()}`;
export const sessionUrl = (id: string): string => `/review/sessions/${id}`;
export const profilesUrl = "/review/profiles";
export const profileUrl = (id: string): string => `/review/profiles/${id}`;
export const profilesApi = (state: string, after: string): string => {
  const query = new URLSearchParams();
  if (state !== "") query.set("state", state);
  if (after !== "") query.set("after", after);
  return `/api/review/profiles?${query.toString()}`;
};
export const profileApi = (id: string): string => `/api/review/profiles/${id}`;
export const profilePictureApi = (id: string, part: "face" | "id"): string =>
  `/api/review/profiles/${id}/pictures/${part}`;
export const profileDecisionApi = (id: string): string => `/api/review/profiles/${id}/decision`;
export const examsApi = "/api/review/exams";
export const sessionsApi = (exam: string): string => `/api/review/exams/${exam}/sessions`;
export interface SessionFilter {
  readonly sort: string;
  readonly q: string;
  readonly state: string;
  readonly severity: string;
  readonly outcome: string;
  readonly identity: string;
  readonly review: string;
}
/* Members that are empty are left out: the server has its own idea of them. */
export function sessionsQuery(filter: SessionFilter, after = ""): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, after }))
    if (value !== "") query.set(name, value);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
export const csvApi = (exam: string): string => `/api/review/exams/${exam}/csv`;
export const summaryApi = (exam: string): string => `/api/review/exams/${exam}/summary`;
export const decisionsApi = (session: string): string =>
  `/api/review/sessions/${session}/decisions`;
export const rejudgeApi = (session: string): string => `/api/review/sessions/${session}/rejudge`;
export const incidentApi = (session: string, flag: string): string =>
  `/api/review/sessions/${session}/incidents/${flag}`;
export const reviewApi = (session: string): string => `/api/review/sessions/${session}`;
export const mediaApi = (session: string, stream: string): string =>
  `/api/review/sessions/${session}/streams/${stream}/media`;
export const pictureApi = (session: string, flag: string): string =>
  `/api/review/sessions/${session}/flags/${flag}/picture`;
export const reportApi = (session: string): string => `/api/review/sessions/${session}/report`;
export const measuredApi = (session: string, fromUs: number, toUs: number, buckets: number): string =>
  `/api/review/sessions/${session}/measured?from_us=${fromUs}&to_us=${toUs}&buckets=${buckets}`;
export const identityApi = (session: string): string => `/api/review/sessions/${session}/identity`;
export const identityPictureApi = (session: string, picture: string): string =>
  `/api/review/sessions/${session}/identity/pictures/${picture}`;
/* Of the portal, which alone knows what was answered. */
export const answersApi = (session: string): string => `/api/campus/sessions/${session}/answers`;
/* Reports on paper: of a session, with the signature of the one that was downloaded last, and of an exam. */
export type PaperFormat = "html" | "pdf";
export const paperApi = (session: string, format: PaperFormat, lang: string): string =>
  `${reportApi(session)}/${format}?lang=${lang}`;
export const paperSignatureApi = (session: string, format: PaperFormat, lang: string): string =>
  `${reportApi(session)}/signature?format=${format}&lang=${lang}`;
export const examPaperApi = (exam: string, format: PaperFormat, lang: string): string =>
  `${summaryApi(exam)}/${format}?lang=${lang}`;
export const examPaperCsvApi = (exam: string): string => `${summaryApi(exam)}/csv`;
