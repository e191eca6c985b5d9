import { render } from "preact";
import "../ui/base.css";
import "./campus.css";
import { createApi } from "../ui/api";
import { hashRoute } from "../ui/hash-route";
import { installSupport } from "../ui/support/platform";
import { PortalPage } from "./portal";
import { createPortal } from "./state";

const root = document.getElementById("app");
if (root !== null) {
  installSupport();
  const api = createApi();
  render(<PortalPage api={api} model={createPortal(api)} route={hashRoute()} />, root);
}
