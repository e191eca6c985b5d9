/* What the server says of identity profiles. */
import {
  fields,
  parseInteger,
  parseList,
  parseNullable,
  parseNumber,
  parseText,
  type Fields,
  type Parse,
} from "../ui/parse";

export const PROFILE_STATES = ["none", "pending", "approved", "rejected", "expired"] as const;
export type ProfileState = (typeof PROFILE_STATES)[number];

export interface ProfileRow {
  readonly id: string;
  readonly candidate: string;
  readonly state: ProfileState;
  readonly face: string;
  readonly idCard: string;
  readonly updatedUs: number;
  readonly expiresUs: number | null;
  readonly faceScore: number | null; // likeness of photo and scan, -1..1
  readonly nameScore: number | null; // 0..1
  readonly reasons: readonly string[];
}

export interface Reading {
  readonly name: string | null;
  readonly document: string | null;
  readonly expires: string | null;
  readonly zone: boolean;
  readonly barcode: boolean;
  readonly nameReason: string;
}

export interface ProfileEvent {
  readonly timeUs: number;
  readonly kind: string;
  readonly by: string;
  readonly detail: string;
}

export interface Profile extends ProfileRow {
  readonly reading: Reading | null;
  readonly history: readonly ProfileEvent[];
}

function rowOf(f: Fields): ProfileRow {
  return {
    id: f.text("id"),
    candidate: f.text("candidate"),
    state: f.oneOf("state", PROFILE_STATES),
    face: f.text("face"),
    idCard: f.text("id_card"),
    updatedUs: f.integer("updated_us"),
    expiresUs: f.nullable("expires_us", parseInteger),
    faceScore: f.nullable("face_score", parseNumber),
    nameScore: f.nullable("name_score", parseNumber),
    reasons: f.get("reasons", parseList(parseText)),
  };
}

const parseReading: Parse<Reading> = (value, path) => {
  const f = fields(value, path);
  const read = fields(f.get("read", (inner) => inner), `${path ?? "reading"}.read`);
  return {
    name: read.nullable("name", parseText),
    document: read.nullable("document", parseText),
    expires: read.nullable("expires", parseText),
    zone: read.bool("mrz"),
    barcode: read.bool("barcode"),
    nameReason: f.text("name_reason"),
  };
};

const parseEvent: Parse<ProfileEvent> = (value, path) => {
  const f = fields(value, path);
  return {
    timeUs: f.integer("time_us"),
    kind: f.text("kind"),
    by: f.text("by"),
    detail: f.text("detail"),
  };
};

export const parseProfiles: Parse<ProfileRow[]> = (value, path) =>
  fields(value, path).list("profiles", (inner, at) => rowOf(fields(inner, at)));

export const parseProfile: Parse<Profile> = (value, path) => {
  const f = fields(value, path);
  return {
    ...rowOf(f),
    reading: f.get("reading", parseNullable(parseReading)),
    history: f.list("history", parseEvent),
  };
};
