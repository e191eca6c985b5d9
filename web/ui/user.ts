/* Who is signed in, and the calls of sign-in that every page shares. */
import type { Api } from "./api";
import { fields, parseUnknown, type Parse } from "./parse";

export const ROLES = ["candidate", "instructor", "proctor", "support", "admin"] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  id: number;
  username: string;
  fullName: string;
  email: string;
  role: Role;
}

export const parseUser: Parse<User> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    username: f.text("username"),
    fullName: f.text("full_name"),
    email: f.text("email"),
    role: f.oneOf("role", ROLES),
  };
};

const parseUserAnswer: Parse<User> = (value, path) => fields(value, path).get("user", parseUser);

/* Staff may open the review pages. */
export function isStaff(user: User): boolean {
  return user.role === "instructor" || user.role === "proctor" || user.role === "admin";
}

/* Those, and support agents, may open the support desk. */
export function mayHelp(user: User): boolean {
  return user.role === "support" || isStaff(user);
}

export function fetchMe(api: Api): Promise<User> {
  return api.get("/api/me", parseUserAnswer);
}

export function signIn(api: Api, username: string, password: string): Promise<User> {
  return api.post("/api/sign-in", { username, password }, parseUserAnswer);
}

export async function signOut(api: Api): Promise<void> {
  await api.post("/api/sign-out", undefined, parseUnknown);
}
