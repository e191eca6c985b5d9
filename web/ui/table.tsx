/* A table from columns and rows; on narrow pages it scrolls sideways inside its own box. */
import type { ComponentChildren } from "preact";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  align?: "start" | "end";
  rowHeader?: boolean; // this cell names the row
}

export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  empty: string; // shown instead of a table without rows
  captionHidden?: boolean;
}) {
  if (props.rows.length === 0) return <p class="empty">{props.empty}</p>;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={props.caption}>
      <table class="table">
        <caption class={props.captionHidden ? "visually-hidden" : ""}>{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.title} scope="col" class={`align-${column.align ?? "start"}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {props.columns.map((column) =>
                column.rowHeader ? (
                  <th key={column.title} scope="row" class={`align-${column.align ?? "start"}`}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.title} class={`align-${column.align ?? "start"}`}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
