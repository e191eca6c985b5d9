import { render } from "preact";
import "../ui/base.css";
import { Spinner } from "../ui/notice";

const root = document.getElementById("app");
if (root !== null) render(<Spinner />, root);
