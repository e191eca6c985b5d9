/* An event stream that comes back by itself. The browser's EventSource does so after a cut, with the id of
 * the last event; it gives up for good when the server answers anything else than a stream, and then this
 * begins it again, behind the last event that was seen. */

export interface StreamHandlers {
  onOpen(): void; // each time: what events are not told again for has to be loaded
  onLost(): void;
  onEvent(name: string, data: unknown, id: number): void;
}

/* `url` is asked for at each beginning. Gives the end. */
export type Connect = (
  url: () => string,
  names: readonly string[],
  handlers: StreamHandlers,
) => () => void;

const AGAIN_MS = 10_000;

export const browserConnect: Connect = (url, names, handlers) => {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function begin(): void {
    source = new EventSource(url());
    source.onopen = () => handlers.onOpen();
    source.onerror = () => {
      handlers.onLost();
      if (source?.readyState !== EventSource.CLOSED) return; // it is trying by itself
      timer = setTimeout(begin, AGAIN_MS);
    };
    for (const name of names)
      source.addEventListener(name, (event: MessageEvent<string>) => {
        let data: unknown;
        try {
          data = JSON.parse(event.data) as unknown;
        } catch {
          return; // not ours
        }
        handlers.onEvent(name, data, Number(event.lastEventId) || 0);
      });
  }
  begin();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
};
