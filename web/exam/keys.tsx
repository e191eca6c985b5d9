/* Keyboard shortcuts: all with Alt, so that none is hit while writing. By the place of the key, because
 * Alt changes what a key writes on some systems. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { texts } from "../ui/texts";

const t = texts.player;

export const SHORTCUTS = {
  next: "KeyN",
  previous: "KeyP",
  mark: "KeyM",
  clear: "KeyX",
  palette: "KeyQ",
  view: "KeyV",
  timer: "KeyT",
  help: "KeyK",
} as const;
export type Shortcut = keyof typeof SHORTCUTS;
const NAMES = Object.keys(SHORTCUTS) as Shortcut[];

export function shortcutOf(event: {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}): Shortcut | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  return NAMES.find((name) => SHORTCUTS[name] === event.code) ?? null;
}

export function useShortcuts(run: (shortcut: Shortcut) => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event);
      if (shortcut === null || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      latest.current(shortcut);
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

export function KeysDialog(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={props.open}
      title={t.keys}
      onClose={props.onClose}
      actions={<Button onClick={props.onClose}>{texts.common.close}</Button>}
    >
      <p>{t.keysText}</p>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t.keysKey}</th>
            <th scope="col">{t.keysAction}</th>
          </tr>
        </thead>
        <tbody>
          {NAMES.map((name) => (
            <tr key={name}>
              <td class="nowrap">
                <kbd>Alt</kbd> + <kbd>{SHORTCUTS[name].slice(3)}</kbd>
              </td>
              <td>{t.keyNames[name]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
