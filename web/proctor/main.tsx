/* The Proctortrack window: /proctortrack/ lists the tests, /proctortrack/session/ID is one sitting. */
import { render } from "preact";
import "../ui/base.css";
import "./proctor.css";
import { createApi } from "../ui/api";
import { installSupport } from "../ui/support/platform";
import { createProctorApi } from "./api";
import { createSitting } from "./sitting";
import { TestsPage } from "./tests-page";
import { Wizard } from "./wizard";

const root = document.getElementById("app");
if (root !== null) {
  installSupport();
  const api = createApi();
  const proctor = createProctorApi(api);
  const session = /^\/proctortrack\/session\/([0-9A-Za-z_-]{1,64})\/?$/.exec(location.pathname)?.[1];
  if (session === undefined) render(<TestsPage api={api} proctor={proctor} />, root);
  else render(<Wizard api={api} sitting={createSitting(session, api, proctor)} />, root);
}
