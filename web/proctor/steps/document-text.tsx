/* The paragraphs of a document as they are, set so that they are easy to read: a short line without an
 * end mark is a heading, lines that begin with a number and a point are a list. */
import type { ComponentChildren } from "preact";
import { texts } from "../../ui/texts";
import type { DocumentSection } from "../api";

export type Block =
  | { type: "heading"; text: string }
  | { type: "paragraph"; text: string }
  | { type: "list"; items: { number: number; text: string }[] };

const HEADING_MAX = 60;

export function blocksOf(paragraphs: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const text of paragraphs) {
    const numbered = /^(\d{1,3})\. +(.*)$/su.exec(text);
    const last = blocks[blocks.length - 1];
    if (numbered !== null) {
      const item = { number: Number(numbered[1]), text: numbered[2] ?? "" };
      if (last?.type === "list") last.items.push(item);
      else blocks.push({ type: "list", items: [item] });
    } else if (text.length <= HEADING_MAX && !/[.:;?!"]$/u.test(text)) {
      blocks.push({ type: "heading", text });
    } else {
      blocks.push({ type: "paragraph", text });
    }
  }
  return blocks;
}

/* With sections the rules are shown from them, each permitted one marked; the paragraphs say the same, and
 * it is them that the hash is of. */
export function DocumentText(props: {
  paragraphs: readonly string[];
  sections?: readonly DocumentSection[];
}): ComponentChildren {
  if (props.sections !== undefined && props.sections.length > 0)
    return props.sections.map((section, at) => <Section key={at} section={section} />);
  return blocksOf(props.paragraphs).map((block, index) => {
    switch (block.type) {
      case "heading":
        return <h2 key={index}>{block.text}</h2>;
      case "paragraph":
        return <p key={index}>{block.text}</p>;
      case "list":
        return (
          <ol key={index}>
            {block.items.map((item) => (
              <li key={item.number} value={item.number}>
                {item.text}
              </li>
            ))}
          </ol>
        );
    }
  });
}

/* Without a title it is what is said before the rules. */
function Section({ section }: { section: DocumentSection }) {
  if (section.title === "") return section.items.map((item, at) => <p key={at}>{item.text}</p>);
  return (
    <>
      <h2>{section.title}</h2>
      <ol>
        {section.items.map((item, at) => (
          <li key={at} class={item.permitted ? "rule-permitted" : ""}>
            {item.text}
            {item.permitted ? <span class="badge badge-good">✓ {texts.checkin.permitted}</span> : null}
          </li>
        ))}
      </ol>
    </>
  );
}
