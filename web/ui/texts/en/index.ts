/* The English catalogue. It gives the shape: every other language has exactly its keys. */
import { checkin } from "./checkin";
import { common, errors, frame, language, signIn } from "./common";
import { exam } from "./exam";
import { player } from "./player";
import { portal } from "./portal";
import { proctor } from "./proctor";
import { result } from "./result";

export const en = {
  common,
  errors,
  language,
  signIn,
  portal,
  frame,
  exam,
  player,
  checkin,
  proctor,
  result,
};
