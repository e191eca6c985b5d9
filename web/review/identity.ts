/* What the server says of who a session's candidate is. */
import { fields, parseInteger, parseList, parseNullable, parseText, type Parse } from "../ui/parse";
import { parseProfile, type Profile } from "./profile-parse";

export interface Identity {
  readonly profile: (Profile & { readonly poses: readonly string[] }) | null;
  readonly same: number; /* hundredths: two pictures so alike are of the same person */
}

export const parseIdentity: Parse<Identity> = (value, path) => {
  const f = fields(value, path);
  return {
    profile: f.get(
      "profile",
      parseNullable((profile, at) => ({
        ...parseProfile(profile, at),
        poses: fields(profile, at).get("poses", parseList(parseText)),
      })),
    ),
    same: f.get("same", parseInteger),
  };
};
