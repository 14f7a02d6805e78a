/** The document as elements: blocks, tables, sentences, pieces with their lines and the names of types. */
import type { ComponentChildren, VNode } from 'preact';
import { stateOf } from '../../correct/changes.ts';
import { layOutSentence, type Piece } from '../../document/lay-out-sentence.ts';
import { readWords } from '../../document/sentence-text.ts';
import type {
  EntityLists,
  Item,
  PageDocument,
  PageEntity,
  SentenceRange,
  TableItem,
  TextItem,
} from '../../document/types.ts';
import { lineClass, typeClass } from '../../style/type-colors.ts';
import type { Words } from '../../words/words.ts';

/** What drawing needs besides the items. */
export interface DrawContext {
  readonly document: PageDocument;
  /** The entities shown. */
  readonly lists: EntityLists;
  readonly words: Words;
  nameOf(type: string): string;
}

/** Draws items one below the other. @param pageBefore page of the item before the first one */
export function drawItems(
  items: readonly Item[],
  context: DrawContext,
  pageBefore: number | undefined,
): ComponentChildren[] {
  const drawn: ComponentChildren[] = [];
  let page = pageBefore;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    if (item.page !== undefined && item.page !== page) {
      page = item.page;
      drawn.push(
        <div key={`p${page}`} class="page-mark">
          <span>{context.words.pageNumber(page)}</span>
        </div>,
      );
    }
    if (item.kind !== 'list-item') {
      drawn.push(item.kind === 'table' ? drawTable(item, context) : drawText(item, context));
      continue;
    }
    const list: TextItem[] = [item];
    for (let next = items[i + 1]; next?.kind === 'list-item'; next = items[i + 1]) {
      if (next.page !== undefined && next.page !== page) break;
      list.push(next);
      i++;
    }
    drawn.push(
      <ul key={item.from} class="list">
        {list.map((entry) => drawListItem(entry, context))}
      </ul>,
    );
  }
  return drawn;
}

function drawText(item: TextItem, context: DrawContext): VNode {
  const content = drawSentences(item, context);
  if (item.kind === 'paragraph') return <p key={item.from}>{content}</p>;
  const Heading = `h${Math.min(6, item.level + 1)}` as 'h2';
  return <Heading key={item.from}>{content}</Heading>;
}

const drawListItem = (item: TextItem, context: DrawContext): VNode => (
  <li key={item.from} class={`level${item.level}`}>
    <span class="mark">{item.mark}</span>
    <span>{drawSentences(item, context)}</span>
  </li>
);

/** Tables with more columns than this get a scroll bar of their own. */
const mostColumns = 7;

function drawTable({ rows, columns, from }: TableItem, context: DrawContext): VNode {
  const [head, ...body] = rows;
  const isWide = columns > mostColumns;
  const cells = (row: (typeof rows)[number], Cell: 'th' | 'td') =>
    row.map((cell, column) => (
      <Cell key={column} {...(Cell === 'th' ? { scope: 'col' } : {})}>
        {(cell ?? []).map((range, i) => (
          <div key={i}>{drawSentences(range, context)}</div>
        ))}
      </Cell>
    ));
  return (
    <div
      key={`t${from}`}
      class="table-frame"
      {...(isWide ? { tabIndex: 0, role: 'group', 'aria-label': context.words.asTable } : {})}
    >
      <table class={isWide ? 'wide' : ''}>
        {rows.length > 1 && (
          <thead>
            <tr>{cells(head!, 'th')}</tr>
          </thead>
        )}
        <tbody>
          {(rows.length > 1 ? body : rows).map((row, i) => (
            <tr key={i}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function drawSentences({ from, to }: SentenceRange, context: DrawContext): ComponentChildren[] {
  const drawn: ComponentChildren[] = [];
  for (let s = from; s < to; s++) {
    if (s > from) drawn.push(' ');
    drawn.push(drawSentence(s, context));
  }
  return drawn;
}

function drawSentence(s: number, context: DrawContext): VNode {
  const { document, lists } = context;
  const { text, sentences } = document.result;
  const sentence = sentences[s]!;
  const entities = lists[s] ?? [];
  const content =
    entities.length === 0
      ? readWords(text, sentence)
      : layOutSentence(text, sentence, entities).flatMap((piece, i) => drawPiece(piece, i, s, context));
  return (
    <span key={s} id={`s${s}`} class="s">
      {content}
    </span>
  );
}

function drawPiece(piece: Piece, i: number, s: number, context: DrawContext): ComponentChildren[] {
  const { text, lines, covering, bridging, ending } = piece;
  if (lines.length === 0) return [text];
  const ids = [...covering, ...bridging].map(({ id }) => id).join(' ');
  const found = context.document.found[s] ?? [];
  return [
    <span key={i} class={`e ${lineClass(lines)}`} data-e={ids} data-inner={covering[0]?.id}>
      {text}
    </span>,
    ...ending.map((entity) => drawLabel(entity, found, context)),
  ];
}

const stateMarks = { found: '', added: '+ ', changed: '✎ ' } as const;

function drawLabel(entity: PageEntity, found: readonly PageEntity[], { nameOf }: DrawContext): VNode {
  const state = stateOf(entity, found);
  return (
    <span
      key={entity.id}
      class={`label ${state} ${typeClass(entity.type)}`}
      data-label
      data-e={entity.id}
      data-inner={entity.id}
    >
      {stateMarks[state]}
      {nameOf(entity.type)}
    </span>
  );
}
