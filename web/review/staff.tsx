/* /review/staff/ID: who works on an exam; administrators add and remove people. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { ErrorNotice } from "../ui/notice";
import { Card } from "../ui/page";
import { fields, type Parse } from "../ui/parse";
import { Table } from "../ui/table";
import { formatDateTime } from "../ui/time";
import { Trail, useTitle } from "./frame";
import { Loaded } from "./loaded";
import { createRefresher } from "./refresh";
import { examsUrl, examUrl, peopleApi, staffApi, staffMemberApi } from "./route";
import { staffTexts as s } from "./staff-texts";
import { reviewTexts as t } from "./texts";

const TYPING_MS = 300; // a search begins when the typing has paused

interface Person {
  readonly id: number;
  readonly username: string;
  readonly fullName: string;
  readonly role: string;
}
interface Member extends Person {
  readonly addedUs: number;
  readonly addedBy: string;
}
interface Staff {
  readonly title: string;
  readonly members: readonly Member[];
}

const parsePerson: Parse<Person> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    username: f.text("username"),
    fullName: f.text("full_name"),
    role: f.text("role"),
  };
};

const parseStaff: Parse<Staff> = (value, path) => {
  const f = fields(value, path);
  return {
    title: f.get("exam", (exam, at) => fields(exam, at).text("title")),
    members: f.list("staff", (one, at) => ({
      ...parsePerson(one, at),
      addedUs: fields(one, at).integer("added_us"),
      addedBy: fields(one, at).text("added_by"),
    })),
  };
};

const parsePeople: Parse<Person[]> = (value, path) => fields(value, path).list("people", parsePerson);

const roleText = (person: Person): string => s.roles[person.role] ?? person.role;

function Members(props: { members: readonly Member[]; busy: boolean; onRemove: (who: Member) => void }) {
  return (
    <Table
      caption={s.now}
      captionHidden
      empty={s.empty}
      rows={props.members}
      rowKey={(row) => String(row.id)}
      columns={[
        { title: s.name, rowHeader: true, cell: (row) => row.fullName },
        { title: s.username, cell: (row) => row.username },
        { title: s.role, cell: roleText },
        { title: s.since, cell: (row) => s.by(formatDateTime(row.addedUs), row.addedBy) },
        {
          title: s.what,
          cell: (row) => (
            <Button
              kind="quiet"
              disabled={props.busy}
              label={s.removeNamed(row.fullName)}
              onClick={() => props.onRemove(row)}
            >
              {s.removeOne}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Finder(props: { api: Api; members: readonly Member[]; busy: boolean; onAdd: (who: Person) => void }) {
  const { api, members } = props;
  const [typed, setTyped] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const id = setTimeout(() => setWanted(typed.trim()), TYPING_MS);
    return () => clearTimeout(id);
  }, [typed]);
  const people = useMemo(
    () =>
      createRefresher(
        () => api.get(peopleApi(wanted), parsePeople),
        () => false,
      ),
    [api, wanted],
  );
  return (
    <>
      <form class="filters" aria-label={s.add} onSubmit={(event) => event.preventDefault()}>
        <TextField label={s.search} hint={s.searchHint} value={typed} onInput={setTyped} maxLength={60} />
      </form>
      <Loaded refresher={people} keepLast>
        {(rows) => (
          <Table
            caption={s.found}
            captionHidden
            empty={s.none}
            rows={rows}
            rowKey={(row) => String(row.id)}
            columns={[
              { title: s.name, rowHeader: true, cell: (row) => row.fullName },
              { title: s.username, cell: (row) => row.username },
              { title: s.role, cell: roleText },
              {
                title: s.what,
                cell: (row) =>
                  members.some((one) => one.id === row.id) ? (
                    <span class="muted">{s.there}</span>
                  ) : (
                    <Button disabled={props.busy} label={s.addNamed(row.fullName)} onClick={() => props.onAdd(row)}>
                      {s.addOne}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}

function Sure(props: { who: Member | null; onClose: () => void; onYes: (who: Member) => void }) {
  const { who, onClose, onYes } = props;
  return (
    <Dialog
      open={who !== null}
      title={who === null ? "" : s.sure(who.fullName)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{s.goBack}</Button>
          <Button kind="primary" onClick={() => who !== null && onYes(who)}>
            {s.removeOne}
          </Button>
        </>
      }
    >
      <p>{s.sureText}</p>
    </Dialog>
  );
}

export function StaffPage(props: { api: Api; exam: string }) {
  const { api, exam } = props;
  const [asked, setAsked] = useState<Member | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [said, setSaid] = useState("");
  const staff = useMemo(
    () =>
      createRefresher(
        () => api.get(staffApi(exam), parseStaff),
        () => false,
      ),
    [api, exam],
  );
  async function change(call: () => Promise<Staff>, text: string) {
    setBusy(true);
    setProblem(null);
    setAsked(null);
    try {
      await call();
      setSaid(text);
      staff.again();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }
  const add = (who: Person) =>
    void change(() => api.put(staffMemberApi(exam, who.id), {}, parseStaff), s.added(who.fullName));
  const remove = (who: Member) =>
    void change(() => api.remove(staffMemberApi(exam, who.id), parseStaff), s.removed(who.fullName));
  useTitle(s.title);
  return (
    <Loaded refresher={staff} keepLast>
      {(value) => (
        <>
          <Trail
            links={[
              { href: examsUrl, text: t.exams.title },
              { href: examUrl(exam), text: value.title },
            ]}
            here={s.title}
          />
          <h1>{s.title}</h1>
          <p class="muted">{s.intro}</p>
          <p role="status">{said}</p>
          {problem !== null ? <ErrorNotice error={problem} /> : null}
          <Card title={s.now}>
            <Members members={value.members} busy={busy} onRemove={setAsked} />
          </Card>
          <Card title={s.add}>
            <Finder api={api} members={value.members} busy={busy} onAdd={add} />
          </Card>
          <Sure who={asked} onClose={() => setAsked(null)} onYes={remove} />
        </>
      )}
    </Loaded>
  );
}
