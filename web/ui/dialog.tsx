/* A modal dialog on the browser's own <dialog>: it keeps the focus inside, gives it back after, and
 * Escape is `onClose`. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  open: boolean;
  title: string;
  children: ComponentChildren;
  actions: ComponentChildren; // buttons; the safe one first
  onClose: () => void;
}

export function Dialog(props: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (props.open && !dialog.open) dialog.showModal();
    if (!props.open && dialog.open) dialog.close();
  }, [props.open]);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      {props.open ? (
        <>
          <h2 id={id}>{props.title}</h2>
          <div class="dialog-body">{props.children}</div>
          {props.actions === null ? null : <div class="dialog-actions">{props.actions}</div>}
        </>
      ) : null}
    </dialog>
  );
}
