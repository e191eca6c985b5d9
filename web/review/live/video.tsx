/* One recording as it grows: the picture, and how far behind it is. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { useStore } from "../../ui/store";
import { formatTime, type ServerClock } from "../../ui/time";
import { mediaApi } from "../route";
import { isLive, type Kind, type LiveEntry, type LiveStream } from "./parse";
import { createLivePlayer, type LivePlayer, type Read } from "./player";
import { sinkOf } from "./sink";
import { liveTexts as t } from "./texts";
import { Still } from "./tile";

const LOOK_MS = 500;

/* Bytes of a recording that is there as far as `to`. */
export function readerOf(session: string): Read {
  return async (stream, from, to) => {
    const response = await fetch(mediaApi(session, stream), {
      headers: { Range: `bytes=${from}-${to - 1}` },
      credentials: "same-origin",
      cache: "no-store",
    });
    if (response.status !== 206) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
}

export interface Screening {
  kind: Kind;
  video: HTMLVideoElement;
  player: LivePlayer;
}

export function createScreening(session: string, kind: Kind): Screening {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.className = "near-video";
  return { kind, video, player: createLivePlayer(sinkOf(video), readerOf(session)) };
}

export function LiveVideo(props: {
  entry: LiveEntry;
  screening: Screening;
  stream: LiveStream | undefined;
  clock: ServerClock;
}) {
  const { entry, screening, stream, clock } = props;
  const { kind, video, player } = screening;
  const box = useRef<HTMLDivElement>(null);
  const view = useStore(player.view);
  const [muted, setMuted] = useState(true);
  const [shownUs, setShownUs] = useState<number | null>(null);
  const label = useMemo(() => t.near.videoOf(t.kinds[kind], entry.candidate), [kind, entry.candidate]);

  useEffect(() => {
    video.setAttribute("aria-label", label);
    box.current?.prepend(video);
    return () => video.remove();
  }, [video, label]);
  useEffect(() => {
    if (stream !== undefined) player.grown(stream);
  }, [stream, player]);
  useEffect(() => {
    const timer = setInterval(() => {
      player.tick();
      setShownUs(player.timeUs());
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [player]);
  useEffect(() => {
    video.muted = muted;
  }, [muted, video]);

  const playing = view.state === "playing";
  const behindS = shownUs === null ? null : Math.max(0, Math.round((clock.nowUs() - shownUs) / 1e6));
  return (
    <figure class="near-figure">
      <div class={playing ? "near-screen" : "near-screen near-screen-off"} ref={box}>
        {playing ? null : <Still entry={entry} kind={kind} nowUs={clock.nowUs()} />}
      </div>
      <figcaption class="row row-between">
        <span>
          <strong>{t.kinds[kind]}</strong>{" "}
          <span class="muted numeric">
            {view.state === "waiting"
              ? t.near.waiting
              : view.state === "unsupported"
                ? t.near.unsupported
                : view.state === "failed"
                  ? t.near.failed(view.message)
                  : shownUs === null || behindS === null
                    ? ""
                    : view.live && isLive(entry)
                      ? `${t.near.live}, ${t.near.behind(behindS)}`
                      : t.near.past(formatTime(shownUs))}
          </span>
        </span>
        {kind === "camera" && playing ? (
          <Button kind="quiet" pressed={!muted} onClick={() => setMuted(!muted)}>
            {t.near.sound}
          </Button>
        ) : null}
      </figcaption>
    </figure>
  );
}
