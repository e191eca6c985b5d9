/* The review pages: exams, the sessions of one, the report of one session. Each is a page of its own
 * address; who is signed in is asked first. */
import { render } from "preact";
import { useMemo } from "preact/hooks";
import "../ui/base.css";
import "./review.css";
import { createApi, type Api } from "../ui/api";
import { fetchMe, isStaff, type User } from "../ui/user";
import { ExamsPage } from "./exams";
import { Frame, NotFound, Refused } from "./frame";
import { LivePage } from "./live/page";
import { ReportPage } from "./report";
import { ProfilePage } from "./profile";
import { ProfilesPage } from "./profiles";
import { createRefresher } from "./refresh";
import { routeOf, type Route } from "./route";
import { SessionsPage } from "./sessions";
import { StaffPage } from "./staff";
import { Loaded } from "./loaded";

function Page(props: { api: Api; user: User; route: Route }) {
  const { api, route } = props;
  switch (route.page) {
    case "exams":
      return <ExamsPage api={api} />;
    case "sessions":
      return <SessionsPage api={api} user={props.user} exam={route.exam} />;
    case "report":
      return <ReportPage api={api} user={props.user} session={route.session} />;
    case "staff":
      return props.user.role === "admin" ? <StaffPage api={api} exam={route.exam} /> : <NotFound />;
    case "live":
      return <LivePage api={api} exam={route.exam} />;
    case "profiles":
      return <ProfilesPage api={api} />;
    case "profile":
      return <ProfilePage api={api} profile={route.profile} />;
    case "none":
      return <NotFound />;
  }
}

function App(props: { api: Api; route: Route }) {
  const { api, route } = props;
  const me = useMemo(
    () =>
      createRefresher<User>(
        () => fetchMe(api),
        () => false,
      ),
    [api],
  );
  return (
    <Loaded refresher={me} outside>
      {(user) => (
        <Frame api={api} user={user} wide={route.page !== "exams" && route.page !== "none"}>
          {isStaff(user) ? <Page api={api} user={user} route={route} /> : <Refused />}
        </Frame>
      )}
    </Loaded>
  );
}

const root = document.getElementById("app");
if (root) render(<App api={createApi()} route={routeOf(location.pathname)} />, root);
