/* The sign-in form: a page of its own, and a dialog over a page whose sign-in has run out. */
import { useState } from "preact/hooks";
import { asApiError, type Api } from "./api";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { TextField } from "./field";
import { Notice } from "./notice";
import { texts } from "./texts";
import { signIn, type User } from "./user";

function signInProblem(thrown: unknown): string {
  const error = asApiError(thrown);
  if (error.isOffline) return texts.errors.offline;
  if (error.status === 401) return texts.signIn.wrong;
  if (error.status === 429) return texts.signIn.throttled(error.retryAfterS);
  return error.message;
}

export function SignInForm(props: { api: Api; onSignedIn: (user: User) => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit() {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      props.onSignedIn(await signIn(props.api, username.trim(), password));
    } catch (thrown) {
      setProblem(signInProblem(thrown));
      setPassword("");
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {problem !== null ? <Notice tone="bad">{problem}</Notice> : null}
      <TextField
        label={texts.signIn.username}
        name="username"
        value={username}
        onInput={setUsername}
        autoComplete="username"
        required
        autoFocus
      />
      <TextField
        label={texts.signIn.password}
        name="password"
        type="password"
        value={password}
        onInput={setPassword}
        autoComplete="current-password"
        required
      />
      <Button type="submit" kind="primary" large busy={busy}>
        {texts.signIn.submit}
      </Button>
    </form>
  );
}

/* The page under it stays as it is: nothing that was typed or recorded is lost. */
export function SignInAgain(props: { api: Api; open: boolean; onSignedIn: (user: User) => void }) {
  return (
    <Dialog open={props.open} title={texts.signIn.againTitle} onClose={() => undefined} actions={null}>
      <p>{texts.signIn.againText}</p>
      <SignInForm api={props.api} onSignedIn={props.onSignedIn} />
    </Dialog>
  );
}
