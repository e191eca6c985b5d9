/* The German catalogue. The type is what checks that nothing is missing. */
import type { Texts } from "../../texts";
import { checkin } from "./checkin";
import { common, errors, frame, language, signIn } from "./common";
import { exam } from "./exam";
import { player } from "./player";
import { portal } from "./portal";
import { proctor } from "./proctor";
import { result } from "./result";

export const de: Texts = {
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
