/* The small camera picture over the exam: it can be moved (by pointer or arrow keys) and hidden. The
 * recording does not depend on it. */
import { useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { texts } from "../../ui/texts";
import { LiveVideo } from "./video";

const t = texts.proctor.exam;
const STEP_PX = 24;
/* In a window smaller than this (a large zoom, say) the picture would lie over the questions. */
const ROOM_PX = { width: 900, height: 560 };

interface Place {
  right: number;
  bottom: number;
}

/* Stays inside the window by at least its own size. */
export function clampPlace(place: Place, window: { width: number; height: number }, size: Place): Place {
  const clamp = (value: number, max: number) => Math.min(Math.max(0, value), Math.max(0, max));
  return {
    right: clamp(place.right, window.width - size.right),
    bottom: clamp(place.bottom, window.height - size.bottom),
  };
}

export function CameraPicture(props: { stream: MediaStream }) {
  const [hidden, setHidden] = useState(
    () => window.innerWidth < ROOM_PX.width || window.innerHeight < ROOM_PX.height,
  );
  const [place, setPlace] = useState<Place>({ right: 32, bottom: 24 });
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; y: number; from: Place } | null>(null);

  function move(to: Place) {
    const size = box.current?.getBoundingClientRect();
    setPlace(
      clampPlace(
        to,
        { width: window.innerWidth, height: window.innerHeight },
        { right: size?.width ?? 0, bottom: size?.height ?? 0 },
      ),
    );
  }
  function onKey(event: KeyboardEvent) {
    const steps: Record<string, Place> = {
      ArrowLeft: { right: STEP_PX, bottom: 0 },
      ArrowRight: { right: -STEP_PX, bottom: 0 },
      ArrowUp: { right: 0, bottom: STEP_PX },
      ArrowDown: { right: 0, bottom: -STEP_PX },
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move({ right: place.right + step.right, bottom: place.bottom + step.bottom });
  }

  const style = { right: `${place.right}px`, bottom: `${place.bottom}px` };
  if (hidden)
    return (
      <div class="picture picture-hidden" style={style}>
        <Button onClick={() => setHidden(false)}>{t.pictureShow}</Button>
      </div>
    );
  return (
    <div ref={box} class="picture" style={style} role="group" aria-label={t.picture}>
      <div
        class="picture-grip"
        tabIndex={0}
        role="button"
        aria-label={t.pictureMove}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, y: event.clientY, from: place };
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (from === null) return;
          move({
            right: from.from.right - (event.clientX - from.x),
            bottom: from.from.bottom - (event.clientY - from.y),
          });
        }}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
      >
        <LiveVideo stream={props.stream} label={t.picture} />
      </div>
      <Button kind="quiet" onClick={() => setHidden(true)}>
        {t.pictureHide}
      </Button>
    </div>
  );
}
