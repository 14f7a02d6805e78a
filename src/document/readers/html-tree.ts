/** Parses HTML into a tree of bounded depth and size, and answers small questions about its nodes. */
import { type DefaultTreeAdapterMap, defaultTreeAdapter, parse, type TreeAdapter } from 'parse5';
import { UserError } from '../../base/errors.ts';
import type { DocumentLimits } from '../limits.ts';

export type HtmlNode = DefaultTreeAdapterMap['node'];
export type HtmlElement = DefaultTreeAdapterMap['element'];
export type HtmlParent = DefaultTreeAdapterMap['parentNode'];
type ChildNode = DefaultTreeAdapterMap['childNode'];

/**
 * The default tree, counted while it grows: tags that nest or multiply without end stop the parser early. Depth is looked
 * up when a node is attached; what the parser moves later only becomes shallower.
 */
function boundedAdapter(where: string, limits: DocumentLimits): TreeAdapter<DefaultTreeAdapterMap> {
  const depths = new WeakMap<object, number>();
  let nodes = 0;
  const count = (): void => {
    if (++nodes <= limits.nodes) return;
    throw new UserError({
      code: 'E_INPUT_SIZE',
      where,
      message: `more than ${limits.nodes.toLocaleString('en')} HTML elements and texts`,
      hint: 'split it',
    });
  };
  const attach = (parent: HtmlParent, node: ChildNode): void => {
    const depth = (depths.get(parent) ?? 0) + 1;
    if (depth > limits.depth) {
      throw new UserError({
        code: 'E_INPUT_DEPTH',
        where,
        message: `HTML elements stand more than ${limits.depth} deep inside one another`,
        hint: 'no document needs that: save it anew from the program that wrote it',
      });
    }
    depths.set(node, depth);
  };
  return {
    ...defaultTreeAdapter,
    createElement: (...args) => {
      count();
      return defaultTreeAdapter.createElement(...args);
    },
    createCommentNode: (data) => {
      count();
      return defaultTreeAdapter.createCommentNode(data);
    },
    appendChild: (parent, node) => {
      attach(parent, node);
      defaultTreeAdapter.appendChild(parent, node);
    },
    insertBefore: (parent, node, reference) => {
      attach(parent, node);
      defaultTreeAdapter.insertBefore(parent, node, reference);
    },
    insertText: (parent, text) => {
      // Text comes in pieces; they are one node.
      if (parent.childNodes.at(-1)?.nodeName !== '#text') count();
      defaultTreeAdapter.insertText(parent, text);
    },
  };
}

/**
 * Parses a page or a fragment as browsers do, scripts switched off.
 * @throws UserError `E_INPUT_SIZE`, `E_INPUT_DEPTH`
 */
export function parseHtml(html: string, where: string, limits: DocumentLimits): HtmlParent {
  return parse(html, { treeAdapter: boundedAdapter(where, limits), scriptingEnabled: false });
}

export const isElement = (node: HtmlNode): node is HtmlElement => 'tagName' in node;

/** The value of an attribute; undefined when it is absent. */
export function attributeOf(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}

/** The first element of that name inside a node, in document order. */
export function findElement(parent: HtmlParent, name: string): HtmlElement | undefined {
  for (const child of parent.childNodes) {
    if (!isElement(child)) continue;
    if (child.tagName === name) return child;
    const inside = findElement(child, name);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** All text inside a node, as it stands. */
export function textContent(parent: HtmlParent): string {
  return parent.childNodes
    .map((child) => ('value' in child ? child.value : isElement(child) ? textContent(child) : ''))
    .join('');
}
