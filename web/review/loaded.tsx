/* Shows what a refresher has: waiting, a way on after a refusal, or the thing itself, with a calm line
 * while the server is away. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../ui/api";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { useStore } from "../ui/store";
import { Frame, NotFound, Refused, SignedOut } from "./frame";
import type { Refresher } from "./refresh";
import { reviewTexts as t } from "./texts";

function Problem(props: { error: ApiError; again: () => void }) {
  switch (props.error.status) {
    case 401:
      return <SignedOut />;
    case 403:
      return <Refused />;
    case 404:
      return <NotFound />;
    default:
      return <ErrorNotice error={props.error} onRetry={props.again} />;
  }
}

/* `outside`: nothing is around it yet, so states other than "ready" bring the frame themselves.
 * `keepLast`: while another refresher loads, what the one before it had stays. */
export function Loaded<T>(props: {
  refresher: Refresher<T>;
  outside?: boolean;
  keepLast?: boolean;
  children: (value: T) => ComponentChildren;
}) {
  const { refresher } = props;
  const loaded = useStore(refresher.state);
  const last = useRef(loaded);
  if (loaded.state === "ready") last.current = loaded;
  const now = props.keepLast && loaded.state === "loading" ? last.current : loaded;
  const stale = useStore(refresher.stale);
  useEffect(() => () => refresher.stop(), [refresher]);
  if (now.state === "ready")
    return (
      <>
        {stale ? (
          <Notice tone="warning">
            <p>{t.stale}</p>
          </Notice>
        ) : null}
        {props.children(now.value)}
      </>
    );
  const view =
    now.state === "loading" ? (
      <Spinner />
    ) : (
      <Problem error={now.error} again={() => refresher.again()} />
    );
  return props.outside ? (
    <Frame api={null} user={null}>
      {view}
    </Frame>
  ) : (
    view
  );
}
