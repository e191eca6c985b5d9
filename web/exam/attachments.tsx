/* The files of one descriptive answer: what may be added, how far each is, and what can be done with it. */
import { useId, useRef, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { ErrorNotice, Notice } from "../ui/notice";
import { Progress } from "../ui/progress";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import { formatBytes, formatDuration } from "../ui/time";
import type { Limits } from "./api";
import type { FileRow, Files } from "./files";

const t = texts.player;

/* What a row says beside its name. */
export function fileText(row: FileRow): string {
  const part = t.filesPartOf(formatBytes(row.bytes), formatBytes(row.length));
  const { status } = row;
  switch (status.state) {
    case "waiting":
      return t.filesWaiting;
    case "sending": {
      const { bytesPerS } = status;
      if (bytesPerS === null || bytesPerS <= 0) return part;
      const left = formatDuration((row.length - row.bytes) / bytesPerS);
      return [part, t.filesSpeed(formatBytes(bytesPerS)), t.filesLeft(left)].join(", ");
    }
    case "paused":
      return `${part}. ${t.filesPaused[status.why]}`;
    case "complete":
      return t.filesComplete(formatBytes(row.length));
    case "away":
      return `${part}. ${t.filesAway}`;
    case "failed":
      return status.message === "unreadable" ? t.filesUnreadable : t.filesFailed(status.message);
  }
}

/* A button that opens the browser's own choice of files. */
function Choose(props: {
  text: string;
  label?: string;
  multiple?: boolean;
  kind?: "plain" | "quiet";
  describedBy?: string;
  onFiles: (files: File[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        class="visually-hidden"
        multiple={props.multiple ?? false}
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = ""; // the same one can be chosen again
          if (chosen.length > 0) props.onFiles(chosen);
        }}
      />
      <Button
        kind={props.kind ?? "plain"}
        {...(props.label ? { label: props.label } : {})}
        {...(props.describedBy ? { describedBy: props.describedBy } : {})}
        onClick={() => input.current?.click()}
      >
        {props.text}
      </Button>
    </>
  );
}

export function Attachments(props: {
  files: Files;
  limits: Limits;
  item: number;
  number: number; // of the question
}) {
  const { files, limits, item } = props;
  const rows = useStore(files.rows).filter((row) => row.item === item);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const id = useId();

  function add(chosen: File[], replaces?: string) {
    setProblem(null);
    const limit = {
      "too-large": formatBytes(limits.fileBytes),
      "too-many": String(limits.filesOfItem),
      "all-too-large": formatBytes(limits.allBytes),
    };
    setRefused(
      files
        .add(item, chosen, replaces)
        .map(({ name, why }) => t.filesRefused[why](name, limit[why])),
    );
  }

  function remove(row: FileRow) {
    setProblem(null);
    files.remove(row.key).catch(setProblem);
  }

  async function resume(row: FileRow, file: File | undefined) {
    if (file !== undefined && !(await files.resume(row.key, file))) setRefused([t.filesOther]);
    else setRefused([]);
  }

  return (
    <section class="files" aria-label={t.filesOf(props.number)}>
      <h3>{t.files}</h3>
      {rows.length === 0 ? <p class="muted">{t.filesNone}</p> : null}
      <ul class="file-list">
        {rows.map((row) => (
          <li class="file" key={row.key}>
            <FileLine row={row} />
            <div class="row">
              {row.status.state === "away" ? (
                <Choose text={t.filesChoose} onFiles={([file]) => void resume(row, file)} />
              ) : null}
              {row.status.state === "complete" && row.id !== null ? (
                <Choose
                  kind="quiet"
                  text={t.filesReplace}
                  label={t.filesReplaceNamed(row.name)}
                  onFiles={([file]) => {
                    if (file !== undefined && row.id !== null) add([file], row.id);
                  }}
                />
              ) : null}
              <Button kind="quiet" label={t.filesRemoveNamed(row.name)} onClick={() => remove(row)}>
                {t.filesRemove}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {refused.length > 0 ? (
        <Notice tone="bad">
          {refused.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </Notice>
      ) : null}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      <div class="row">
        <Choose text={t.filesAdd} multiple describedBy={`${id}-limits`} onFiles={add} />
        <span class="muted" id={`${id}-limits`}>
          {t.filesLimits(
            formatBytes(limits.fileBytes),
            limits.filesOfItem,
            formatBytes(limits.allBytes),
          )}
        </span>
      </div>
    </section>
  );
}

export function FileLine({ row }: { row: FileRow }) {
  const { status } = row;
  if (status.state === "complete" && row.id !== null)
    return (
      <p class="file-line">
        <a
          href={`/api/campus/attachments/${row.id}/content`}
          download={row.name}
          aria-label={t.filesDownload(row.name)}
        >
          {row.name}
        </a>{" "}
        <span class="file-done">✓ {fileText(row)}</span>
      </p>
    );
  if (status.state === "failed")
    return (
      <p class="file-line">
        {row.name} <span class="field-problem">{fileText(row)}</span>
      </p>
    );
  return (
    <Progress
      label={row.name}
      value={row.length === 0 ? 1 : row.bytes / row.length}
      text={fileText(row)}
    />
  );
}
