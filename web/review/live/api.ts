/* The live routes and acts as docs/protocol.md has them. */
import type { Api } from "../../ui/api";
import { parseUnknown } from "../../ui/parse";
import { parseDetail, parseWall, type Detail, type Kind, type Wall } from "./parse";

const at = (session: string): string => `/api/review/sessions/${session}/live`;

export const wallEventsUrl = (exam: string): string => `/api/review/exams/${exam}/live/events`;
export const nearEventsUrl = (session: string, thread: number | null, after: number): string =>
  thread === null ? `${at(session)}/events` : `${at(session)}/events?thread=${thread}&after=${after}`;
/* `takenUs` only makes the address another one when there is another picture. */
export const stillUrl = (session: string, kind: Kind, takenUs: number): string =>
  `${at(session)}/still?kind=${kind}&taken=${takenUs}`;

export const fetchWall = (api: Api, exam: string): Promise<Wall> =>
  api.get(`/api/review/exams/${exam}/live`, parseWall);
export const fetchDetail = (api: Api, session: string): Promise<Detail> =>
  api.get(at(session), parseDetail);

export type ActName = "warn" | "pause" | "resume" | "end" | "note";

const ACTS: Readonly<Record<ActName, { path: string; member: "text" | "reason" }>> = {
  warn: { path: "warnings", member: "text" },
  pause: { path: "pause", member: "reason" },
  resume: { path: "resume", member: "reason" },
  end: { path: "end", member: "reason" },
  note: { path: "notes", member: "text" },
};

export const postAct = (api: Api, session: string, act: ActName, text: string): Promise<unknown> => {
  const { path, member } = ACTS[act];
  return api.post(`${at(session)}/${path}`, text === "" ? {} : { [member]: text }, parseUnknown);
};
export const postLowerHand = (api: Api, session: string): Promise<unknown> =>
  api.post(`${at(session)}/lower-hand`, {}, parseUnknown);
