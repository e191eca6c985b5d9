/* Which keys there are, in a dialog. */
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { KEYS } from "./watch";
import { watchTexts } from "./watch-texts";

const t = watchTexts.keys;

function names(keys: readonly string[]): readonly string[] {
  const [first, last] = [keys[0] ?? "", keys[keys.length - 1] ?? ""];
  if (keys.length > 2) return [`${first} – ${last}`];
  return keys.map((key) => (key === " " ? t.space : key));
}

export function KeysDialog(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={props.open}
      title={t.title}
      onClose={props.onClose}
      actions={
        <Button kind="primary" onClick={props.onClose}>
          {t.close}
        </Button>
      }
    >
      <p class="small muted">{t.intro}</p>
      <dl class="key-list">
        {KEYS.map(({ keys, action }) => (
          <div key={action}>
            <dt>
              {names(keys).map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t.actions[action]}</dd>
          </div>
        ))}
      </dl>
      <p class="small">{t.slider}</p>
    </Dialog>
  );
}
